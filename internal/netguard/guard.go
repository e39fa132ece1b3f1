package netguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// ErrForbidden says that an address is not one that may be called.
var ErrForbidden = errors.New("the address may not be called")

// Policy says what may be called beside public addresses on the ports 80 and
// 443.
type Policy struct {
	// Allow names networks (10.1.0.0/16), addresses (127.0.0.1) and hosts
	// (hooks.internal) that may be called on any port, whatever they are.
	Allow []string
	// Ports replaces 80 and 443.
	Ports []uint16
	// Resolver resolves names; nil is that of the system.
	Resolver *net.Resolver
}

// maxHeader bounds the header of an answer.
const maxHeader = 64 << 10

// Guard judges addresses. It is safe for concurrent use.
type Guard struct {
	ports    []uint16
	networks []netip.Prefix
	hosts    []string
	public   *ssrf.Guardian
	resolver *net.Resolver
}

// New makes a Guard. It fails for an entry of Allow that is no network, address
// or host name.
func New(p Policy) (*Guard, error) {
	g := &Guard{ports: p.Ports, resolver: p.Resolver}
	if len(g.ports) == 0 {
		g.ports = []uint16{80, 443}
	}
	g.public = ssrf.New(ssrf.WithPorts(g.ports...))
	for _, entry := range p.Allow {
		network, err := parseNetwork(entry)
		switch {
		case err == nil:
			g.networks = append(g.networks, network)
		case isHost(entry):
			g.hosts = append(g.hosts, strings.ToLower(entry))
		default:
			return nil, fmt.Errorf("%q is no network, address or host name", entry)
		}
	}
	return g, nil
}

// parseNetwork takes a network or a single address.
func parseNetwork(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

// isHost takes letters, digits, dots and hyphens with at least one letter, so
// that no odd way to write an address passes for a name.
func isHost(s string) bool {
	odd := strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-'
	})
	last := s[strings.LastIndexByte(s, '.')+1:]
	return odd < 0 && len(s) <= 253 && strings.ContainsAny(strings.ToLower(last), "abcdefghijklmnopqrstuvwxyz") && !strings.HasPrefix(strings.ToLower(last), "0x")
}

// CheckURL says early, with ErrForbidden, what would be refused at every call: a
// scheme that is not http or https, a port that is not open, an address in the
// URL itself. A name is judged when it is called.
func (g *Guard) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("%w: it is no absolute http or https URL", ErrForbidden)
	}
	if slices.Contains(g.hosts, strings.ToLower(u.Hostname())) {
		return nil
	}
	port := map[string]uint16{"http": 80, "https": 443}[u.Scheme]
	if u.Port() != "" {
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			return fmt.Errorf("%w: the port is no port", ErrForbidden)
		}
		port = uint16(n)
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		return g.check(netip.AddrPortFrom(a, port))
	}
	return g.checkName(u.Hostname(), port)
}

// checkName refuses what is written like an address but is none to Go, and
// names of this machine unless loopback is open.
func (g *Guard) checkName(host string, port uint16) error {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !isHost(host) {
		return fmt.Errorf("%w: the host is neither a name nor an address", ErrForbidden)
	}
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if local && g.check(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)) != nil {
		return fmt.Errorf("%w: it is this machine", ErrForbidden)
	}
	if !local && !slices.Contains(g.ports, port) && len(g.networks) == 0 {
		return fmt.Errorf("%w: its port is not open", ErrForbidden)
	}
	return nil
}

// check judges an address with its port.
func (g *Guard) check(a netip.AddrPort) error {
	plain := a.Addr().Unmap().WithZone("")
	if slices.ContainsFunc(g.networks, func(p netip.Prefix) bool { return p.Contains(plain) }) {
		return nil
	}
	if err := g.public.SafeAddrPort(a); err != nil {
		return fmt.Errorf("%w: it is not public, or its port is not open", ErrForbidden)
	}
	return nil
}

// control judges the address of a connection that is about to be made.
func (g *Guard) control(network, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return ErrForbidden
	}
	return g.check(a)
}

// Client makes a client that calls only what the Guard lets it. It follows no
// redirect: the answer is then the redirect itself. timeout bounds a call as a
// whole, body included.
func (g *Guard) Client(timeout time.Duration) *http.Client {
	guarded := &net.Dialer{Timeout: timeout, Resolver: g.resolver, Control: g.control}
	open := &net.Dialer{Timeout: timeout, Resolver: g.resolver}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				host, _, err := net.SplitHostPort(address)
				if err == nil && slices.Contains(g.hosts, strings.ToLower(host)) {
					return open.DialContext(ctx, network, address)
				}
				return guarded.DialContext(ctx, network, address)
			},
			ForceAttemptHTTP2: true, TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
			MaxResponseHeaderBytes: maxHeader, MaxIdleConns: 256, MaxIdleConnsPerHost: 32, IdleConnTimeout: 30 * time.Second,
			DisableCompression: true, // a small answer must not unpack to a large one
		},
	}
}
