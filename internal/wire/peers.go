package wire

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Peers tells who is calling, also through proxies that it trusts. The zero
// value trusts none.
type Peers struct {
	// Trusted are the networks of the proxies in front.
	Trusted []netip.Prefix
}

// maxHops bounds how many entries of X-Forwarded-For are looked at.
const maxHops = 16

// Of gives the caller's address, and whether the caller speaks TLS. What
// X-Forwarded-For and X-Forwarded-Proto say counts only from a trusted proxy;
// each proxy appends the address that it saw, so the list is read from its end
// up to the first address that is no trusted proxy's. Whatever stands before it
// may be made up.
func (p Peers) Of(r *http.Request) (address netip.Addr, secure bool) {
	secure = r.TLS != nil
	port, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, secure
	}
	address = port.Addr().Unmap().WithZone("")
	if !p.trusts(address) {
		return address, secure
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for n, hop := range slices.Backward(hops) {
		seen, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil || len(hops)-n > maxHops {
			break
		}
		if address = seen.Unmap().WithZone(""); !p.trusts(address) {
			break
		}
	}
	return address, secure || r.Header.Get("X-Forwarded-Proto") == "https"
}

func (p Peers) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p.Trusted, func(n netip.Prefix) bool { return n.Contains(a) })
}

// Key is a word for the neighbourhood of an address that one party commonly has
// to itself: the address, and of IPv6 the network of 64 bits.
func Key(a netip.Addr) string {
	if a.Is6() {
		if network, err := a.Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}
