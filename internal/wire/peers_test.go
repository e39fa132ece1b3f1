package wire_test

import (
	"crypto/tls"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/dossier-id/dossier/internal/wire"
)

func TestPeersBehindProxies(t *testing.T) {
	t.Parallel()
	trusting := wire.Peers{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for name, c := range map[string]struct {
		peers       wire.Peers
		from        string
		forwarded   []string
		proto, want string
		secure      bool
	}{
		"nobody between":             {trusting, "203.0.113.9:5", nil, "", "203.0.113.9", false},
		"a stranger makes it up":     {trusting, "203.0.113.9:5", []string{"198.51.100.1"}, "https", "203.0.113.9", false},
		"nobody is trusted":          {wire.Peers{}, "10.0.0.1:5", []string{"198.51.100.1"}, "https", "10.0.0.1", false},
		"one proxy":                  {trusting, "10.0.0.1:5", []string{"198.51.100.1"}, "https", "198.51.100.1", true},
		"made up before the proxy":   {trusting, "10.0.0.1:5", []string{"1.1.1.1, 198.51.100.1"}, "", "198.51.100.1", false},
		"two proxies, two headers":   {trusting, "10.0.0.1:5", []string{"1.1.1.1, 198.51.100.1", "10.0.0.2"}, "", "198.51.100.1", false},
		"only proxies":               {trusting, "10.0.0.1:5", []string{"10.0.0.3, 10.0.0.2"}, "", "10.0.0.3", false},
		"rubbish":                    {trusting, "10.0.0.1:5", []string{"198.51.100.1, unknown"}, "", "10.0.0.1", false},
		"no header from a proxy":     {trusting, "10.0.0.1:5", nil, "", "10.0.0.1", false},
		"IPv4 as IPv6":               {trusting, "[::ffff:10.0.0.1]:5", []string{"::ffff:198.51.100.1"}, "", "198.51.100.1", false},
		"IPv6 with a zone":           {trusting, "[fe80::1%eth0]:5", nil, "", "fe80::1", false},
		"no address at all, as @ is": {trusting, "@", []string{"198.51.100.1"}, "", "invalid IP", false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr = c.from
		for _, value := range c.forwarded {
			r.Header.Add("X-Forwarded-For", value)
		}
		r.Header.Set("X-Forwarded-Proto", c.proto)
		if got, secure := c.peers.Of(r); got.String() != c.want || secure != c.secure {
			t.Errorf("%s: %v, %v, want %s, %v", name, got, secure, c.want, c.secure)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	r.TLS = &tls.ConnectionState{}
	if _, secure := (wire.Peers{}).Of(r); !secure {
		t.Error("a TLS connection is not secure")
	}
}

func TestKeyOfANeighbourhood(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"198.51.100.1": "198.51.100.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::": "2001:db8:1:2::/64"} {
		if got := wire.Key(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// FuzzPeers: whatever a proxy passes on, the address is one.
func FuzzPeers(f *testing.F) {
	f.Add("1.1.1.1, 10.0.0.2", "10.0.0.1:80")
	f.Add("::1%eth0,,,", "[fd00::1]:80")
	f.Fuzz(func(t *testing.T, forwarded, from string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr = from
		r.Header["X-Forwarded-For"] = []string{forwarded}
		trusting := wire.Peers{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
		address, _ := trusting.Of(r)
		_, err := netip.ParseAddrPort(from)
		if (err == nil) != address.IsValid() || address.Zone() != "" || wire.Key(address) == "" {
			t.Errorf("from %q by %q: %v", forwarded, from, address)
		}
	})
}
