package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

func (b *bed) take(t *testing.T, p *idv.Process, holder string, now time.Time) error {
	t.Helper()
	return b.Update(t.Context(), func(tx idv.Tx) error {
		return tx.TakeLease(t.Context(), key(p), holder, now, now.Add(time.Minute))
	})
}

func (b *bed) renew(t *testing.T, p *idv.Process, holder string, until time.Time) error {
	t.Helper()
	return b.Update(t.Context(), func(tx idv.Tx) error { return tx.RenewLease(t.Context(), key(p), holder, until) })
}

func TestLeaseHasOneHolderAtATime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		lost := func(holder string, now time.Time) {
			t.Helper()
			if err := b.take(t, p, holder, now); !errors.Is(err, idv.ErrLeaseLost) {
				t.Errorf("%s took it at %v: %v, want ErrLeaseLost", holder, now.Sub(noon), err)
			}
		}
		release := func(holder string) {
			t.Helper()
			b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.ReleaseLease(ctx, key(p), holder) })
		}
		must(t, b.take(t, p, "a", noon))
		lost("b", noon.Add(time.Minute-time.Microsecond))
		must(t, b.renew(t, p, "a", noon.Add(90*time.Second)))
		lost("b", noon.Add(time.Minute))
		release("b") // not its lease: nothing happens
		lost("b", noon.Add(time.Minute))
		must(t, b.renew(t, p, "a", noon.Add(91*time.Second)))
		must(t, b.take(t, p, "b", noon.Add(91*time.Second))) // a's time is over
		lost("a", noon.Add(92*time.Second))
		release("b")
		if err := b.renew(t, p, "a", noon.Add(time.Hour)); !errors.Is(err, idv.ErrLeaseLost) {
			t.Errorf("a, overtaken by b, goes on: %v, want ErrLeaseLost", err)
		}
		must(t, b.take(t, p, "a", noon))
	})
}

func TestOneOfManyTakesTheLease(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		var taken atomic.Int32
		var wg sync.WaitGroup
		for _, holder := range []string{"a", "b", "c", "d", "e", "f"} {
			wg.Go(func() {
				switch err := b.take(t, p, holder, noon); {
				case err == nil:
					taken.Add(1)
				case !errors.Is(err, idv.ErrLeaseLost):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := taken.Load(); n != 1 {
			t.Errorf("%d took the lease, want 1", n)
		}
	})
}

// TestClearedLeasesAreFree holds for SQLite; on PostgreSQL the holder may live
// in another process and keeps its lease.
func TestClearedLeasesAreFree(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		must(t, b.take(t, p, "a", noon))
		must(t, b.ClearLeases(t.Context(), noon))
		err := b.take(t, p, "b", noon)
		if b.Engine() == store.SQLite {
			must(t, err)
		} else if !errors.Is(err, idv.ErrLeaseLost) {
			t.Errorf("the lease of a living holder was cleared: %v", err)
		}
	})
}
