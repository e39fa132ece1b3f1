package httpapi

import (
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/limit"
	"github.com/dossier-id/dossier/internal/wire"
)

// Limits are what callers may take. They hold for each replica by itself.
type Limits struct {
	// PerClient and PerAddress are requests in a minute; a sixth of them may come
	// at once.
	PerClient, PerAddress int
	// Uploads is how many bodies with images are read at once; one client has at
	// most half of them.
	Uploads int
}

// Guesses at a secret: so many at once, then one in so long. They count when
// they fail, for the address, and for the client together with all addresses
// from which its secret was not sent rightly before, so that a stranger cannot
// shut a client out.
var (
	guessesPerAddress = limit.Quota{Each: 3 * time.Second, Burst: 20}
	guessesPerClient  = limit.Quota{Each: 6 * time.Second, Burst: 10}
)

// limits is who has taken how much.
type limits struct {
	clients, addresses *limit.Rate
	guesses, strangers *limit.Rate
	// friends are pairs of client and address that have sent the right secret.
	friends *limit.Seen
	uploads *limit.Slots
}

func newLimits(l Limits) *limits {
	perMinute := func(n int) *limit.Rate { return limit.NewRate(limit.PerMinute(n), limit.MaxKeys) }
	return &limits{
		clients: perMinute(l.PerClient), addresses: perMinute(l.PerAddress),
		guesses: limit.NewRate(guessesPerAddress, limit.MaxKeys), strangers: limit.NewRate(guessesPerClient, limit.MaxKeys),
		friends: limit.NewSeen(limit.MaxKeys),
		uploads: limit.NewSlots(l.Uploads, max(l.Uploads/2, 1)),
	}
}

// spared bounds what one address may ask, whoever it says it is. What asks for
// the server's health is let through: it must not look ill because others are
// busy.
func (a *api) spared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := requestOf(r.Context())
		address, secure := a.Peers.Of(r)
		req.address = wire.Key(address)
		if secure {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.URL.Path != "/healthz" && r.URL.Path != "/readyz" {
			if wait := a.limits.addresses.Take(req.address, a.Now()); wait > 0 {
				tooMany(w, r, wait, "too many requests come from this address")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// tooMany answers 429 and says when to come back (RFC 6585 section 4).
func tooMany(w http.ResponseWriter, r *http.Request, wait time.Duration, detail string) {
	w.Header().Set("Retry-After", limit.RetryAfter(wait))
	fail(w, r, http.StatusTooManyRequests, detail)
}

// guess counts a try to log in before it is known whether it is right, so that
// many at once are no more than many in a row. wait is how long there may be no
// further one; otherwise done says how it went.
func (l *limits) guess(client, address string, now time.Time) (wait time.Duration, done func(right bool)) {
	const longestID = 64 // ours are shorter
	if len(client) > longestID {
		client = ""
	}
	pair := client + " " + address
	rate, key := l.strangers, client
	if l.friends.Has(pair) {
		rate, key = l.guesses, pair
	}
	if wait := l.guesses.Take(address, now); wait > 0 {
		return wait, nil
	}
	if wait := rate.Take(key, now); wait > 0 {
		l.guesses.GiveBack(address)
		return wait, nil
	}
	return 0, func(right bool) {
		if right {
			l.friends.Add(pair)
			l.guesses.GiveBack(address)
			rate.GiveBack(key)
		}
	}
}
