package sandbox

import (
	"sync"
	"time"
)

// strictPerMinute is Onfido's limit in production (Onfido contract section 0).
const strictPerMinute = 400

// rateLimit counts requests in windows of a minute; nil limits nothing.
type rateLimit struct {
	perMinute int

	mu    sync.Mutex
	began time.Time
	count int
}

func newRateLimit(perMinute int) *rateLimit { return &rateLimit{perMinute: perMinute} }

// allow tells whether one more request fits into the present minute.
func (l *rateLimit) allow(now time.Time) bool {
	if l == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.began) >= time.Minute {
		l.began, l.count = now, 0
	}
	l.count++
	return l.count <= l.perMinute
}
