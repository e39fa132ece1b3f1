package obs_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/obs"
)

const (
	traceID     = "4bf92f3577b34da6a3ce929d0e0e4736"
	traceparent = "00-" + traceID + "-00f067aa0ba902b7-01"
	secret      = "AQIDBAUGBWGIXJQWERTYUIOPAS"
	someID      = "0190c5d2-7a3b-7c1d-8e2f-123456789abc"
)

func observer(t *testing.T, env map[string]string) *obs.Observer {
	t.Helper()
	o, err := obs.New(t.Context(), "v1", time.Now, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// collector keeps what is exported.
func collector(t *testing.T, into *bytes.Buffer) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			unzipped, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			body = unzipped
		}
		if _, err := io.Copy(into, body); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// TestATraceGoesThrough follows a request to its job and on to the provider, in
// what a collector is sent.
func TestATraceGoesThrough(t *testing.T) {
	t.Parallel()
	var exported bytes.Buffer
	o := observer(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": collector(t, &exported).URL})
	provider := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer provider.Close()
	var carried string
	handler := o.Requests(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		carried = obs.Carry(r.Context())
		if r.Header.Get("Traceparent") != carried {
			t.Errorf("the handler is told %q, the trace is %q", r.Header.Get("Traceparent"), carried)
		}
	}))
	r := httptest.NewRequest(http.MethodPost, "/assure/dossiers/"+someID, nil)
	r.Header.Set("Traceparent", traceparent)
	handler.ServeHTTP(httptest.NewRecorder(), r)

	ctx, end := o.Job(obs.Resume(context.Background(), carried), "process_advance")
	call, err := http.NewRequestWithContext(ctx, http.MethodGet, provider.URL+"/v3.6/checks/"+someID+"?name=Anna", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: o.Calls("onfido", true, http.DefaultTransport)}).Do(call)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	end(errors.New("of Anna"))
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := exported.String()
	for _, want := range []string{"POST /assure/dossiers/{id}", "job process_advance", "onfido GET /v3.6/checks/{id}"} {
		if !strings.Contains(got, want) {
			t.Errorf("no span %q was exported", want)
		}
	}
	if strings.Contains(got, "Anna") || strings.Contains(got, someID) {
		t.Error("ids of paths, queries or errors were exported")
	}
}

// TestMetricsNameNothingTheyShouldNot asks for paths that nobody serves.
func TestMetricsNameNothingTheyShouldNot(t *testing.T) {
	t.Parallel()
	o := observer(t, nil)
	handler := o.Requests(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/assure") {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	for _, path := range []string{"/anna-smith", "/assure/dossiers/" + someID, "/assure/dossiers/123", "/assure/l/" + secret, "/assure/l/Zx9-s_ecret"} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path+"?email=a@b.c", nil))
	}
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("ANNA", "/assure/x", nil))
	o.Counts("jobs", "Jobs.", "state", func(context.Context) (map[string]int64, error) { return map[string]int64{"running": 3}, nil })
	seen := httptest.NewRecorder()
	o.Metrics().ServeHTTP(seen, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := seen.Body.String()
	for _, want := range []string{
		`dossier_http_request_seconds_count{method="GET",route="/assure/dossiers/{id}",status="200"} 2`,
		`dossier_http_request_seconds_count{method="GET",route="other",status="404"} 1`, `dossier_jobs{state="running"} 3`, `dossier_build_info{version="v1"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	for _, bad := range []string{secret, "s_ecret", "anna", "ANNA", someID, "a@b.c"} {
		if strings.Contains(text, bad) {
			t.Errorf("the metrics hold %s", bad)
		}
	}
}

func TestTheLogHasTheTrace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := obs.Logger(&out, "text", "info")
	if err != nil {
		t.Fatal(err)
	}
	ctx := obs.Resume(t.Context(), traceparent)
	log.With("a", "b").InfoContext(ctx, "one")
	log.InfoContext(ctx, "two", "trace", traceID)
	log.InfoContext(t.Context(), "three")
	lines := strings.Split(out.String(), "\n")
	for i, want := range []int{1, 1, 0} {
		if got := strings.Count(lines[i], "trace="+traceID); got != want {
			t.Errorf("line %d has the trace %d times, want %d: %s", i, got, want, lines[i])
		}
	}
}
