package webhook_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/netguard"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/webhook"
)

const (
	// benchEndpoints each get every event.
	benchEndpoints = 10
	benchEvents    = 200
)

// counter is an endpoint that says when enough has arrived.
type counter struct {
	*httptest.Server
	left   atomic.Int64
	done   chan struct{}
	arrive chan time.Time
}

func newCounter(b *testing.B) *counter {
	b.Helper()
	c := &counter{done: make(chan struct{}, 1), arrive: make(chan time.Time, 1)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case c.arrive <- time.Now():
		default:
		}
		w.WriteHeader(http.StatusNoContent)
		if c.left.Add(-1) == 0 {
			c.done <- struct{}{}
		}
	}))
	b.Cleanup(c.Close)
	return c
}

// onEngines runs a benchmark on SQLite and on PostgreSQL.
func onEngines(b *testing.B, run func(b *testing.B, db *store.DB)) {
	b.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			run(b, openBench(b, engine))
		})
	}
}

// openBench opens an empty database on an engine.
func openBench(b *testing.B, engine string) *store.DB {
	b.Helper()
	url := filepath.Join(b.TempDir(), "dossier.db")
	if engine == "postgres" {
		url = pgtest.New(b)
	}
	sealer, err := seal.CreateKeyFile(filepath.Join(b.TempDir(), "key.json"))
	checkB(b, err)
	db, err := store.Open(b.Context(), url, store.Options{Sealer: sealer, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }})
	checkB(b, err)
	b.Cleanup(func() { checkB(b, db.Close()) })
	return db
}

// BenchmarkBesidePlainRiver delivers what is waiting, in turns by the courier
// (publishing, signing, the guard and the storing of every outcome included) and
// by what one would write without this package: a River job for each delivery,
// which posts with net/http, signs and guards nothing, and remembers no answers.
// Every round is a pair on one database, so that what else the machine does hits
// both; what counts is the median of the pairs' ratios.
func BenchmarkBesidePlainRiver(b *testing.B) {
	onEngines(b, func(b *testing.B, db *store.DB) {
		b.Helper()
		c := newCounter(b)
		for i := range benchEndpoints {
			subscribeAt(b, db, fmt.Sprintf("%s/%d", c.URL, i))
		}
		river := newPlainRiver(b, db)
		var ours, plain, ratios []float64
		for b.Loop() {
			a, p := rateOfCourier(b, db, c), rateOfRiver(b, river, c)
			ours, plain, ratios = append(ours, a), append(plain, p), append(ratios, a/p)
		}
		b.ReportMetric(median(ours), "courier/s")
		b.ReportMetric(median(plain), "river/s")
		b.ReportMetric(median(ratios), "ratio")
	})
}

const benchDeliveries = benchEvents * benchEndpoints

// rateOfCourier gives deliveries in a second.
func rateOfCourier(b *testing.B, db *store.DB, c *counter) float64 {
	b.Helper()
	emitMany(b, db, benchEvents)
	c.left.Store(benchDeliveries)
	courier := newCourier(b, db)
	begun := time.Now()
	courier.Start()
	<-c.done
	took := time.Since(begun)
	courier.Stop(b.Context())
	return benchDeliveries / took.Seconds()
}

