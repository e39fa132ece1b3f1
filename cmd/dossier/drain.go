package main

import (
	"context"
	"net/http"
	"time"
)

// untilDrained ends each connection with its next answer once the server drains.
func (s *server) untilDrained(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-s.draining:
			w.Header().Set("Connection", "close")
		default:
		}
		next.ServeHTTP(w, r)
	})
}

// sendAway answers for a while longer, each answer the last of its connection,
// so that nobody finds a closed door behind a connection that was kept. Closing
// those that are idle at once would cut off a request that is on its way.
func (s *server) sendAway(ctx context.Context) {
	close(s.draining)
	timer := time.NewTimer(s.drain)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
