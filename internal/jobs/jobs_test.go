package jobs_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/jobs"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

// onBoth runs a test on both databases, each with the handler of the test.
func onBoth(t *testing.T, test func(t *testing.T, open func(jobs.Config) (*store.DB, *jobs.Runner))) {
	t.Helper()
	for engine, url := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "dossier.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.New(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			test(t, func(c jobs.Config) (*store.DB, *jobs.Runner) { return open(t, at, c) })
		})
	}
}

func open(t *testing.T, url string, c jobs.Config) (*store.DB, *jobs.Runner) {
	t.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "key.json"))
	check(t, err)
	db, err := store.Open(t.Context(), url, store.Options{Sealer: sealer, NewID: uuid.NewString})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	c.Log, c.Poll, c.Now = cmp.Or(c.Log, slog.New(slog.DiscardHandler)), 10*time.Millisecond, time.Now
	r, err := jobs.New(t.Context(), db, c)
	check(t, err)
	db.SetEnqueuer(r)
	return db, r
}

func start(t *testing.T, r *jobs.Runner) {
	t.Helper()
	check(t, r.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		check(t, r.Stop(ctx))
	})
}

// recorder hands every job that is done to the test.
func recorder(answer func(idv.Job) (time.Duration, error)) (jobs.Handler, <-chan idv.Job) {
	done := make(chan idv.Job, 100)
	return func(_ context.Context, j idv.Job, _ time.Duration) (time.Duration, error) {
		again, err := answer(j)
		done <- j
		return again, err
	}, done
}

func ok(idv.Job) (time.Duration, error) { return 0, nil }

func TestJobsAreOfTheirTransaction(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(jobs.Config) (*store.DB, *jobs.Runner)) {
		t.Helper()
		handler, done := recorder(ok)
		db, r := open(jobs.Config{Handler: handler})
		taken := idv.Job{Kind: idv.JobForget, Tenant: "t", Ref: "taken"}
		rolledBack := errors.New("rolled back")
		err := db.Update(t.Context(), func(tx idv.Tx) error {
			check(t, tx.Enqueue(t.Context(), idv.Job{Kind: idv.JobForget, Ref: "lost"}))
			return rolledBack
		})
		if !errors.Is(err, rolledBack) {
			t.Fatal(err)
		}
		check(t, db.Update(t.Context(), func(tx idv.Tx) error { return tx.Enqueue(t.Context(), taken) }))
		start(t, r)
		if got := <-done; got != taken {
			t.Errorf("did %+v, want %+v", got, taken)
		}
		last := idv.Job{Kind: idv.JobEraseBlobs, Tenant: "t", Dossier: "d", Process: "p", Ref: "b"}
		check(t, db.Update(t.Context(), func(tx idv.Tx) error { return tx.Enqueue(t.Context(), last) }))
		if got := <-done; got != last {
			t.Errorf("did %+v, want %+v: what was rolled back came back", got, last)
		}
	})
}

func TestAProcessHasOneAdvanceJob(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(jobs.Config) (*store.DB, *jobs.Runner)) {
		t.Helper()
		handler, done := recorder(ok)
		db, r := open(jobs.Config{Handler: handler})
		advance := func(process string) idv.Job {
			return idv.Job{Kind: idv.JobAdvance, Tenant: "t", Dossier: "d", Process: process}
		}
		check(t, db.Update(t.Context(), func(tx idv.Tx) error {
			return tx.Enqueue(t.Context(), advance("p1"), advance("p1"), advance("p2"), advance("p1"))
		}))
		start(t, r)
		did := map[string]int{(<-done).Process: 1}
		did[(<-done).Process]++
		check(t, db.Update(t.Context(), func(tx idv.Tx) error { return tx.Enqueue(t.Context(), idv.Job{Kind: idv.JobForget, Ref: "end"}) }))
		if got := <-done; got.Ref != "end" || did["p1"] != 1 || did["p2"] != 1 {
			t.Errorf("did %v and then %+v", did, got)
		}
	})
}

func TestJobsComeBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(jobs.Config) (*store.DB, *jobs.Runner)) {
		t.Helper()
		times := 0
		handler, done := recorder(func(idv.Job) (time.Duration, error) {
			times++
			if times < 3 {
				return time.Millisecond, nil
			}
			return 0, nil
		})
		db, r := open(jobs.Config{Handler: handler, Workers: 1})
		check(t, db.Update(t.Context(), func(tx idv.Tx) error { return tx.Enqueue(t.Context(), idv.Job{Kind: idv.JobHint, Ref: "c"}) }))
		start(t, r)
		for range 3 {
			if got := <-done; got.Ref != "c" {
				t.Errorf("did %+v", got)
			}
		}
	})
}

// TestJobsOfAKilledProcessAreTakenBack leaves a job as a killed process leaves
// it; on SQLite the next start does it at once.
func TestJobsOfAKilledProcessAreTakenBack(t *testing.T) {
	t.Parallel()
	handler, done := recorder(ok)
	db, r := open(t, filepath.Join(t.TempDir(), "dossier.db"), jobs.Config{Handler: handler})
	check(t, db.Update(t.Context(), func(tx idv.Tx) error { return tx.Enqueue(t.Context(), idv.Job{Kind: idv.JobForget, Ref: "a"}) }))
	mustExec(t, db.Writer(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = datetime('now')`)
	start(t, r)
	if got := <-done; got.Ref != "a" {
		t.Errorf("did %+v", got)
	}
}

func TestPeriodicWork(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(jobs.Config) (*store.DB, *jobs.Runner)) {
		t.Helper()
		rounds := make(chan struct{}, 10)
		_, r := open(jobs.Config{Handler: func(context.Context, idv.Job, time.Duration) (time.Duration, error) { return 0, nil }, Periodic: []jobs.Periodic{
			{Name: "round", Every: time.Hour, Run: func(context.Context) error { rounds <- struct{}{}; return nil }},
		}})
		start(t, r)
		<-rounds
	})
}

func mustExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	check(t, err)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
