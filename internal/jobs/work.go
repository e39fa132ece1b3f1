package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/dossier-id/dossier/internal/crash"
	"github.com/dossier-id/dossier/internal/idv"
)

// args is a job as it lies in the queue: ids only.
type args struct {
	Tenant  string `json:"tenant,omitempty"`
	Dossier string `json:"dossier,omitempty"`
	Process string `json:"process,omitempty"`
	Ref     string `json:"ref,omitempty"`
}

func (a args) ids() args { return a }

// River tells kinds of work apart by the type of their arguments.
type (
	advance  struct{ args }
	hint     struct{ args }
	forget   struct{ args }
	erase    struct{ args }
	periodic struct {
		Name string `json:"name"`
	}
)

// Kind names the work in the queue's table.
func (advance) Kind() string { return string(idv.JobAdvance) }

// Kind names the work in the queue's table.
func (hint) Kind() string { return string(idv.JobHint) }

// Kind names the work in the queue's table.
func (forget) Kind() string { return string(idv.JobForget) }

// Kind names the work in the queue's table.
func (erase) Kind() string { return string(idv.JobEraseBlobs) }

// Kind names the work in the queue's table.
func (periodic) Kind() string { return "periodic" }

// InsertOpts lets a process have one live advance job.
func (advance) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

func insertParams(j idv.Job) (river.InsertManyParams, error) {
	a := args{Tenant: j.Tenant, Dossier: j.Dossier, Process: j.Process, Ref: j.Ref}
	opts := &river.InsertOpts{ScheduledAt: j.At, Priority: 1 + min(max(j.Rank, 0), idv.MaxRank)}
	switch j.Kind {
	case idv.JobAdvance:
		return river.InsertManyParams{Args: advance{a}, InsertOpts: opts}, nil
	case idv.JobHint:
		return river.InsertManyParams{Args: hint{a}, InsertOpts: opts}, nil
	case idv.JobForget:
		return river.InsertManyParams{Args: forget{a}, InsertOpts: opts}, nil
	case idv.JobEraseBlobs:
		return river.InsertManyParams{Args: erase{a}, InsertOpts: opts}, nil
	}
	return river.InsertManyParams{}, fmt.Errorf("there is no job of the kind %q", j.Kind)
}

func workers(c Config) (*river.Workers, error) {
	w := river.NewWorkers()
	return w, errors.Join(
		river.AddWorkerSafely(w, worker[advance]{handler: c.Handler, rescued: c.rescued, resume: c.Resume, log: c.Log}),
		river.AddWorkerSafely(w, worker[hint]{handler: c.Handler, rescued: c.rescued, resume: c.Resume, log: c.Log}),
		river.AddWorkerSafely(w, worker[forget]{handler: c.Handler, rescued: c.rescued, resume: c.Resume, log: c.Log}),
		river.AddWorkerSafely(w, worker[erase]{handler: c.Handler, rescued: c.rescued, resume: c.Resume, log: c.Log}),
		river.AddWorkerSafely(w, rounds{tasks: c.Periodic, log: c.Log}),
	)
}

// worker does the jobs of one kind.
type worker[T interface {
	river.JobArgs
	ids() args
}] struct {
	river.WorkerDefaults[T]
	handler Handler
	resume  func(ctx context.Context, carried string) context.Context
	log     *slog.Logger
	// rescued says of the time at which a run began whether it was left behind by a
	// process that was killed.
	rescued func(begun time.Time) bool
}

func (c Config) rescued(begun time.Time) bool { return c.Now().Sub(begun) >= c.rescueAfter() }

// NextRetry brings back at once what was rescued from a killed process, which
// says nothing about the work. What failed waits as River sees fit.
func (w worker[T]) NextRetry(job *river.Job[T]) time.Time {
	if job.AttemptedAt != nil && w.rescued(*job.AttemptedAt) {
		return *job.AttemptedAt
	}
	return time.Time{}
}

// Work does one job.
func (w worker[T]) Work(ctx context.Context, job *river.Job[T]) (err error) {
	defer survive(ctx, w.log, job.Kind, &err)
	if w.resume != nil {
		var with metadata
		if json.Unmarshal(job.Metadata, &with) == nil {
			ctx = w.resume(ctx, with.Carried)
		}
	}
	a := job.Args.ids()
	again, err := w.handler(ctx, idv.Job{
		Kind: idv.JobKind(job.Kind), Tenant: a.Tenant, Dossier: a.Dossier, Process: a.Process, Ref: a.Ref,
	}, job.AttemptedAt.Sub(job.CreatedAt))
	if err == nil && again > 0 {
		return river.JobSnooze(again)
	}
	return err
}

// errPanicked is what the queue's table says of a job that panicked.
var errPanicked = errors.New("the job panicked; the log says where")

// survive makes a panic the job's error. The queue would keep its value in the
// table and log it, and it may be personal.
func survive(ctx context.Context, log *slog.Logger, kind string, err *error) {
	if p := recover(); p != nil {
		crash.Log(ctx, log, "a job panicked", p, "kind", kind)
		*err = errPanicked
	}
}

// rounds does periodic work. A round that failed is not tried again: the next
// one comes by itself.
type rounds struct {
	river.WorkerDefaults[periodic]
	tasks []Periodic
	log   *slog.Logger
}

// Timeout lets a round take an hour: it may walk through everything there is.
func (rounds) Timeout(*river.Job[periodic]) time.Duration { return time.Hour }

// Work does one round.
func (r rounds) Work(ctx context.Context, job *river.Job[periodic]) (err error) {
	defer survive(ctx, r.log, job.Args.Name, &err)
	at := slices.IndexFunc(r.tasks, func(t Periodic) bool { return t.Name == job.Args.Name })
	if at < 0 {
		return nil
	}
	return r.tasks[at].Run(ctx)
}

// interval is a schedule that counts from now on. River's own counts on from its
// start, and would be wrong for good if the clock was wrong then.
type interval struct {
	every time.Duration
	now   func() time.Time
}

// Next gives the time of the next round.
func (i interval) Next(time.Time) time.Time { return i.now().Add(i.every) }

func periodicJobs(tasks []Periodic, now func() time.Time) []*river.PeriodicJob {
	jobs := make([]*river.PeriodicJob, len(tasks))
	for i, t := range tasks {
		jobs[i] = river.NewPeriodicJob(interval{t.Every, now}, func() (river.JobArgs, *river.InsertOpts) {
			return periodic{t.Name}, &river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: max(t.Every/2, time.Second)}}
		}, &river.PeriodicJobOpts{RunOnStart: true})
	}
	return jobs
}
