package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/seal"
)

func openGroup(tb testing.TB) *DB {
	tb.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(tb.TempDir(), "keys.json"))
	if err != nil {
		tb.Fatal(err)
	}
	db, err := Open(tb.Context(), filepath.Join(tb.TempDir(), "d.db"), Options{Sealer: sealer, NewID: uuid.NewString})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if _, err := db.writer.ExecContext(tb.Context(), `CREATE TABLE written (place INTEGER PRIMARY KEY, name TEXT UNIQUE)`); err != nil {
		tb.Fatal(err)
	}
	return db
}

// held fills a group: its first writer blocks until the others wait, so that
// they share the transaction after it. It gives what each of them came to.
func held(t *testing.T, db *DB, writes ...func(context.Context, *transaction) error) []error {
	t.Helper()
	begun, release := make(chan struct{}), make(chan struct{})
	outcomes := make([]error, len(writes))
	var all sync.WaitGroup
	all.Go(func() {
		if err := db.update(t.Context(), func(*transaction) error { close(begun); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-begun
	for i, write := range writes {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					outcomes[i] = fmt.Errorf("panicked: %v", p)
				}
			}()
			outcomes[i] = db.update(t.Context(), func(tx *transaction) error { return write(t.Context(), tx) })
		})
		waiting(db, i+1)
	}
	close(release)
	all.Wait()
	return outcomes
}

// waiting spins until so many writers wait: each appends itself before it blocks.
func waiting(db *DB, n int) {
	for {
		db.group.mu.Lock()
		there := len(db.group.waiting)
		db.group.mu.Unlock()
		if there >= n {
			return
		}
		runtime.Gosched()
	}
}

func insert(name string) func(context.Context, *transaction) error {
	return func(ctx context.Context, t *transaction) error {
		_, err := exec(ctx, t.q, `INSERT INTO written (name) VALUES ($1)`, name)
		return err
	}
}

func written(t *testing.T, db *DB) string {
	t.Helper()
	names, err := all(t.Context(), db.reader, value[string], `SELECT name FROM written ORDER BY place`)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(names)
}

// TestOneFailureOfAGroup has writers fail in every way there is between two that
// do not.
func TestOneFailureOfAGroup(t *testing.T) {
	t.Parallel()
	db, own := openGroup(t), errors.New("its own")
	outcomes := held(t, db,
		insert("a"),
		func(ctx context.Context, tx *transaction) error { return errors.Join(insert("lost")(ctx, tx), own) },
		func(ctx context.Context, tx *transaction) error {
			return errors.Join(insert("lost too")(ctx, tx), insert("a")(ctx, tx))
		},
		func(ctx context.Context, tx *transaction) error {
			_ = insert("lost as well")(ctx, tx)
			panic("a bug")
		},
		func(ctx context.Context, tx *transaction) error {
			gone, cancel := context.WithCancel(ctx)
			err := insert("never")(gone, tx)
			cancel()
			return errors.Join(err, insert("never either")(gone, tx))
		},
		insert("z"),
	)
	if outcomes[0] != nil || outcomes[5] != nil {
		t.Errorf("the good ones came to %v and %v", outcomes[0], outcomes[5])
	}
	if !errors.Is(outcomes[1], own) || outcomes[2] == nil || outcomes[3] == nil || !errors.Is(outcomes[4], context.Canceled) {
		t.Errorf("the others came to %v", outcomes[1:5])
	}
	if got := written(t, db); got != "[a z]" {
		t.Errorf("written are %s", got)
	}
}

func TestAGroupKeepsTheOrder(t *testing.T) {
	t.Parallel()
	db := openGroup(t)
	var writes []func(context.Context, *transaction) error
	want := make([]string, 150) // more than one group takes
	for i := range want {
		want[i] = fmt.Sprintf("%03d", i)
		writes = append(writes, insert(want[i]))
	}
	for i, err := range held(t, db, writes...) {
		if err != nil {
			t.Errorf("writer %d: %v", i, err)
		}
	}
	if got := written(t, db); got != fmt.Sprint(want) {
		t.Errorf("written are %s", got)
	}
}

// TestWhoGivesUpIsNotWritten cancels a writer while it waits.
func TestWhoGivesUpIsNotWritten(t *testing.T) {
	t.Parallel()
	db := openGroup(t)
	begun, release := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		if err := db.update(t.Context(), func(*transaction) error { close(begun); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	outcome := make(chan error, 1)
	go func() {
		outcome <- db.update(ctx, func(tx *transaction) error { return insert("late")(t.Context(), tx) })
	}()
	waiting(db, 1)
	cancel()
	if err := <-outcome; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	close(release)
	first.Wait()
	if got := written(t, db); got != "[]" {
		t.Errorf("written are %s", got)
	}
}

// TestABrokenTransactionFailsAll ends the transaction under its writers, as a
// full disk does.
func TestABrokenTransactionFailsAll(t *testing.T) {
	t.Parallel()
	db := openGroup(t)
	outcomes := held(t, db,
		insert("before"),
		func(ctx context.Context, tx *transaction) error {
			_, err := tx.q.ExecContext(ctx, "ROLLBACK")
			return err
		},
		insert("after"),
	)
	for i, err := range outcomes {
		if err == nil {
			t.Errorf("writer %d was told that it is durable", i)
		}
	}
	if got := written(t, db); got != "[]" {
		t.Errorf("written are %s", got)
	}
	if err := db.update(t.Context(), func(tx *transaction) error { return insert("next")(t.Context(), tx) }); err != nil {
		t.Errorf("the next group: %v", err)
	}
}

// BenchmarkWriters compares Update with a loop on the bare driver that makes
// each insert durable by itself, at one client and at 64.
func BenchmarkWriters(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("update/%d", clients), func(b *testing.B) {
			db := openGroup(b)
			inserts(b, clients, func(ctx context.Context, name string) error {
				return db.update(ctx, func(tx *transaction) error { return insert(name)(ctx, tx) })
			})
		})
		b.Run(fmt.Sprintf("driver/%d", clients), func(b *testing.B) {
			db := openGroup(b)
			inserts(b, clients, func(ctx context.Context, name string) error { return insertAlone(ctx, db.writer, name) })
		})
	}
}

func insertAlone(ctx context.Context, db *sql.DB, name string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `INSERT INTO written (name) VALUES ($1)`, name); err != nil {
		return err
	}
	return tx.Commit()
}

// inserts has so many clients share b.N inserts.
func inserts(b *testing.B, clients int, insert func(context.Context, string) error) {
	b.Helper()
	work := make(chan int, b.N)
	for i := range b.N {
		work <- i
	}
	close(work)
	b.ResetTimer()
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for i := range work {
				if err := insert(b.Context(), fmt.Sprint(i)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}
