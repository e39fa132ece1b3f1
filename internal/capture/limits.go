package capture

import (
	"crypto/sha256"
	"net/http"

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

// rates is who has asked how often.
type rates struct{ links, addresses *limit.Rate }

func newRates(l Limits) *rates {
	perMinute := func(n int) *limit.Rate { return limit.NewRate(limit.PerMinute(n), limit.MaxKeys) }
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
	w.Header().Set("Retry-After", limit.RetryAfter(wait))
	return idv.Refuse(codeTooMany, "too many requests")
}
