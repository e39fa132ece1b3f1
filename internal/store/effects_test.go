package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

var errAbort = errors.New("the use case fails at its end")

// TestRollbackLeavesNothing: state, event and job are durable together or none
// of them is, and the number of a lost event is given to the next.
func TestRollbackLeavesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		begin := func(fail error) (*idv.Process, error) {
			p := b.newProcess(d)
			return p, b.Update(t.Context(), func(tx idv.Tx) error {
				if err := tx.CreateProcess(t.Context(), p, idv.Effects{Event: p.Created(), Jobs: []idv.Job{{Kind: idv.JobAdvance, Ref: p.ID}}}); err != nil {
					return err
				}
				if err := tx.Enqueue(t.Context(), idv.Job{Kind: idv.JobHint, Ref: p.ID}); err != nil {
					return err
				}
				return fail
			})
		}
		for range 3 {
			if _, err := begin(errAbort); !errors.Is(err, errAbort) {
				t.Fatalf("error %v, want the use case's own", err)
			}
		}
		for _, table := range []string{"processes", "events", "test_jobs"} {
			if n := b.count(t, "SELECT COUNT(*) FROM "+table); n != 0 {
				t.Errorf("%s has %d rows after the rollback", table, n)
			}
		}
		p, err := begin(nil)
		must(t, err)
		events, err := b.Events(t.Context(), d.TenantID, d.ID, 0, 10)
		must(t, err)
		want := p.Created()
		want.ID, want.Sequence = events[0].ID, 1
		if len(events) != 1 || events[0] != want || want.ID == "" {
			t.Errorf("events %+v, want %+v", events, want)
		}
		if n := b.count(t, "SELECT COUNT(*) FROM test_jobs WHERE ref = $1", p.ID); n != 2 {
			t.Errorf("%d jobs, want 2", n)
		}
	})
}

func TestPanicLeavesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = b.Update(t.Context(), func(tx idv.Tx) error {
				must(t, tx.CreateDossier(t.Context(), &idv.Dossier{ID: "d", TenantID: "default", CreatedAt: noon}))
				panic("a bug")
			})
		}()
		b.dossier(t, "") // The one writer is free again.
		if n := b.count(t, "SELECT COUNT(*) FROM dossiers"); n != 1 {
			t.Errorf("%d dossiers, want 1", n)
		}
	})
}

// TestEventsAreNumberedWithoutGaps has many transactions of one dossier at the
// same time, every third of which is rolled back.
func TestEventsAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		const workers, rounds = 6, 9
		d := b.dossier(t, "")
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for i := range rounds {
					err := b.Update(t.Context(), func(tx idv.Tx) error {
						p := b.newProcess(d)
						if err := tx.CreateProcess(t.Context(), p, idv.Effects{Event: p.Created()}); err != nil {
							return err
						}
						if i%3 == 0 {
							return errAbort
						}
						return nil
					})
					if err != nil && !errors.Is(err, errAbort) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		events, err := b.Events(t.Context(), d.TenantID, d.ID, 0, 1000)
		must(t, err)
		if len(events) != workers*rounds*2/3 {
			t.Errorf("%d events, want %d", len(events), workers*rounds*2/3)
		}
		for i, e := range events {
			if e.Sequence != int64(i+1) {
				t.Fatalf("event %d has the sequence %d", i+1, e.Sequence)
			}
		}
		rest, err := b.Events(t.Context(), d.TenantID, d.ID, int64(len(events)-2), 1)
		must(t, err)
		if len(rest) != 1 || rest[0] != events[len(events)-2] {
			t.Errorf("the page behind the cursor is %+v", rest)
		}
		foreign, err := b.Events(t.Context(), "other", d.ID, 0, 10)
		if len(foreign) != 0 || err != nil {
			t.Errorf("another tenant reads %d events, %v", len(foreign), err)
		}
	})
}

