package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// Handler does a job. age is how long ago it was enqueued. A positive again
// brings the job back after it without counting as a failure; an error brings
// it back by the queue's own schedule.
type Handler func(ctx context.Context, j idv.Job, age time.Duration) (again time.Duration, err error)

// Periodic is work that one of all replicas does at start and then every so
// often.
type Periodic struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// Config is what a Runner is made of.
type Config struct {
	Handler  Handler
	Periodic []Periodic
	Log      *slog.Logger
	Now      func() time.Time
	// Carry gives what Resume makes of the context of whoever stored a job that of
	// its work; both or neither.
	Carry  func(ctx context.Context) string
	Resume func(ctx context.Context, carried string) context.Context
	// Workers is how many jobs run at once; default 16.
	Workers int
	// Timeout is the longest run of one job; default 45 s. A job whose process
	// was killed is rescued soon after it.
	Timeout time.Duration
	// Poll is how often the database is asked for work that nobody announced;
	// default 100 ms on SQLite and 1 s on PostgreSQL, which announces.
	Poll time.Duration
}

// Runner works the queue between Start and Stop, and enqueues at any time.
type Runner struct {
	queue queue
	db    *store.DB
	carry func(ctx context.Context) string
	now   func() time.Time
	// working is true from Start to Stop.
	working atomic.Bool
}

// queue is River on one of the two databases, whose transactions have
// different types.
type queue interface {
	migrate(ctx context.Context) error
	insert(ctx context.Context, tx store.Handle, jobs []river.InsertManyParams) error
	start(ctx context.Context) error
	stop(ctx context.Context) error
	stopped() <-chan struct{}
	abort(ctx context.Context) error
}

// New prepares the queue's tables in db and gives a Runner that does not work
// yet.
func New(ctx context.Context, db *store.DB, c Config) (*Runner, error) {
	q, err := open(db, c)
	if err != nil {
		return nil, fmt.Errorf("open the job queue: %w", err)
	}
	if err := q.migrate(ctx); err != nil {
		return nil, fmt.Errorf("prepare the job queue's tables: %w", err)
	}
	return &Runner{queue: q, db: db, carry: c.Carry, now: c.Now}, nil
}

// Enqueue stores jobs in the transaction that is open, equal ones once. A
// process that has a live advance job gets no second one.
func (r *Runner) Enqueue(ctx context.Context, tx store.Handle, jobs []idv.Job) error {
	params := make([]river.InsertManyParams, 0, len(jobs))
	seen := map[idv.Job]bool{}
	for _, j := range jobs {
		if seen[j] {
			continue // River takes no unique job twice in one call.
		}
		seen[j] = true
		p, err := insertParams(j)
		if err != nil {
			return err
		}
		if p.InsertOpts.Metadata, err = r.carried(ctx); err != nil {
			return err
		}
		params = append(params, p)
	}
	if len(params) == 0 {
		return nil
	}
	return r.queue.insert(ctx, tx, params)
}

// metadata is what goes with a job beside what it is.
type metadata struct {
	Carried string `json:"carried,omitempty"`
}

func (r *Runner) carried(ctx context.Context) ([]byte, error) {
	if r.carry == nil {
		return nil, nil
	}
	return json.Marshal(metadata{r.carry(ctx)})
}

// Counts says how many jobs there are in each state that is not final.
func (r *Runner) Counts(ctx context.Context) (map[string]int64, error) {
	rows, err := r.db.Writer().QueryContext(ctx, `SELECT CAST(state AS TEXT), count(*) FROM river_job
		WHERE state IN ('available', 'pending', 'retryable', 'running', 'scheduled') GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count the jobs: %w", err)
	}
	defer rows.Close()
	found := map[string]int64{"available": 0, "pending": 0, "retryable": 0, "running": 0, "scheduled": 0}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("count the jobs: %w", err)
		}
		found[state] = n
	}
	return found, rows.Err()
}

// Start begins to work. ctx bounds the start only.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.takeBack(ctx); err != nil {
		return err
	}
	if err := r.BringBack(ctx, r.now()); err != nil {
		return err
	}
	// River ends its work with the context that it was started with.
	if err := r.queue.start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	r.working.Store(true)
	return nil
}

// Ready says why jobs cannot be stored or, between Start and Stop, are not
// worked; or nil.
func (r *Runner) Ready(ctx context.Context) error {
	if r.working.Load() {
		select {
		case <-r.queue.stopped():
			return errors.New("the job queue has stopped working")
		default:
		}
	}
	var n int
	if err := r.db.Writer().QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM river_job LIMIT 1) AS job`).Scan(&n); err != nil {
		return fmt.Errorf("read the job queue: %w", err)
	}
	return nil
}

// Stop takes no new job, waits for those that run, and cancels them when ctx
// ends. What did not finish is handed back and done again at the next start, so
// that is no error.
func (r *Runner) Stop(ctx context.Context) error {
	r.working.Store(false)
	if r.queue.stop(ctx) == nil {
		return nil
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return r.queue.abort(grace)
}

// takeBack frees the jobs that a killed process was running. On SQLite the file
// has one owner, so a running job at the start belongs to nobody; on PostgreSQL
// River rescues it once its time is over.
func (r *Runner) takeBack(ctx context.Context) error {
	if r.db.Engine() != store.SQLite {
		return nil
	}
	_, err := r.db.Writer().ExecContext(ctx, `UPDATE river_job SET state = 'available', attempted_at = NULL WHERE state = 'running'`)
	if err != nil {
		return fmt.Errorf("take back the jobs of a killed process: %w", err)
	}
	return nil
}

// timeout is Timeout or its default.
func (c Config) timeout() time.Duration { return cmp.Or(c.Timeout, 45*time.Second) }

// rescueAfter is how old a run must be before it counts as that of a killed
// process.
func (c Config) rescueAfter() time.Duration { return c.timeout() + 5*time.Second }

func (c Config) river(workers *river.Workers, poll time.Duration) *river.Config {
	return &river.Config{
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: cmp.Or(c.Workers, 16)}},
		Workers:              workers,
		PeriodicJobs:         periodicJobs(c.Periodic, c.Now),
		JobTimeout:           c.timeout(),
		RescueStuckJobsAfter: c.rescueAfter(),
		FetchPollInterval:    cmp.Or(c.Poll, poll),
		FetchCooldown:        min(cmp.Or(c.Poll, poll), 50*time.Millisecond),
		Logger:               slog.New(warnings{c.Log.Handler()}),
	}
}

// warnings passes on what an operator must know of the queue and drops its
// daily chatter.
type warnings struct{ slog.Handler }

// Handle drops what is only the echo of a stop.
func (w warnings) Handle(ctx context.Context, r slog.Record) error {
	stopped := false
	r.Attrs(func(a slog.Attr) bool {
		stopped = strings.Contains(a.Value.String(), context.Canceled.Error())
		return !stopped
	})
	if stopped {
		return nil
	}
	return w.Handler.Handle(ctx, r)
}

// Enabled says whether a record of the level is worth making.
func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}