func rateOfRiver(b *testing.B, r plainRiver, c *counter) float64 {
	b.Helper()
	body := bytes.Repeat([]byte("x"), 500)
	var jobs []river.InsertManyParams
	for range benchDeliveries {
		jobs = append(jobs, river.InsertManyParams{Args: post{URL: c.URL, Body: body}})
	}
	r.insert(b, jobs)
	c.left.Store(benchDeliveries)
	begun := time.Now()
	r.start(b)
	<-c.done
	took := time.Since(begun)
	r.stop(b)
	return benchDeliveries / took.Seconds()
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// BenchmarkCommitToArrival has one event at a time in an idle office.
func BenchmarkCommitToArrival(b *testing.B) {
	onEngines(b, func(b *testing.B, db *store.DB) {
		b.Helper()
		c := newCounter(b)
		subscribeAt(b, db, c.URL)
		courier := newCourier(b, db)
		courier.Start()
		defer courier.Stop(b.Context())
		var took []time.Duration
		for b.Loop() {
			emitMany(b, db, 1)
			committed := time.Now()
			took = append(took, (<-c.arrive).Sub(committed))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
	})
}

func newCourier(b *testing.B, db *store.DB) *webhook.Courier {
	b.Helper()
	guard, err := netguard.New(netguard.Policy{Allow: []string{"127.0.0.1"}})
	checkB(b, err)
	return webhook.NewCourier(webhook.Config{
		Store: db, Due: db.Due, Client: guard.Client(webhook.Timeout), Now: time.Now, Random: rand.Float64, Log: slog.New(slog.DiscardHandler),
	})
}

func subscribeAt(b *testing.B, db *store.DB, url string) {
	b.Helper()
	now := time.Now()
	checkB(b, db.Update(b.Context(), func(tx idv.Tx) error {
		return tx.PutSubscription(b.Context(), &idv.Subscription{
			ID: uuid.NewString(), TenantID: store.DefaultTenant, URL: idv.Personal(url), Secret: secret, Events: idv.EventNames(),
			State: idv.SubscriptionActive, CreatedAt: now, UpdatedAt: now,
		})
	}))
}

// emitMany stores events, each of a dossier of its own.
func emitMany(b *testing.B, db *store.DB, n int) {
	b.Helper()
	now := time.Now()
	checkB(b, db.Update(b.Context(), func(tx idv.Tx) error {
		for range n {
			d := &idv.Dossier{ID: uuid.NewString(), TenantID: store.DefaultTenant, CreatedAt: now, UpdatedAt: now}
			p := &idv.Process{ID: uuid.NewString(), TenantID: d.TenantID, DossierID: d.ID, Provider: idv.ProviderOnfido, Type: idv.TypeDocument, Status: idv.StatusPending, CreatedAt: now}
			if err := tx.CreateDossier(b.Context(), d); err != nil {
				return err
			}
			if err := tx.CreateProcess(b.Context(), p, idv.Effects{Event: p.Created()}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// post is a plain job.
type post struct {
	URL  string `json:"url"`
	Body []byte `json:"body"`
}

// Kind names the job.
func (post) Kind() string { return "post" }

type poster struct{ river.WorkerDefaults[post] }

// Work posts.
func (poster) Work(ctx context.Context, job *river.Job[post]) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, job.Args.URL, bytes.NewReader(job.Args.Body))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// plainRiver is River on one of the two engines.
type plainRiver struct {
	insert      func(b *testing.B, jobs []river.InsertManyParams)
	start, stop func(b *testing.B)
}

func newPlainRiver(b *testing.B, db *store.DB) plainRiver {
	b.Helper()
	config := func() *river.Config {
		workers := river.NewWorkers()
		river.AddWorker(workers, poster{})
		return &river.Config{
			Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}}, Workers: workers,
			FetchCooldown: 5 * time.Millisecond, FetchPollInterval: 100 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
		}
	}
	if db.Engine() == store.SQLite {
		driver := riversqlite.New(db.Writer())
		m, err := rivermigrate.New(driver, nil)
		checkB(b, err)
		_, err = m.Migrate(b.Context(), rivermigrate.DirectionUp, nil)
		checkB(b, err)
		client, err := river.NewClient(driver, config())
		checkB(b, err)
		return plainRiverOf(client)
	}
	driver := riverpgxv5.New(db.Pool())
	m, err := rivermigrate.New(driver, nil)
	checkB(b, err)
	_, err = m.Migrate(b.Context(), rivermigrate.DirectionUp, nil)
	checkB(b, err)
	client, err := river.NewClient(driver, config())
	checkB(b, err)
	return plainRiverOf(client)
}

func plainRiverOf[T any](client *river.Client[T]) plainRiver {
	return plainRiver{
		insert: func(b *testing.B, jobs []river.InsertManyParams) {
			b.Helper()
			_, err := client.InsertMany(b.Context(), jobs)
			checkB(b, err)
		},
		start: func(b *testing.B) { b.Helper(); checkB(b, client.Start(context.WithoutCancel(b.Context()))) },
		stop:  func(b *testing.B) { b.Helper(); checkB(b, client.Stop(context.WithoutCancel(b.Context()))) },
	}
}

func checkB(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
