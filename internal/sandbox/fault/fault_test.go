package fault_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/fault"
)

const body = "a whole answer"

// server answers body behind the faults and counts the requests that took effect.
func server(t *testing.T, faults ...fault.Fault) (url string, effects *atomic.Int32) {
	t.Helper()
	in := fault.New(time.Now)
	if err := in.Set(7, faults); err != nil {
		t.Fatal(err)
	}
	effects = &atomic.Int32{}
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		effects.Add(1)
		_, _ = io.WriteString(w, body)
	})
	s := httptest.NewServer(in.Wrap(next, func(w http.ResponseWriter, _ *http.Request, status int) { w.WriteHeader(status) }))
	t.Cleanup(s.Close)
	return s.URL, effects
}

func get(t *testing.T, method, url string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), err
}

func TestStatus(t *testing.T) {
	t.Parallel()
	url, effects := server(t, fault.Fault{Kind: fault.Status, Status: 503, Times: 2, Method: "post", Path: "/checks", RetryAfter: 3})
	for _, c := range []struct {
		method, path string
		want         int
	}{{"GET", "/checks", 200}, {"POST", "/applicants", 200}, {"POST", "/checks", 503}, {"POST", "/checks", 503}, {"POST", "/checks", 200}} {
		resp, _, err := get(t, c.method, url+c.path)
		if err != nil || resp.StatusCode != c.want {
			t.Fatalf("%s %s: %v %v, want %d", c.method, c.path, resp, err, c.want)
		}
		if c.want == 503 && resp.Header.Get("Retry-After") != "3" {
			t.Errorf("Retry-After %q", resp.Header.Get("Retry-After"))
		}
	}
	if effects.Load() != 3 {
		t.Errorf("%d requests took effect, want 3", effects.Load())
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	url, effects := server(t, fault.Fault{Kind: fault.Reset, Times: 1}, fault.Fault{Kind: fault.Reset, Times: 1, Effect: true, Path: "/again"})
	for i, path := range []string{"/", "/again"} {
		_, _, err := get(t, "GET", url+path)
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v, want a reset", path, err)
		}
		if int(effects.Load()) != i {
			t.Errorf("%s: %d requests took effect, want %d", path, effects.Load(), i)
		}
	}
	if _, text, err := get(t, "GET", url); text != body || err != nil {
		t.Errorf("afterwards: %q %v", text, err)
	}
}

func TestHalfBody(t *testing.T) {
	t.Parallel()
	url, effects := server(t, fault.Fault{Kind: fault.HalfBody})
	resp, text, err := get(t, "GET", url)
	if !errors.Is(err, io.ErrUnexpectedEOF) || text != body[:len(body)/2] || resp.ContentLength != int64(len(body)) {
		t.Errorf("got %q, %v of %d bytes", text, err, resp.ContentLength)
	}
	if effects.Load() != 1 {
		t.Error("the request took no effect")
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	t.Parallel()
	url, _ := server(t, fault.Fault{Kind: fault.Hang, Delay: fault.Duration(time.Minute)})
	client := &http.Client{Timeout: 50 * time.Millisecond}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Do(req)
	if timeout, isNet := errors.AsType[net.Error](err); !isNet || !timeout.Timeout() {
		t.Errorf("got %v, want the client's own time-out", err)
	}
}

func TestLatencyAndRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := fault.New(time.Now)
		if err := in.Set(1, []fault.Fault{{Kind: fault.Latency, Delay: fault.Duration(time.Second)}, {Kind: fault.RateLimit, PerMinute: 2}}); err != nil {
			t.Fatal(err)
		}
		h := in.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), func(w http.ResponseWriter, _ *http.Request, status int) { w.WriteHeader(status) })
		began := time.Now()
		for i, want := range []int{200, 200, 429} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			if w.Code != want || time.Since(began) != time.Duration(i+1)*time.Second {
				t.Errorf("request %d: %d after %v, want %d", i+1, w.Code, time.Since(began), want)
			}
		}
		time.Sleep(time.Minute)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if w.Code != 200 {
			t.Errorf("a minute later: %d", w.Code)
		}
	})
}

// TestProbabilityRepeatsUnderItsSeed: a failing run can be run again.
func TestProbabilityRepeatsUnderItsSeed(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) string {
		in := fault.New(time.Now)
		if err := in.Set(seed, []fault.Fault{{Kind: fault.Lost, Probability: 0.3}}); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for range 200 {
			out.WriteByte('0' + byte(len(in.Webhook("check.completed"))))
		}
		return out.String()
	}
	if first, second := draw(5), draw(5); first != second || first == draw(6) {
		t.Error("the seed does not decide")
	}
	if lost := strings.Count(draw(5), "0"); lost < 30 || lost > 90 {
		t.Errorf("%d of 200 lost at 0.3", lost)
	}
}

func TestWebhookFaults(t *testing.T) {
	t.Parallel()
	late := fault.Duration(time.Second)
	cases := []struct {
		kind  string
		count int
		check func(d []fault.Delivery) bool
	}{
		{fault.Lost, 0, func([]fault.Delivery) bool { return true }},
		{fault.Doubled, 2, func(d []fault.Delivery) bool { return d[0] == d[1] && !d[0].Forged }},
		{fault.Late, 1, func(d []fault.Delivery) bool { return d[0].After == time.Second }},
		{fault.Shuffled, 1, func(d []fault.Delivery) bool { return d[0].After <= time.Second }},
		{fault.Forged, 2, func(d []fault.Delivery) bool { return d[0].Forged && !d[1].Forged }},
	}
	for _, c := range cases {
		in := fault.New(time.Now)
		if err := in.Set(1, []fault.Fault{{Kind: c.kind, Delay: late, Times: 1, Path: "completed"}}); err != nil {
			t.Fatal(err)
		}
		if d := in.Webhook("check.started"); len(d) != 1 || len(in.List()) != 1 {
			t.Errorf("%s: another event has %v", c.kind, d)
		}
		if d := in.Webhook("check.completed"); len(d) != c.count || !c.check(d) {
			t.Errorf("%s: %+v", c.kind, d)
		}
		if d := in.Webhook("check.completed"); len(d) != 1 || len(in.List()) != 0 {
			t.Errorf("%s: struck twice: %+v", c.kind, d)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"kind":"gremlin"}`:                   "unknown kind",
		`{"kind":"reset","probability":2}`:     "probability",
		`{"kind":"reset","times":-1}`:          "negative",
		`{"kind":"latency","delay":"24h"}`:     "delay",
		`{"kind":"status","status":200}`:       "status",
		`{"kind":"rate_limit"}`:                "per_minute",
		`{"kind":"latency","delay":5}`:         "a duration is a text",
		`{"kind":"latency","delay":"5 weeks"}`: "parse duration",
	} {
		var f fault.Fault
		err := json.Unmarshal([]byte(text), &f)
		if err == nil {
			err = fault.New(time.Now).Set(1, []fault.Fault{f})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
