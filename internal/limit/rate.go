package limit

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// Quota is how much one key may take: Each is the time for one, and Burst how
// many may come at once after a rest.
type Quota struct {
	Each  time.Duration
	Burst int
}

// PerMinute is a quota of n in a minute, of which a sixth may come at once.
func PerMinute(n int) Quota {
	return Quota{Each: time.Minute / time.Duration(n), Burst: max(n/6, 1)}
}

// MaxKeys is for how many keys a table is enough that a stranger can fill: with
// about 200 bytes each it takes 13 MB.
const MaxKeys = 1 << 16

// RetryAfter is a wait as the header Retry-After has it (RFC 9110 section
// 10.2.3): whole seconds, and none too few.
func RetryAfter(wait time.Duration) string {
	return strconv.Itoa(int(math.Ceil(wait.Seconds())))
}

// Rate keeps a quota for each of many keys. It remembers one time for a key, as
// the generic cell rate algorithm does (ITU-T I.371 annex A), and forgets the
// key that was not asked about for longest when there are too many. It is safe
// for concurrent use.
type Rate struct {
	quota Quota

	mu sync.Mutex
	// paid is when a key will have paid for all that it took.
	paid *recent[time.Time]
}

// NewRate gives a Rate for at most maxKeys keys (see MaxKeys).
func NewRate(q Quota, maxKeys int) *Rate {
	return &Rate{quota: q, paid: newRecent[time.Time](maxKeys)}
}

// Take takes one for the key at now and gives 0, or takes nothing and gives how
// long the key has to wait for one.
func (r *Rate) Take(key string, now time.Time) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	paid := r.paid.find(key)
	if paid == nil {
		paid = r.paid.add(key, now)
	}
	slack := r.quota.Each * time.Duration(r.quota.Burst-1)
	if paid.Sub(now) > slack+r.quota.Each {
		*paid = now // the clock went back: nobody waits for that
	}
	if wait := paid.Sub(now) - slack; wait > 0 {
		return wait
	}
	if paid.Before(now) {
		*paid = now
	}
	*paid = paid.Add(r.quota.Each)
	return 0
}

// GiveBack takes back what Take took.
func (r *Rate) GiveBack(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if paid := r.paid.find(key); paid != nil {
		*paid = paid.Add(-r.quota.Each)
	}
}
