package store

import (
	"context"
	"errors"
	"sync"

	"github.com/dossier-id/dossier/internal/idv"
)

// notes are the records of those who only look at something. They wait here for
// one of them to store what all have brought: a hundred readers at once cost one
// transaction, and one alone waits for nobody.
type notes struct {
	mu      sync.Mutex
	waiting []*note
	// led says that somebody is storing notes.
	led bool
}

// note is what one reader has brought.
type note struct {
	actor   idv.Actor
	records []idv.Record
	// lead is closed when its reader is to store what is waiting, done gets how
	// it went.
	lead chan struct{}
	done chan error
}

// maxNotes is how many notes share a transaction.
const maxNotes = 200

// Note adds records to the audit trail. They are durable when it returns nil,
// whatever becomes of ctx meanwhile.
func (db *DB) Note(ctx context.Context, records ...idv.Record) error {
	for _, r := range records {
		if r.Detail != "" {
			return errors.New("note what was looked at: a detail needs a transaction of its own")
		}
	}
	n := &note{actor: idv.ActorOf(ctx), records: records, lead: make(chan struct{}), done: make(chan error, 1)}
	db.notes.add(n)
	select {
	case err := <-n.done:
		return err
	case <-n.lead:
	}
	batch := db.notes.take()
	err := db.storeNotes(ctx, batch)
	for _, stored := range batch {
		stored.done <- err
	}
	db.notes.pass()
	return <-n.done
}

// storeNotes stores notes for their readers, not only for the one of ctx.
func (db *DB) storeNotes(ctx context.Context, batch []*note) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	return db.update(ctx, func(t *transaction) error {
		for _, n := range batch {
			if err := t.Record(idv.WithActor(ctx, n.actor), n.records...); err != nil {
				return err
			}
		}
		return nil
	})
}

func (n *notes) add(one *note) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting = append(n.waiting, one)
	if !n.led {
		n.led = true
		close(one.lead)
	}
}

// take gives what is waiting, oldest first. The one who leads is the first.
func (n *notes) take() []*note {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := min(len(n.waiting), maxNotes)
	batch := n.waiting[:count:count]
	n.waiting = n.waiting[count:]
	return batch
}

// pass lets the next one lead who is still waiting.
func (n *notes) pass() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.led = len(n.waiting) > 0
	if n.led {
		close(n.waiting[0].lead)
	}
}
