package webhook_test

import (
	"bytes"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/netguard"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/webhook"
)

// post office: couriers on one real database, with a real endpoint.
type postOffice struct {
	t       *testing.T
	url     string
	options store.Options
	db      *store.DB
	log     *logBook
	inbox   *inbox
}

// logBook keeps what is logged.
type logBook struct {
	mu sync.Mutex
	bytes.Buffer
}

// Write keeps a line.
func (l *logBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

func (l *logBook) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.String()
}

// inbox is an endpoint that tells of each call.
type inbox struct {
	*httptest.Server
	came chan arrival
}

type arrival struct{ path, id string }

func newInbox(t *testing.T) *inbox {
	t.Helper()
	i := &inbox{came: make(chan arrival, 10_000)}
	i.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		i.came <- arrival{r.URL.Path, r.Header.Get("webhook-id")}
	}))
	t.Cleanup(i.Close)
	return i
}

// wait gives the next so many calls.
func (i *inbox) wait(t *testing.T, n int) (calls []arrival) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for len(calls) < n {
		select {
		case c := <-i.came:
			calls = append(calls, c)
		case <-late.C:
			t.Fatalf("%d of %d calls arrived: %v", len(calls), n, calls)
		}
	}
	return calls
}

// onDatabases runs a test on SQLite and on PostgreSQL.
func onDatabases(t *testing.T, test func(o *postOffice)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newPostOffice(t, filepath.Join(t.TempDir(), "dossier.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(newPostOffice(t, pgtest.New(t)))
	})
}

func newPostOffice(t *testing.T, url string) *postOffice {
	t.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "key.json"))
	check(t, err)
	o := &postOffice{t: t, url: url, log: new(logBook), inbox: newInbox(t), options: store.Options{
		Sealer: sealer, NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	}}
	o.db = o.open()
	return o
}

// open opens the database once more, as another server would.
func (o *postOffice) open() *store.DB {
	o.t.Helper()
	db, err := store.Open(o.t.Context(), o.url, o.options)
	check(o.t, err)
	o.t.Cleanup(func() { check(o.t, db.Close()) })
	return db
}

// courier starts one on a database.
func (o *postOffice) courier(db *store.DB) {
	o.t.Helper()
	guard, err := netguard.New(netguard.Policy{Allow: []string{"127.0.0.1"}})
	check(o.t, err)
	c := webhook.NewCourier(webhook.Config{
		Store: db, Due: db.Due, Client: guard.Client(webhook.Timeout), Now: time.Now, Random: rand.Float64, Poll: 50 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(o.log, nil)),
	})
	c.Start()
	o.t.Cleanup(func() { c.Stop(context.WithoutCancel(o.t.Context())) })
}

func (o *postOffice) update(db *store.DB, f func(ctx context.Context, tx idv.Tx) error) {
	o.t.Helper()
	check(o.t, db.Update(o.t.Context(), func(tx idv.Tx) error { return f(o.t.Context(), tx) }))
}

// subscribe stores a subscription to everything.
func (o *postOffice) subscribe(path string) *idv.Subscription {
	o.t.Helper()
	now := time.Now()
	s := &idv.Subscription{
		ID: o.options.NewID(), TenantID: store.DefaultTenant, URL: idv.Personal(o.inbox.URL + path), Secret: secret, Events: idv.EventNames(),
		State: idv.SubscriptionActive, CreatedAt: now, UpdatedAt: now,
	}
	o.update(o.db, func(ctx context.Context, tx idv.Tx) error { return tx.PutSubscription(ctx, s) })
	return s
}

// fail makes a process in a dossier of its own that calls back, and ends it.
func (o *postOffice) fail(db *store.DB, callback string) *idv.Process {
	o.t.Helper()
	now := time.Now()
	d := &idv.Dossier{ID: o.options.NewID(), TenantID: store.DefaultTenant, ExternalReference: "customer 7", CreatedAt: now, UpdatedAt: now}
	p := &idv.Process{
		ID: o.options.NewID(), TenantID: d.TenantID, DossierID: d.ID, Provider: idv.ProviderOnfido, Type: idv.TypeDocument, Path: idv.PathUpload,
		Status: idv.StatusPending, CreatedAt: now, UpdatedAt: now, Callback: idv.Callback{URL: idv.Personal(o.inbox.URL + callback)},
	}
	o.update(db, func(ctx context.Context, tx idv.Tx) error {
		check(o.t, tx.CreateDossier(ctx, d))
		check(o.t, tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}))
		return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Fail(&idv.Failure{Type: idv.FailProvider}, now)})
	})
	return p
}

func (o *postOffice) exec(statement string, args ...any) {
	o.t.Helper()
	_, err := o.db.Writer().ExecContext(o.t.Context(), statement, args...)
	check(o.t, err)
}

// TestWhatDoesNotOpenIsSetAside: a process, a subscription and the history of a
// delivery are damaged. All others get their events, and an operator sees what
// was set aside.
func TestWhatDoesNotOpenIsSetAside(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(o *postOffice) {
		t := o.t
		broken, good := o.subscribe("/broken"), o.subscribe("/good")
		bad := o.fail(o.db, "/damaged")
		o.fail(o.db, "/callback")
		o.exec(`UPDATE subscriptions SET endpoint = $1 WHERE id = $2`, []byte("damaged"), broken.ID)
		o.exec(`UPDATE processes SET parameters = $1 WHERE id = $2`, []byte("damaged"), bad.ID)
		o.exec(`UPDATE deliveries SET attempts = 'damaged'`)
		o.courier(o.db)
		arrived := map[string]int{}
		for _, c := range o.inbox.wait(t, 6) { // two events of two processes, subscription.disabled, one callback
			arrived[c.path]++
		}
		if arrived["/good"] != 5 || arrived["/callback"] != 1 {
			t.Errorf("arrived %v", arrived)
		}
		check(t, o.db.View(t.Context(), func(r idv.Reader) error {
			all, err := r.Subscriptions(t.Context(), store.DefaultTenant)
			if len(all) != 2 || all[0].State != idv.SubscriptionDisabled || all[0].Reason != idv.DisabledUnreadable || all[1].ID != good.ID || all[1].State != idv.SubscriptionActive {
				t.Errorf("subscriptions %+v", all)
			}
			return err
		}))
		o.wantCallback(bad, idv.DeliveryFailed, "unreadable")
		log := o.log.text()
		for _, said := range []string{"subscription=" + broken.ID, "reason=unreadable", "process=" + bad.ID} {
			if strings.Count(log, said) != 1 {
				t.Errorf("the log does not say %s once:\n%s", said, log)
			}
		}
		if strings.Contains(log, "customer 7") || strings.Contains(log, o.inbox.URL) {
			t.Errorf("the log says too much:\n%s", log)
		}
	})
}

// wantCallback looks at how the call of a process's notificationUrl went.
func (o *postOffice) wantCallback(p *idv.Process, status idv.DeliveryStatus, problem string) {
	o.t.Helper()
	check(o.t, o.db.View(o.t.Context(), func(r idv.Reader) error {
		page, err := r.Callbacks(o.t.Context(), p.TenantID, idv.CallbackQuery{Limit: 9, Dossier: p.DossierID})
		if len(page) != 1 || page[0].Event.ProcessID != p.ID || page[0].Status != status || len(page[0].Attempts) != 1 || page[0].Attempts[0].Problem != problem {
			o.t.Errorf("the callbacks are %+v", page)
		}
		return err
	}))
}
