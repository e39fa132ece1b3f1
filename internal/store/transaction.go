package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-id/dossier/internal/audit"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

var (
	_ idv.Store    = (*DB)(nil)
	_ idv.BlobKeys = (*DB)(nil)
	_ idv.Tx       = (*transaction)(nil)
)

// Handle is an open transaction, for a queue that keeps its jobs in the same
// database. Ending the transaction is the store's business.
type Handle struct {
	// Tx is the transaction on SQLite, nil on PostgreSQL.
	Tx *sql.Tx
	// Conn is the connection that the transaction runs on; nil on SQLite. It must
	// not be used after Enqueue has returned.
	Conn *pgx.Conn
}

// Enqueuer stores jobs in a transaction that is open, so that they become
// durable with it or not at all.
type Enqueuer interface {
	Enqueue(ctx context.Context, tx Handle, jobs []idv.Job) error
}

// SetEnqueuer says where jobs go. Until then storing a job fails. It is called
// once, before the store is used: the queue needs the open database first.
func (db *DB) SetEnqueuer(e Enqueuer) { db.jobs = e }

// noQueue is the Enqueuer until there is one.
type noQueue struct{}

// Enqueue fails.
func (noQueue) Enqueue(context.Context, Handle, []idv.Job) error {
	return errors.New("the store has no job queue yet (SetEnqueuer)")
}

// View runs f on one consistent snapshot.
func (db *DB) View(ctx context.Context, f func(idv.Reader) error) error {
	return db.view(ctx, func(r *reader) error { return f(r) })
}

func (db *DB) view(ctx context.Context, f func(*reader) error) error {
	tx, err := db.reader.BeginTx(ctx, &db.viewing)
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	defer tx.Rollback()
	return f(newReader(db, tx, ""))
}

// Update runs f in one transaction. Inside f, only what f is given may be used:
// on SQLite any other write waits for this one to end, and f may run in another
// writer's goroutine (group). It fails with ErrClockBehind while the clock is.
func (db *DB) Update(ctx context.Context, f func(idv.Tx) error) error {
	return db.update(ctx, func(t *transaction) error { return f(t) })
}

func (db *DB) update(ctx context.Context, f func(*transaction) error) error {
	if err := db.OnTime(); err != nil {
		return err
	}
	var forgets bool
	body := func(t *transaction) error {
		if err := f(t); err != nil {
			return err
		}
		forgets = t.forgets
		return t.sealedInTime()
	}
	transact := db.updateAlone
	if db.group != nil {
		transact = db.group.do
	}
	if err := transact(ctx, body); err != nil || !forgets {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTimeout)
	defer cancel()
	_ = db.ForgetKeys(ctx) // What fails is noted in its table, and the next call tries again.
	return nil
}

// forgetTimeout bounds how long a deletion waits for its key to be forgotten.
const forgetTimeout = 10 * time.Second

// updateAlone runs f in a transaction of its own, on PostgreSQL.
func (db *DB) updateAlone(ctx context.Context, f func(*transaction) error) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer func() { _ = conn.Close() }() // It goes back to its pool.
	p, err := newPipeline(conn)
	if err != nil {
		return err
	}
	defer p.undo()
	t := &transaction{reader: newReader(db, p, db.locking), handle: Handle{Conn: p.pgx}}
	if err := f(t); err != nil {
		return err
	}
	if err := t.writeTrail(ctx); err != nil {
		return err
	}
	if err := p.commit(ctx); err != nil {
		return err
	}
	t.ring()
	return nil
}

// reader is a transaction that reads.
type reader struct {
	db      *DB
	q       querier
	locking string
	keys    map[seal.Context]*seal.Key
}

func newReader(db *DB, q querier, locking string) *reader {
	return &reader{db: db, q: q, locking: locking, keys: make(map[seal.Context]*seal.Key)}
}

// transaction is a reader that also writes.
type transaction struct {
	// sealedAt is when something was first sealed by a key-encryption key; zero before.
	sealedAt time.Time
	*reader
	handle Handle
	// brings: something waits to be published or delivered. publishes: the feed
	// has grown.
	brings, publishes bool
	// forgets: a key is to be forgotten once this is committed.
	forgets bool
	// trail is what is yet to be linked to the audit trail.
	trail []audit.Entry
}

// ring tells of what was committed.
func (t *transaction) ring() {
	if t.brings {
		t.db.due.ring()
	}
	if t.publishes {
		t.db.published.ring()
	}
}

// later runs a statement of which nothing is to be known but that it did not
// fail. doing is what the error says was tried; PostgreSQL may give it to the
// next statement, or to the end of the transaction.
func (t *transaction) later(ctx context.Context, doing, statement string, args ...any) error {
	if !storable(args) {
		return unstorable()
	}
	if p, ok := t.q.(*pipeline); ok {
		p.later(doing, statement, args...)
		return nil
	}
	if _, err := t.q.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// Enqueue stores jobs that come with no change of state.
func (t *transaction) Enqueue(ctx context.Context, jobs ...idv.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if t.db.group != nil { // The transaction is others' too: see steady.
		if err := ctx.Err(); err != nil {
			return err
		}
		ctx = context.WithoutCancel(ctx)
	}
	if p, ok := t.q.(*pipeline); ok {
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	if err := t.db.jobs.Enqueue(ctx, t.handle, jobs); err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(jobs), err)
	}
	return nil
}
