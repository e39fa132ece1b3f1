package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// readyFor is how long an answer stands, so that asking often costs little.
	readyFor = time.Second
	// readyTimeout bounds the look at one part.
	readyTimeout = 3 * time.Second
)

// readiness knows whether each part that a server needs can be used.
type readiness struct {
	parts map[string]func(context.Context) error

	mu    sync.Mutex
	at    time.Time
	found map[string]error
}

// ask gives for each part why it cannot be used, or nil. It looks once a second
// at most.
func (r *readiness) ask(ctx context.Context) map[string]error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); r.found == nil || now.Sub(r.at) >= readyFor {
		// The answer is for all who ask, so it does not end with the one.
		r.found, r.at = r.look(context.WithoutCancel(ctx)), now
	}
	return r.found
}

func (r *readiness) look(ctx context.Context) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	found := make(map[string]error, len(r.parts))
	var all sync.WaitGroup
	var mu sync.Mutex
	for name, look := range r.parts {
		all.Go(func() {
			err := look(ctx)
			mu.Lock()
			defer mu.Unlock()
			found[name] = err
		})
	}
	all.Wait()
	return found
}

// errStopping is why a server that is about to end is not ready.
var errStopping = errors.New("the server is stopping")

// needs are what the server cannot work without.
func (s *server) needs() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"database": s.db.Ping,
		"blobs":    s.bucket.Ready,
		"jobs":     s.jobs.Ready,
		"clock":    s.onTime,
	}
}

// onTime says that the clock is too far behind to store anything. Where that cannot
// be known, the database is what is lacking.
func (s *server) onTime(ctx context.Context) error {
	if _, err := s.use.Clock(ctx); err != nil {
		return nil //nolint:nilerr // It is the database's, which is asked as well.
	}
	return s.db.OnTime()
}

// ready is the httpapi.Config's Ready. A server that is stopping says so at once,
// for whoever balances the load.
func (s *server) ready(ctx context.Context) map[string]error {
	select {
	case <-s.drain.begun:
		return map[string]error{"server": errStopping}
	default:
		return s.readiness.ask(ctx)
	}
}
