package capture

import (
	"crypto/sha256"
	"math"
	"net/http"
	"strconv"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/limit"
	"github.com/dossier-id/dossier/internal/wire"
)

// Limits are requests in a minute; a sixth of them may come at once. They hold
// for each replica by itself, and not for scripts and styles, which browsers keep.
type Limits struct {
	// PerLink is for one link, on all devices.
	PerLink int
	// PerAddress is for all links that are opened from one address, which a mobile
	// network or an office may share.
	PerAddress int
}

// codeTooMany refuses who asks too often.
const codeTooMany idv.Code = "too_many_requests"

// maxRemembered bounds how many links and how many addresses are remembered,
// about 200 bytes each.
const maxRemembered = 1 << 16

// rates is who has asked how often.
type rates struct{ links, addresses *limit.Rate }

func newRates(l Limits) *rates {
	perMinute := func(n int) *limit.Rate { return limit.NewRate(limit.PerMinute(n, max(n/6, 1)), maxRemembered) }
	return &rates{links: perMinute(l.PerLink), addresses: perMinute(l.PerAddress)}
}

// spared refuses a request that is one too many, and says when to come back (RFC
// 6585 section 4).
func (p *pages) spared(w http.ResponseWriter, r *http.Request) error {
	address, _ := p.Peers.Of(r)
	link := sha256.Sum256([]byte(secretOf(r).Reveal()))
	wait := p.rates.addresses.Take(wire.Key(address), p.Now())
	if wait == 0 {
		wait = p.rates.links.Take(string(link[:]), p.Now())
	}
	if wait == 0 {
		return nil
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return idv.Refuse(codeTooMany, "too many requests")
}
