package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestDrainWaitsForQuiet asks a server that stops every half second, for a while
// or without end, and probes it all the time.
func TestDrainWaitsForQuiet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		requests int
		want     time.Duration
	}{
		"nobody asks":          {0, time.Second},
		"a flow goes on":       {4, 3 * time.Second},
		"somebody never stops": {1000, longestDrain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d, over := newDrain(time.Second), make(chan struct{})
				answers := d.watch(http.NotFoundHandler())
				ask := func(path string) {
					w := httptest.NewRecorder()
					answers.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
					if w.Header().Get("Connection") != "close" {
						t.Error("an answer does not end its connection")
					}
				}
				begun := time.Now()
				go func() { defer close(over); d.sendAway(t.Context()) }()
				synctest.Wait()
				for n := 1; ; n++ {
					select {
					case <-over:
						if took := time.Since(begun); took != c.want {
							t.Errorf("it took %v, want %v", took, c.want)
						}
						return
					case <-time.After(500 * time.Millisecond):
						ask("/readyz")
						if n <= c.requests {
							ask("/assure/dossiers")
						}
						synctest.Wait()
					}
				}
			})
		})
	}
}
