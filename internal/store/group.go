package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// maxGroup bounds how long a commit can keep its first writer waiting.
const maxGroup = 64

// group lets the writers that wait for SQLite's one connection share a
// transaction: making it durable costs the same for one as for many. Each writer
// has a savepoint of its own, so that the failure of one undoes only what that
// one did. They run in the order they came, and each sees what those before it
// wrote; when the commit fails, it fails for all.
//
// There is no goroutine of its own: one of the writers leads and does the work
// of all that wait.
type group struct {
	db   *DB
	lead chan struct{} // holds a token while nobody leads

	mu      sync.Mutex
	waiting []*write
}

func newGroup(db *DB) *group {
	g := &group{db: db, lead: make(chan struct{}, 1)}
	g.lead <- struct{}{}
	return g
}

// write is what one writer wants done.
type write struct {
	ctx  context.Context //nolint:containedctx // the writer's own, while somebody else does its work
	f    func(*transaction) error
	done chan struct{} // closed when err or panicked is final

	t        *transaction
	err      error
	panicked any
}

// errGone ends the writers of a group whose transaction ended under them.
var errGone = errors.New("the transaction that was shared with other writers has ended")

// do runs f as part of a transaction and returns once that is durable.
func (g *group) do(ctx context.Context, f func(*transaction) error) error {
	w := &write{ctx: ctx, f: f, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	for {
		select {
		case <-w.done:
			return w.outcome()
		default:
		}
		select {
		case <-w.done:
		case <-g.lead:
			g.run()
		case <-ctx.Done():
			if g.withdraw(w) {
				return fmt.Errorf("wait to write: %w", ctx.Err())
			}
			<-w.done // It is being done, which takes a moment only.
		}
	}
}

// well says that it was done and did not fail by itself.
func (w *write) well() bool { return w.t != nil && w.err == nil && w.panicked == nil }

// outcome gives the error, and panics in the writer's own goroutine.
func (w *write) outcome() error {
	if w.panicked != nil {
		panic(w.panicked)
	}
	return w.err
}

// withdraw takes out a writer that nobody has begun to serve.
func (g *group) withdraw(w *write) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, other := range g.waiting {
		if other == w {
			g.waiting = append(g.waiting[:i:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// next gives those that wait, as many as a group may have.
func (g *group) next() []*write {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), maxGroup)
	writes := g.waiting[:n:n]
	g.waiting = append([]*write(nil), g.waiting[n:]...)
	return writes
}

// run does the work of a group and lets the next one lead, however it ends: the
// function of a test may end its goroutine.
func (g *group) run() {
	writes := g.next()
	err := errGone
	defer func() {
		for _, w := range writes {
			if w.err == nil && w.panicked == nil {
				w.err = err
			}
			close(w.done)
		}
		g.lead <- struct{}{}
	}()
	if len(writes) > 0 {
		err = g.commit(writes)
	}
}

// commit does the writes in one transaction. Its error is that of every write
// that has none of its own.
func (g *group) commit(writes []*write) error {
	// What one writer gives up must not end the transaction of the others.
	ctx := context.WithoutCancel(writes[0].ctx)
	tx, err := g.db.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	defer tx.Rollback()
	end := g.transaction(tx)
	for _, w := range writes {
		if err := g.one(ctx, tx, w, len(writes) > 1); err != nil {
			return fmt.Errorf("%w: %w", errGone, err)
		}
		if w.well() {
			end.trail = append(end.trail, w.t.trail...)
		}
	}
	if !slices.ContainsFunc(writes, (*write).well) {
		return nil // There is nothing to keep.
	}
	if err := end.writeTrail(ctx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, w := range writes {
		if w.well() {
			w.t.ring()
		}
	}
	return nil
}

func (g *group) transaction(tx *sql.Tx) *transaction {
	return &transaction{reader: newReader(g.db, steady{tx}, ""), handle: Handle{Tx: tx}}
}

// one does a single write, within a savepoint when there are others. It fails
// when the transaction can not go on.
func (g *group) one(ctx context.Context, tx *sql.Tx, w *write, others bool) error {
	if w.err = w.ctx.Err(); w.err != nil {
		return nil //nolint:nilerr // it is the writer's own, and the others go on
	}
	w.t = g.transaction(tx)
	if !others {
		w.call()
		return nil
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT writer"); err != nil {
		return fmt.Errorf("begin a writer's part: %w", err)
	}
	w.call()
	end := "RELEASE writer"
	if !w.well() {
		end = "ROLLBACK TO writer; RELEASE writer"
	}
	if _, err := tx.ExecContext(ctx, end); err != nil {
		return fmt.Errorf("end a writer's part: %w", err)
	}
	return nil
}

func (w *write) call() {
	defer func() { w.panicked = recover() }()
	w.err = w.f(w.t)
}

// steady runs each statement to its end: SQLite undoes the whole transaction when
// it is interrupted in one that writes, and that is others' too. A context that
// has ended lets no further statement begin.
type steady struct{ tx *sql.Tx }

// QueryContext begins no statement when ctx has ended.
func (s steady) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.tx.QueryContext(context.WithoutCancel(ctx), query, args...)
}

// ExecContext begins no statement when ctx has ended.
func (s steady) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.tx.ExecContext(context.WithoutCancel(ctx), query, args...)
}
