package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/client"
)

// script answers the polls one by one: a status word, or "503", "cut" (the
// connection breaks) or "404". The last one repeats.
func script(steps ...string) http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, _ *http.Request) {
		step := steps[min(n, len(steps)-1)]
		n++
		switch step {
		case "503":
			w.Header().Set("Retry-After", "9")
			problem(w, 503, "unavailable", "restarting")
		case "404":
			problem(w, 404, "not_found", "there is no such process")
		case "cut":
			panic(http.ErrAbortHandler)
		default:
			_, _ = io.WriteString(w, `{"processId":"p1","status":"`+step+`"}`)
		}
	}
}

func TestWaitForResult(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, tt := range map[string]struct {
		steps, changes []string
		pauses         []time.Duration
		err            bool
	}{
		"at once":     {[]string{"accepted"}, []string{"accepted"}, nil, false},
		"later":       {[]string{"pending", "processing", "processing", "rejected"}, []string{"pending", "processing", "rejected"}, []time.Duration{250 * ms, 375 * ms, 562500 * time.Microsecond}, false},
		"a restart":   {[]string{"processing", "503", "cut", "processing", "failed"}, []string{"processing", "failed"}, []time.Duration{250 * ms, 9 * time.Second, 562500 * time.Microsecond, 843750 * time.Microsecond}, false},
		"a long one":  {append(slices.Repeat([]string{"processing"}, 12), "inconclusive"), []string{"processing", "inconclusive"}, nil, false},
		"gone":        {[]string{"processing", "404"}, []string{"processing"}, []time.Duration{250 * ms}, true},
		"no patience": {[]string{"503"}, nil, slices.Repeat([]time.Duration{9 * time.Second}, 5), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := serve(t, script(tt.steps...)).config()
			// On a kept connection net/http itself would repeat a GET that was cut.
			cfg.HTTPClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			var pauses []time.Duration
			cfg.Sleep = func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }
			var changes []string
			p, err := dial(t, cfg).WaitForResult(t.Context(), ref, func(p *client.Process) { changes = append(changes, p.Status) })
			if (err != nil) != tt.err || err == nil && p.Status != tt.steps[len(tt.steps)-1] {
				t.Errorf("got %v, %v", p, err)
			}
			if !slices.Equal(changes, tt.changes) || tt.pauses != nil && !slices.Equal(pauses, tt.pauses) {
				t.Errorf("changes %v, pauses %v", changes, pauses)
			}
			if len(pauses) > 0 && slices.Max(pauses) > 9*time.Second {
				t.Errorf("pauses %v", pauses)
			}
		})
	}
}

// transport answers in memory, so that synctest's clock can move.
type transport func(*http.Request) string

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(f(r))), Request: r}, nil
}

func TestWaitForResultTakesTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := dial(t, client.Config{
			URL: "http://assure.test", TokenURL: "http://assure.test/token", ID: "demo", Secret: "s3cret",
			HTTPClient: &http.Client{Transport: transport(func(r *http.Request) string {
				if r.URL.Path == "/token" {
					return `{"access_token":"t","expires_in":5}`
				}
				return `{"status":"` + map[bool]string{true: "accepted", false: "processing"}[time.Since(start) > time.Minute] + `"}`
			})},
		})
		p, err := c.WaitForResult(t.Context(), ref, nil)
		if took := time.Since(start); err != nil || p.Status != "accepted" || took < time.Minute || took > 65*time.Second {
			t.Errorf("got %v, %v after %s", p, err, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if _, err := c.WaitForResult(ctx, ref, nil); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}
