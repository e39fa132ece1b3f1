package store

import (
	"context"
	"fmt"
	"sync"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// newKey makes a key of its own leaf. After a backup was brought back, numbers
// come again that were given before: those that were forgotten are passed over.
func (t *transaction) newKey(ctx context.Context, at seal.Context) (wrapped []byte, key *seal.Key, err error) {
	t.seals()
	for {
		leaf, err := t.nextLeaf(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("take a leaf of the tree of keys: %w", err)
		}
		if t.db.Sealer.Remembers(uint64(leaf)) { // #nosec G115 -- it counts from 1
			return t.db.Sealer.NewKey(at, uint64(leaf)) // #nosec G115 -- as above
		}
	}
}

// nextLeaf gives a leaf that nobody else has been given.
func (t *transaction) nextLeaf(ctx context.Context) (int64, error) {
	if t.db.engine == SQLite {
		return one(ctx, t.q, value[int64], `UPDATE leaves SET next = next + 1 WHERE id = 1 RETURNING next - 1`)
	}
	if leaf, found := t.db.leaves.take(nil); found {
		return leaf, nil
	}
	given, err := all(ctx, t.q, value[int64], `SELECT nextval('leaves') FROM generate_series(1, 32)`)
	if err != nil {
		return 0, err
	}
	leaf, _ := t.db.leaves.take(given)
	return leaf, nil
}

// leaves are numbers that a sequence of PostgreSQL has given. It gives none
// twice, also when the transaction that asked is rolled back, so that several are
// asked for at once. What a replica does not use nobody does. The lock is never held
// while the database is asked: who asks may have to wait for another transaction,
// and that one for a leaf.
type leaves struct {
	mu    sync.Mutex
	spare []int64
}

// take adds what was given and takes one, if there is one.
func (l *leaves) take(given []int64) (leaf int64, found bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spare = append(l.spare, given...)
	if len(l.spare) == 0 {
		return 0, false
	}
	leaf, l.spare = l.spare[0], l.spare[1:]
	return leaf, true
}

// forget has the key forgotten as soon as the transaction is committed.
func (t *transaction) forget(ctx context.Context, at seal.Context, wrapped []byte) error {
	leaf, err := seal.LeafOf(wrapped)
	if err != nil {
		return err
	}
	_, err = exec(ctx, t.q, `INSERT INTO forgotten (leaf, tenant_id, dossier_id) VALUES ($1, $2, $3) ON CONFLICT (leaf) DO NOTHING`,
		int64(leaf), at.Tenant, at.Dossier) // #nosec G115 -- at most seal.MaxLeaf
	if err != nil {
		return fmt.Errorf("note the key to be forgotten: %w", err)
	}
	t.forgets = true
	return nil
}

// leavesAtOnce is how many leaves are forgotten at a time.
const leavesAtOnce = 1000

// ForgetKeys forgets the keys of what was deleted. A deletion calls it itself as
// soon as it is committed; a crash between the two, or a disk that cannot be
// written, leaves the rest to the next call.
func (db *DB) ForgetKeys(ctx context.Context) error {
	for {
		found, err := all(ctx, db.reader, scanForgotten, `SELECT leaf, tenant_id, dossier_id FROM forgotten ORDER BY leaf LIMIT $1`, leavesAtOnce)
		if err != nil {
			return fmt.Errorf("look for keys to be forgotten: %w", err)
		}
		if len(found) == 0 {
			return nil
		}
		leaves := make([]uint64, len(found))
		for i, f := range found {
			leaves[i] = uint64(f.leaf) // #nosec G115 -- it counts from 1
		}
		if err := db.Sealer.Forget(leaves...); err != nil {
			return fmt.Errorf("forget the keys of what was deleted: %w", err)
		}
		if err := db.settleForgotten(ctx, found); err != nil {
			return err
		}
	}
}

// forgottenRow is a leaf that is to be forgotten, and whose it was.
type forgottenRow struct {
	leaf            int64
	tenant, dossier string
}

func scanForgotten(r row) (f forgottenRow, err error) {
	err = r.Scan(&f.leaf, &f.tenant, &f.dossier)
	return f, err
}

// settleForgotten strikes off what is forgotten, and lets the write-ahead log of
// SQLite go, which may hold the rows as they were.
func (db *DB) settleForgotten(ctx context.Context, forgotten []forgottenRow) error {
	err := db.update(ctx, func(t *transaction) error {
		for _, f := range forgotten {
			if _, err := exec(ctx, t.q, `DELETE FROM forgotten WHERE leaf = $1`, f.leaf); err != nil {
				return fmt.Errorf("strike off a forgotten key: %w", err)
			}
			if err := t.DoneErasing(ctx, f.tenant, f.dossier, idv.PartKey, db.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || db.engine != SQLite {
		return err
	}
	// Where readers keep it from being cut it stays, and nobody waits for them.
	_, err = db.writer.ExecContext(ctx, `PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 5000`)
	if err != nil {
		return fmt.Errorf("cut the write-ahead log: %w", err)
	}
	return nil
}
