package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// TakeLease makes the holder the only one who may work on a process until the
// given time, or fails with idv.ErrLeaseLost while another holds it. A lease
// that ends at now has ended, and so has one that a clock that was ahead has given.
func (t *transaction) TakeLease(ctx context.Context, key idv.ProcessKey, holder string, now, until time.Time) error {
	if err := t.holdProcess(ctx, key); err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE processes SET lease_holder = $4, lease_until = $5
		WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3 
			AND (lease_holder = '' OR lease_holder = $4 OR lease_until <= $6 OR lease_until > $7)`,
		key.Tenant, key.Dossier, key.Process, holder, micros(until), micros(now), micros(now.Add(longestLease)))
	if err != nil {
		return fmt.Errorf("take the lease of a process: %w", err)
	}
	if n == 0 {
		return idv.ErrLeaseLost
	}
	return nil
}

// RenewLease lets the holder work until a later time, or fails with
// idv.ErrLeaseLost when another has held the lease since.
func (t *transaction) RenewLease(ctx context.Context, key idv.ProcessKey, holder string, until time.Time) error {
	if err := t.holdProcess(ctx, key); err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE processes SET lease_until = $5
		WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3 AND lease_holder = $4`,
		key.Tenant, key.Dossier, key.Process, holder, micros(until))
	if err != nil {
		return fmt.Errorf("renew the lease of a process: %w", err)
	}
	if n == 0 {
		return idv.ErrLeaseLost
	}
	return nil
}

// ReleaseLease ends the holder's lease. It does nothing if the holder has none,
// also when the process is gone.
func (t *transaction) ReleaseLease(ctx context.Context, key idv.ProcessKey, holder string) error {
	if _, err := t.vault(ctx, key.Tenant, key.Dossier); idv.CodeOf(err) == idv.CodeNotFound {
		return nil
	} else if err != nil {
		return err
	}
	_, err := exec(ctx, t.q, `UPDATE processes SET lease_holder = '', lease_until = 0
		WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3 AND lease_holder = $4`, key.Tenant, key.Dossier, key.Process, holder)
	if err != nil {
		return fmt.Errorf("release the lease of a process: %w", err)
	}
	return nil
}

// ClearLeases ends what a killed process left held: every lease, duty and claim
// of a delivery, and every idempotency key without an answer. It is for the start
// on SQLite, where the file has one process, so none of the holders lives. On PostgreSQL, where they
// may, it does nothing: there a lease ends by itself.
func (db *DB) ClearLeases(ctx context.Context, now time.Time) error {
	if db.engine != SQLite {
		return nil
	}
	return db.update(ctx, func(t *transaction) error {
		if _, err := exec(ctx, t.q, `UPDATE processes SET lease_holder = '', lease_until = 0 WHERE lease_holder <> ''`); err != nil {
			return fmt.Errorf("clear the leases of processes: %w", err)
		}
		if _, err := exec(ctx, t.q, `DELETE FROM duties`); err != nil {
			return fmt.Errorf("free the duties: %w", err)
		}
		if _, err := exec(ctx, t.q, `UPDATE deliveries SET claim = '', due_at = 0 WHERE status = 'pending' AND claim <> ''`); err != nil {
			return fmt.Errorf("clear the claims of deliveries: %w", err)
		}
		if _, err := exec(ctx, t.q, `UPDATE idempotency SET expires_at = $1 WHERE answer IS NULL AND expires_at > $1`, micros(now)); err != nil {
			return fmt.Errorf("free the idempotency keys that have no answer: %w", err)
		}
		return nil
	})
}
