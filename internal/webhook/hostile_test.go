package webhook_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/netguard"
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
