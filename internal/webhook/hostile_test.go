package webhook_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/netguard"
	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/webhook"
)

// hostile is an endpoint on a real socket that does its worst by path.
type hostile struct {
	*httptest.Server
	sent    atomic.Int64 // of the gigabyte
	release chan struct{}
}

func newHostile(tb testing.TB) *hostile {
	tb.Helper()
	h := &hostile{release: make(chan struct{})}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/hang"):
			select {
			case <-h.release:
			case <-r.Context().Done():
			}
		case strings.HasPrefix(r.URL.Path, "/gigabyte"):
			h.gigabyte(w)
		case strings.HasPrefix(r.URL.Path, "/drip"):
			h.drip(w, r.Context())
		}
	}))
	tb.Cleanup(func() { close(h.release); h.Close() })
	return h
}

// gigabyte writes for as long as somebody reads.
func (h *hostile) gigabyte(w http.ResponseWriter) {
	block := bytes.Repeat([]byte("x"), 32<<10)
	for range 1 << 15 {
		n, err := w.Write(block)
		h.sent.Add(int64(n))
		if err != nil {
			return
		}
	}
}

// drip writes a byte now and then.
func (h *hostile) drip(w http.ResponseWriter, ctx context.Context) { //nolint:revive // the writer comes first in a handler
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := w.Write([]byte("x")); err != nil || http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-h.release:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func TestHostileAnswersAreBounded(t *testing.T) {
	t.Parallel()
	guard, err := netguard.New(netguard.Policy{Allow: []string{"127.0.0.1"}})
	check(t, err)
	h := newHostile(t)
	client := guard.Client(300 * time.Millisecond)
	defer client.CloseIdleConnections()
	for path, want := range map[string]idv.Attempt{"/hang": {Problem: "timeout"}, "/gigabyte": {Status: 200}, "/drip": {Status: 200}} {
		a := webhook.Post(t.Context(), client, webhook.Message{URL: idv.Personal(h.URL + path), Body: []byte("{}")}, time.Now)
		if a.Status != want.Status || a.Problem != want.Problem || a.Took > 5*time.Second {
			t.Errorf("%s: %+v", path, a)
		}
	}
	if sent := h.sent.Load(); sent > 32<<20 {
		t.Errorf("%d bytes of a gigabyte were taken", sent)
	}
}

func TestProblemsHaveWords(t *testing.T) {
	t.Parallel()
	guard, err := netguard.New(netguard.Policy{Allow: []string{"127.0.0.1", "nowhere.invalid"}})
	check(t, err)
	client := guard.Client(5 * time.Second)
	defer client.CloseIdleConnections()
	h := newHostile(t)
	closed := httptest.NewServer(nil)
	closed.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for url, want := range map[string]string{
		closed.URL: "connection_refused", strings.Replace(h.URL, "http:", "https:", 1): "tls_failed", "http://[::1]/": "address_forbidden", "http://nowhere.invalid/": "name_unknown",
	} {
		if a := webhook.Post(t.Context(), client, webhook.Message{URL: idv.Personal(url)}, time.Now); a.Problem != want {
			t.Errorf("%s: %q, want %s", url, a.Problem, want)
		}
	}
	if a := webhook.Post(ended, client, webhook.Message{URL: idv.Personal(h.URL)}, time.Now); a.Problem != "interrupted" {
		t.Errorf("stopped: %q", a.Problem)
	}
}

// BenchmarkNeighbours compares how long events take to 17 endpoints when their
// three neighbours are well and when one hangs, one answers a gigabyte and one
// drips.
func BenchmarkNeighbours(b *testing.B) {
	onEngines(b, func(b *testing.B, db *store.DB) {
		b.Helper()
		var mu sync.Mutex
		var arrived []time.Time
		good := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/good") {
				mu.Lock()
				arrived = append(arrived, time.Now())
				mu.Unlock()
			}
		}))
		defer good.Close()
		h := newHostile(b)
		for i := range 17 {
			subscribeAt(b, db, fmt.Sprintf("%s/good/%d", good.URL, i))
		}
		p99 := func() float64 {
			courier := newCourier(b, db)
			courier.Start()
			defer courier.Stop(b.Context())
			var took []time.Duration
			for range 150 {
				mu.Lock()
				arrived = nil
				mu.Unlock()
				emitMany(b, db, 1)
				committed := time.Now()
				for {
					mu.Lock()
					done := slices.Clone(arrived)
					mu.Unlock()
					if len(done) == 17 {
						for _, at := range done {
							took = append(took, at.Sub(committed))
						}
						break
					}
					<-time.After(100 * time.Microsecond)
				}
			}
			slices.Sort(took)
			return float64(took[len(took)*99/100].Microseconds()) / 1000
		}
		for b.Loop() {
			subscribeNeighbours(b, db, good.URL, good.URL, good.URL)
			calm := p99()
			removeNeighbours(b, db)
			subscribeNeighbours(b, db, h.URL+"/hang", h.URL+"/gigabyte", h.URL+"/drip")
			beset := p99()
			removeNeighbours(b, db)
			b.ReportMetric(calm, "ms-p99-calm")
			b.ReportMetric(beset, "ms-p99-beset")
		}
	})
}

func subscribeNeighbours(b *testing.B, db *store.DB, urls ...string) {
	b.Helper()
	for _, url := range urls {
		subscribeAt(b, db, url+"?neighbour")
	}
}

func removeNeighbours(b *testing.B, db *store.DB) {
	b.Helper()
	checkB(b, db.Update(b.Context(), func(tx idv.Tx) error {
		all, err := tx.Subscriptions(b.Context(), store.DefaultTenant)
		for _, s := range all {
			if err == nil && strings.HasSuffix(s.URL.Reveal(), "?neighbour") {
				err = tx.DeleteSubscription(b.Context(), s.TenantID, s.ID)
			}
		}
		return err
	}))
}
