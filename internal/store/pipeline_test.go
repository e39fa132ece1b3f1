package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
)

// TestPipeline lets statements that nobody waits for fail: the failure belongs to
// the next question or to the end, undoes everything, and leaves a connection that
// works.
func TestPipeline(t *testing.T) {
	t.Parallel()
	db := openPipeline(t)
	const insert = `INSERT INTO written (name) VALUES ($1)`
	count := func(tx *transaction) (int64, error) {
		return one(t.Context(), tx.q, value[int64], `SELECT count(*) FROM written`)
	}
	errOwn := errors.New("given up")
	for name, c := range map[string]struct {
		write func(ctx context.Context, tx *transaction) error
		want  string
	}{
		"at the end": {func(ctx context.Context, tx *transaction) error {
			return errors.Join(tx.later(ctx, "write a", insert, "a"), tx.later(ctx, "write a again", insert, "a"))
		}, "write a again: "},
		"at the next question": {func(ctx context.Context, tx *transaction) error {
			if err := errors.Join(tx.later(ctx, "write b", insert, "b"), tx.later(ctx, "write b again", insert, "b")); err != nil {
				return err
			}
			_, err := count(tx)
			return err
		}, "write b again: "},
		"hidden from the transaction": {func(ctx context.Context, tx *transaction) error {
			err := errors.Join(tx.later(ctx, "write c", insert, "c"), tx.later(ctx, "write c again", insert, "c"))
			_, _ = count(tx) // An error that is overlooked must not commit.
			return err
		}, "undone"},
		"by its own choice": {func(ctx context.Context, tx *transaction) error {
			return errors.Join(tx.later(ctx, "write d", insert, "d"), errOwn)
		}, errOwn.Error()},
		"with a text that cannot be stored": {func(ctx context.Context, tx *transaction) error {
			return tx.later(ctx, "write e", insert, "e\x00")
		}, "NUL"},
	} {
		err := db.update(t.Context(), func(tx *transaction) error { return c.write(t.Context(), tx) })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	err := db.update(t.Context(), func(tx *transaction) error {
		if n, err := count(tx); err != nil || n != 0 {
			t.Errorf("%d rows were left behind: %v", n, err)
		}
		if err := tx.later(t.Context(), "write f", insert, "f"); err != nil {
			return err
		}
		n, err := count(tx)
		if n != 1 {
			t.Errorf("a question sees %d rows, want what was said before it", n)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// openPipeline opens a store on PostgreSQL with one connection, so that what one
// transaction leaves behind the next would meet.
func openPipeline(t *testing.T) *DB {
	t.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), pgtest.New(t)+"&pool_max_conns=1", Options{Sealer: sealer, NewID: uuid.NewString})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.writer.ExecContext(t.Context(), `CREATE TABLE written (name TEXT UNIQUE)`); err != nil {
		t.Fatal(err)
	}
	return db
}