// TestWhatAnUpdateReadIsStillSoWhenItWrites: of many who see the process
// pending and begin it, one does.
func TestWhatAnUpdateReadIsStillSoWhenItWrites(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := b.Update(t.Context(), func(tx idv.Tx) error {
					p, err := tx.Process(t.Context(), p.TenantID, p.DossierID, p.ID)
					if err != nil || p.Status != idv.StatusPending {
						return err
					}
					return tx.ChangeProcess(t.Context(), p, idv.Effects{Event: p.Begin(noon, noon.Add(time.Hour)), Jobs: []idv.Job{{Kind: idv.JobAdvance}}})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := b.count(t, "SELECT COUNT(*) FROM test_jobs"); n != 1 {
			t.Errorf("the process was begun %d times", n)
		}
	})
}

// TestDeletionAndWorkDoNotDeadlock lets deletions meet every kind of work on
// the same dossier.
func TestDeletionAndWorkDoNotDeadlock(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		for range 5 {
			d := b.dossier(t, "")
			p := b.process(t, d)
			works := []func(ctx context.Context, tx idv.Tx) error{
				func(ctx context.Context, tx idv.Tx) error { return tx.TakeLease(ctx, key(p), "a", noon, noon) },
				func(ctx context.Context, tx idv.Tx) error { return tx.ReleaseLease(ctx, key(p), "a") },
				func(ctx context.Context, tx idv.Tx) error { return tx.PutImages(ctx, p, nil, nil) },
				func(ctx context.Context, tx idv.Tx) error {
					return tx.PutStep(ctx, key(p), "s", idv.Step{IntendedAt: noon})
				},
				func(ctx context.Context, tx idv.Tx) error {
					begun := *p
					return tx.ChangeProcess(ctx, &begun, idv.Effects{Event: begun.Begin(noon, noon)})
				},
				func(ctx context.Context, tx idv.Tx) error { return tx.SaveUserData(ctx, d.TenantID, d.ID, nil, noon) },
				func(ctx context.Context, tx idv.Tx) error {
					return tx.DeleteDossier(ctx, d.TenantID, d.ID, idv.Effects{Event: d.Deleted(noon)})
				},
			}
			var wg sync.WaitGroup
			for _, work := range works {
				wg.Go(func() {
					err := b.Update(t.Context(), func(tx idv.Tx) error { return work(t.Context(), tx) })
					if err != nil && idv.CodeOf(err) != idv.CodeNotFound {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
	})
}

// TestViewIsOneSnapshot: what commits while a view is open is not seen by it.
func TestViewIsOneSnapshot(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			if _, err := r.Dossier(ctx, d.TenantID, d.ID); err != nil {
				return err
			}
			p := b.newProcess(d)
			err := b.Update(ctx, func(tx idv.Tx) error { return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}) })
			if err != nil {
				return err
			}
			got, err := r.Processes(ctx, d.TenantID, d.ID)
			if len(got) != 0 {
				t.Error("the view sees a process that is younger than it")
			}
			return err
		})
	})
}

func TestStateWithoutItsEventIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.newProcess(b.dossier(t, ""))
		err := b.Update(t.Context(), func(tx idv.Tx) error { return tx.CreateProcess(t.Context(), p, idv.Effects{}) })
		if err == nil || b.count(t, "SELECT COUNT(*) FROM processes") != 0 {
			t.Errorf("a process was created without an event: %v", err)
		}
	})
}

func TestJobsNeedAQueue(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), t.TempDir()+"/dossier.db", otherInstallation(t))
	must(t, err)
	defer db.Close()
	err = db.Update(t.Context(), func(tx idv.Tx) error { return tx.Enqueue(t.Context(), idv.Job{Kind: idv.JobHint}) })
	if err == nil || fmt.Sprint(err) != "enqueue 1 jobs: the store has no job queue yet (SetEnqueuer)" {
		t.Errorf("error %v, want one that says what is missing", err)
	}
	must(t, db.Update(t.Context(), func(tx idv.Tx) error { return tx.Enqueue(t.Context()) }))
}
