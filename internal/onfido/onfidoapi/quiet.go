package onfidoapi

import (
	"errors"
	"net/http"
	"sync"
	"time"
)

// quiet is the time for which Onfido has asked to be left alone. A Retry-After
// is for the account, so it holds for every request and not only for the one
// that was told.
type quiet struct {
	mu    sync.Mutex
	until time.Time
}

// ask refuses a request before the time is over, as Onfido would.
func (q *quiet) ask(now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if wait := q.until.Sub(now); wait > 0 {
		return unsent(&Error{Status: http.StatusTooManyRequests, Type: "rate_limit", RetryAfter: wait})
	}
	return nil
}

// heed notes what an answer asks for.
func (q *quiet) heed(err error, now time.Time) {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Status != http.StatusTooManyRequests || e.RetryAfter <= 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if until := now.Add(e.RetryAfter); until.After(q.until) {
		q.until = until
	}
}
