package webhook_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/webhook"
)

// office is a courier on a real store, inside a bubble whose clock stands still
// until everybody waits. Its endpoints are functions.
type office struct {
	t       *testing.T
	db      *store.DB
	courier *webhook.Courier

	mu    sync.Mutex
	calls []call
}

// call is a request that arrived.
type call struct {
	at     time.Time
	host   string
	header http.Header
	body   string
}

// endpoint answers a call; n counts those to its host from 1.
type endpoint func(n int, r *http.Request) *http.Response

func answer(status int, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("ignored"))}
}

// always answers the same.
func always(status int, header ...string) endpoint {
	return func(int, *http.Request) *http.Response { return answer(status, header...) }
}

// inOffice runs a test in a bubble with an office that serves the endpoints by
// host.
func inOffice(t *testing.T, random float64, endpoints map[string]endpoint, test func(o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &office{t: t}
		dir := t.TempDir()
		sealer, err := seal.CreateKeyFile(filepath.Join(dir, "key.json"))
		check(t, err)
		o.db, err = store.Open(t.Context(), filepath.Join(dir, "dossier.db"), store.Options{Sealer: sealer, NewID: uuid.NewString})
		check(t, err)
		defer func() { check(t, o.db.Close()) }()
		o.courier = webhook.NewCourier(webhook.Config{
			Store: o.db, Due: o.db.Due, Now: time.Now, Random: func() float64 { return random }, Log: slog.New(slog.DiscardHandler),
			Poll: 1000 * time.Hour, Client: &http.Client{
				Transport: o.serve(endpoints), Timeout: webhook.Timeout,
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // as netguard's
			},
		})
		o.courier.Start()
		defer func() { o.courier.Stop(t.Context()) }()
		test(o)
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (o *office) serve(endpoints map[string]endpoint) transport {
	return func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		o.mu.Lock()
		o.calls = append(o.calls, call{time.Now(), r.URL.Host, r.Header.Clone(), string(body)})
		n := 0
		for _, c := range o.calls {
			if c.host == r.URL.Host {
				n++
			}
		}
		o.mu.Unlock()
		response := endpoints[r.URL.Host](n, r)
		if response == nil { // it hangs
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		response.Request = r
		return response, nil
	}
}

// to gives the calls to a host.
func (o *office) to(host string) (calls []call) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.calls {
		if c.host == host {
			calls = append(calls, c)
		}
	}
	return calls
}

func (o *office) update(f func(ctx context.Context, tx idv.Tx) error) {
	o.t.Helper()
	check(o.t, o.db.Update(o.t.Context(), func(tx idv.Tx) error { return f(o.t.Context(), tx) }))
}

// subscribe stores a subscription of a host to process.created and the end of
// subscriptions.
func (o *office) subscribe(host string, secret idv.Personal) *idv.Subscription {
	s := &idv.Subscription{
		ID: uuid.NewString(), TenantID: store.DefaultTenant, URL: idv.Personal("https://" + host + "/hook"), Secret: secret,
		Events: []idv.EventName{idv.EventProcessCreated, idv.EventSubscriptionDisabled}, State: idv.SubscriptionActive, CreatedAt: time.Now(), UpdatedAt: time.Now(),
	}
	o.update(func(ctx context.Context, tx idv.Tx) error { return tx.PutSubscription(ctx, s) })
	return s
}

// emit makes so many events process.created.
func (o *office) emit(n int) *idv.Process {
	o.t.Helper()
	now := time.Now()
	d := &idv.Dossier{ID: uuid.NewString(), TenantID: store.DefaultTenant, ExternalReference: "customer 7", CreatedAt: now, UpdatedAt: now}
	var p *idv.Process
	o.update(func(ctx context.Context, tx idv.Tx) error {
		if err := tx.CreateDossier(ctx, d); err != nil {
			return err
		}
		for range n {
			p = &idv.Process{
				ID: uuid.NewString(), TenantID: d.TenantID, DossierID: d.ID, Provider: idv.ProviderOnfido, Type: idv.TypeDocument, Path: idv.PathUpload,
				Status: idv.StatusPending, CreatedAt: now, UpdatedAt: now,
				Callback: idv.Callback{URL: "https://callback.example/done", Authorization: "Bearer the-customer's"},
			}
			if err := tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}); err != nil {
				return err
			}
		}
		return nil
	})
	return p
}

func (o *office) deliveries(s *idv.Subscription) (found []idv.Delivery) {
	o.t.Helper()
	check(o.t, o.db.View(o.t.Context(), func(r idv.Reader) (err error) {
		found, err = r.Deliveries(o.t.Context(), s.TenantID, s.ID, idv.DeliveryQuery{Limit: 200})
		return err
	}))
	return found
}

func (o *office) subscription(s *idv.Subscription) (found *idv.Subscription) {
	o.t.Helper()
	check(o.t, o.db.View(o.t.Context(), func(r idv.Reader) (err error) {
		found, err = r.Subscription(o.t.Context(), s.TenantID, s.ID)
		return err
	}))
	return found
}

// pass lets time pass. In a bubble it takes none.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hang never answers.
func hang(int, *http.Request) *http.Response { return nil }
