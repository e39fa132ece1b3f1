package netguard_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/netguard"
)

// special are addresses of every range that is not the public Internet, and the
// ways to write an IPv4 address inside an IPv6 one.
func special() []string {
	return []string{
		"0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.254",
		"192.0.0.1", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
		"100::1", "2001::1", "2001:2::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "ff02::1",
	}
}

func newGuard(t *testing.T, p netguard.Policy) *netguard.Guard {
	t.Helper()
	g, err := netguard.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestSpecialAddressesAreForbidden(t *testing.T) {
	t.Parallel()
	g := newGuard(t, netguard.Policy{})
	client := g.Client(5 * time.Second)
	asked := 0
	for _, address := range special() {
		host := address
		if strings.Contains(address, ":") {
			host = "[" + address + "]"
		}
		for _, form := range []string{"http://%s/", "https://%s/", "http://%s:443/hook?x=1"} {
			asked++
			url := fmt.Sprintf(form, host)
			if err := g.CheckURL(url); !errors.Is(err, netguard.ErrForbidden) {
				t.Errorf("%s is saved: %v", url, err)
			}
			answer, err := client.Get(url)
			if err == nil {
				answer.Body.Close()
			}
			if !errors.Is(err, netguard.ErrForbidden) {
				t.Errorf("%s is called: %v", url, err)
			}
		}
	}
	if asked < 120 {
		t.Errorf("only %d URLs were tried", asked)
	}
}

func TestOddURLsAreForbidden(t *testing.T) {
	t.Parallel()
	g := newGuard(t, netguard.Policy{})
	for _, url := range []string{
		"", "hook", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "http:///x", "http://user:pass@example.com/",
		"http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1/", "http://127.1/", "http://127.0.0.1./", "http://[fe80::1%25eth0]/",
		"http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://example.com:22/", "http://example.com:6379/", "http://example.com:99999/",
		"http://exa mple.com/", "http://%31%32%37.0.0.1/", "http://①②⑦.0.0.1/",
	} {
		if err := g.CheckURL(url); !errors.Is(err, netguard.ErrForbidden) {
			t.Errorf("%q is saved: %v", url, err)
		}
	}
	for _, url := range []string{"https://example.com/hook", "http://example.com/", "https://example.com:443/x?y=z", "https://93.184.215.14/", "https://[2606:2800::1]/"} {
		if err := g.CheckURL(url); err != nil {
			t.Errorf("%q is refused: %v", url, err)
		}
	}
}

func TestAllowedOnAnyPort(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer receiver.Close()
	_, port, err := net.SplitHostPort(receiver.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		allow []string
		url   string
		taken bool
	}{
		{nil, receiver.URL, false},
		{[]string{"127.0.0.0/8"}, receiver.URL, true},
		{[]string{"127.0.0.1"}, "http://[::ffff:127.0.0.1]:" + port, true},
		{[]string{"localhost"}, "http://LocalHost:" + port, true},
		{[]string{"10.0.0.0/8", "hooks.internal"}, receiver.URL, false},
	} {
		g := newGuard(t, netguard.Policy{Allow: c.allow})
		client := g.Client(5 * time.Second)
		defer client.CloseIdleConnections()
		answer, err := client.Get(c.url)
		if err == nil {
			answer.Body.Close()
		}
		if (err == nil) != c.taken || (g.CheckURL(c.url) == nil) != c.taken {
			t.Errorf("%v, %s: called %v, saved %v", c.allow, c.url, err, g.CheckURL(c.url))
		}
	}
	if calls.Load() != 3 {
		t.Errorf("%d calls arrived, want 3", calls.Load())
	}
	for _, wrong := range []string{"10.0.0.0/99", "http://x", "127.1", "0x7f", ""} {
		if _, err := netguard.New(netguard.Policy{Allow: []string{wrong}}); err == nil {
			t.Errorf("%q is taken as an exception", wrong)
		}
	}
}

func TestNoRedirectIsFollowedAndNoProxyUsed(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	var elsewhere atomic.Int64
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			elsewhere.Add(1)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer receiver.Close()
	client := newGuard(t, netguard.Policy{Allow: []string{"127.0.0.1"}}).Client(5 * time.Second)
	defer client.CloseIdleConnections()
	answer, err := client.Post(receiver.URL, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusTemporaryRedirect || elsewhere.Load() != 0 {
		t.Errorf("status %d, %d calls elsewhere", answer.StatusCode, elsewhere.Load())
	}
}

// TestRebinding has a name that is public when it is looked at and loopback when
// it is called, and the other way about, a thousand times: what counts is the
// address that is dialled.
func TestRebinding(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer receiver.Close()
	port := netip.MustParseAddrPort(receiver.Listener.Addr().String()).Port()
	names := newRebinder(t)
	g := newGuard(t, netguard.Policy{Ports: []uint16{port}, Resolver: names.resolver})
	client := g.Client(time.Second)
	defer client.CloseIdleConnections()
	url := fmt.Sprintf("http://rebind.example:%d/", port)
	for range 1000 {
		if err := g.CheckURL(url); err != nil {
			t.Fatal(err)
		}
		answer, err := client.Get(url)
		if err == nil {
			answer.Body.Close()
			t.Fatal("the call got through")
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d calls reached loopback", calls.Load())
	}
	if names.asked.Load() < 1000 {
		t.Errorf("the name was resolved %d times: the test proves nothing", names.asked.Load())
	}
}

// FuzzCheckURL: an address that passes is a web address with a host, and no
// literal of a place that is not public.
func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"https://example.com/hook", "http://127.0.0.1/", "http://[::ffff:10.0.0.1]:80", "https://0x7f.1/", "https://a@b/", "gopher://x", "https://2130706433"} {
		f.Add(seed)
	}
	g, err := netguard.New(netguard.Policy{Ports: []uint16{80, 443}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if g.CheckURL(raw) != nil {
			return
		}
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			t.Fatalf("%q passes: %v", raw, err)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && (a.Unmap().IsPrivate() || a.Unmap().IsLoopback() || a.IsUnspecified() || a.IsLinkLocalUnicast()) {
			t.Errorf("%q passes", raw)
		}
	})
}
