package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/jobs"
	"github.com/dossier-id/dossier/internal/store"
)

// journal keeps what is logged.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds to it.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// TestAPanicNamesNobody: a job and a round that panic are told of without the
// value of the panic, in the log and in the queue's table.
func TestAPanicNamesNobody(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(jobs.Config) (*store.DB, *jobs.Runner)) {
		t.Helper()
		log, begun := new(journal), make(chan string, 100) // a job is tried again
		panics := func(what string) error {
			begun <- what
			panic("Anna")
		}
		db, r := open(jobs.Config{
			Log:      slog.New(slog.NewTextHandler(log, nil)),
			Handler:  func(context.Context, idv.Job, time.Duration) (time.Duration, error) { return 0, panics("job") },
			Periodic: []jobs.Periodic{{Name: "a round", Every: time.Hour, Run: func(context.Context) error { return panics("round") }}},
		})
		check(t, r.Start(t.Context()))
		check(t, db.Update(t.Context(), func(tx idv.Tx) error { return tx.Enqueue(t.Context(), idv.Job{Kind: idv.JobForget}) }))
		for seen := map[string]bool{}; len(seen) < 2; {
			seen[<-begun] = true
		}
		check(t, r.Stop(t.Context())) // waits until what happened is stored
		var failed int
		var rows string
		check(t, db.Writer().QueryRowContext(t.Context(),
			`SELECT COUNT(*), MAX(CAST(errors AS TEXT)) FROM river_job WHERE errors IS NOT NULL`).Scan(&failed, &rows))
		if failed != 2 || !strings.Contains(rows, "the job panicked") {
			t.Errorf("%d rows have failed: %s", failed, rows)
		}
		for _, want := range []string{`kind="a round"`, "kind=provider_forget", "a value that may be personal", "panic_test.go:"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log lacks %q: %s", want, log)
			}
		}
		if strings.Contains(rows, "Anna") || strings.Contains(log.String(), "Anna") {
			t.Errorf("the value of the panic is in the table or in the log: %s; %s", rows, log)
		}
	})
}
