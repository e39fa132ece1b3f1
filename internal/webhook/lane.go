package webhook

import (
	"maps"
	"net/http"
	"time"
)

// lane is what a courier knows of an endpoint while it works on it.
type lane struct {
	// running tries, of at most limit.
	running, limit int
	// until is before when nothing is sent.
	until time.Time
	// strikes counts the answers that ask for less, since the last that was good.
	strikes int
}

func (c *Courier) laneOf(key string) *lane {
	l := c.lanes[key]
	if l == nil {
		l = &lane{limit: c.PerEndpoint}
		c.lanes[key] = l
	}
	return l
}

// longestPause is the longest that an endpoint is left alone by itself; what it
// asks for by Retry-After may be longer.
const longestPause = time.Minute

// back takes a try back. An endpoint that says it has too much to do, or does
// not answer in time, gets one call at a time, and after 429, 502 and 504 also a
// pause, which doubles. Each good answer gives it one place more, up to most.
func (l *lane) back(a Answer, most int, now time.Time) {
	l.running--
	switch {
	case a.Status == http.StatusTooManyRequests, a.Status == http.StatusBadGateway, a.Status == http.StatusGatewayTimeout:
		l.limit = 1
		pause := max(min(time.Second<<min(l.strikes, 10), longestPause), a.RetryAfter)
		l.strikes++
		if until := now.Add(pause); until.After(l.until) {
			l.until = until
		}
	case a.Status == 0 && a.Problem != "interrupted":
		l.limit = 1
	case a.Status >= 200 && a.Status < 300:
		l.limit, l.strikes = min(l.limit+1, most), 0
	}
}

// forgetLanes drops what is known of endpoints that are as new.
func (c *Courier) forgetLanes(now time.Time) {
	maps.DeleteFunc(c.lanes, func(_ string, l *lane) bool {
		return l.running == 0 && l.limit == c.PerEndpoint && !l.until.After(now)
	})
}
