package main

import (
	"context"
	"net/http"
	"time"
)

// longestDrain bounds how long requests that keep coming put off the end. It
// leaves those that run some of stopTimeout.
const longestDrain = 5 * time.Second

// drain is how a server that stops takes leave of those who call it.
type drain struct {
	// quiet is how long nobody must have asked.
	quiet time.Duration
	// begun is closed when the server no longer wants requests.
	begun chan struct{}
	// asked has something when a request came or was answered since.
	asked chan struct{}
}

func newDrain(quiet time.Duration) *drain {
	return &drain{quiet: quiet, begun: make(chan struct{}), asked: make(chan struct{}, 1)}
}

// watch ends each connection with its next answer once the server drains.
func (d *drain) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-d.begun:
			w.Header().Set("Connection", "close")
			if r.URL.Path != "/readyz" && r.URL.Path != "/healthz" { // They are asked until the end.
				d.note()
				defer d.note()
			}
		default:
		}
		next.ServeHTTP(w, r)
	})
}

func (d *drain) note() {
	select {
	case d.asked <- struct{}{}:
	default: // It is noted already.
	}
}

// sendAway answers until nobody has asked for a while, each answer the last of its
// connection, so that nobody finds a closed door behind a connection that was
// kept, or before having heard that the server is leaving. Closing connections
// that are idle at once would cut off a request that is on its way.
func (d *drain) sendAway(ctx context.Context) {
	close(d.begun)
	ctx, cancel := context.WithTimeout(ctx, longestDrain)
	defer cancel()
	quiet := time.NewTimer(d.quiet)
	defer quiet.Stop()
	for {
		select {
		case <-quiet.C:
			return
		case <-d.asked:
			quiet.Reset(d.quiet)
		case <-ctx.Done():
			return
		}
	}
}
