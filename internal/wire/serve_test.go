package wire_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/wire"
)

// files are those of a certificate.
type files struct{ cert, key string }

func newFiles(t *testing.T, name string) files {
	t.Helper()
	f := files{filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")}
	f.write(t, name)
	return f
}

// write makes a self-signed certificate for the name.
func (f files) write(t *testing.T, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(f.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	must(t, os.WriteFile(f.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}

func TestCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	f, now := newFiles(t, "one"), time.Now()
	var log bytes.Buffer
	c, err := wire.OpenCertificate(f.cert, f.key, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now })
	must(t, err)
	shown := func() string {
		now = now.Add(2 * time.Second)
		pair, err := c.Config().GetCertificate(nil)
		must(t, err)
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		must(t, err)
		return leaf.Subject.CommonName
	}
	if got := shown(); got != "one" {
		t.Errorf("at first: %s", got)
	}
	f.write(t, "two")
	must(t, os.Chtimes(f.cert, now, now.Add(time.Second)))
	if got := shown(); got != "two" || !strings.Contains(log.String(), "read again") {
		t.Errorf("after a change: %s, log %s", got, &log)
	}
	must(t, os.WriteFile(f.key, []byte("half a ke"), 0o600))
	if got := shown(); got != "two" || !strings.Contains(log.String(), "the one before stays") {
		t.Errorf("with a broken key: %s, log %s", got, &log)
	}
	must(t, os.Remove(f.cert))
	if got := shown(); got != "two" {
		t.Errorf("without the file: %s", got)
	}
	f.write(t, "three")
	if got := shown(); got != "three" {
		t.Errorf("after it is mended: %s", got)
	}
	if c.Config().MinVersion != tls.VersionTLS12 {
		t.Error("TLS below 1.2 is spoken")
	}
}

func TestBrokenCertificateIsAnErrorAtStart(t *testing.T) {
	t.Parallel()
	if _, err := wire.OpenCertificate("none.pem", "none.key", nil, time.Now); err == nil || !strings.Contains(err.Error(), "TLS certificate") {
		t.Errorf("no file: %v", err)
	}
}

// TestBoundOnConnections: an address has its share, all together have the whole,
// and who leaves makes room.
func TestBoundOnConnections(t *testing.T) {
	t.Parallel()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	l := wire.Bound(plain, wire.Bounds{All: 3, Each: 2})
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	one, two := dial(t, plain), dial(t, plain)
	first := <-accepted
	second := <-accepted
	third := dial(t, plain) // closed at once, because the address has two
	if _, err := third.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && err == nil {
		t.Errorf("a third connection of an address: %v", err)
	}
	must(t, first.Close())
	if err := first.Close(); !errors.Is(err, net.ErrClosed) { // and frees no further place
		t.Errorf("closed twice: %v", err)
	}
	fourth := dial(t, plain)
	must(t, (<-accepted).Close())
	must(t, errors.Join(one.Close(), two.Close(), fourth.Close(), second.Close(), l.Close()))
	if _, open := <-accepted; open {
		t.Error("a closed listener accepts")
	}
}

func TestTrustedProxiesHaveNoShare(t *testing.T) {
	t.Parallel()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	l := wire.Bound(plain, wire.Bounds{All: 2, Each: 1, Peers: wire.Peers{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}})
	for range 2 {
		mine := dial(t, plain)
		c, err := l.Accept()
		must(t, err)
		t.Cleanup(func() { must(t, errors.Join(mine.Close(), c.Close())) })
	}
	stopped := make(chan error)
	go func() {
		_, err := l.Accept() // waits: there is no place left
		stopped <- err
	}()
	must(t, l.Close())
	if err := <-stopped; !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting from a closed listener: %v", err)
	}
}

func TestErrorLogNamesNobody(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := wire.ErrorLog(slog.New(slog.NewTextHandler(&out, nil)))
	log.Print("http: TLS handshake error from 203.0.113.9:41022: EOF")
	log.Print("http: TLS handshake error from [2001:db8::7]:41022: read tcp [2001:db8::1]:443: reset")
	log.Print("http: panic serving 203.0.113.9:1: a value\ngoroutine 7 [running]:\nAnna Specimen")
	log.Print("http2: panic serving [2001:db8::7]:1: Anna\ngoroutine 7 [running]:")
	for _, secret := range []string{"203.0.113", "2001:db8", "Anna"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log holds %s: %s", secret, &out)
		}
	}
	if !strings.Contains(out.String(), "TLS handshake error from [address]: EOF") || !strings.Contains(out.String(), "level=WARN") {
		t.Errorf("the log: %s", &out)
	}
}

// TestAPanicIsAnswered: where nothing was sent yet it is a 500, and otherwise the
// answer breaks off; the log has the place, and not the value.
func TestAPanicIsAnswered(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := httptest.NewServer(wire.Recover(slog.New(slog.NewTextHandler(&out, nil)), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/early":
			panic("Anna")
		case "/late":
			_, _ = io.WriteString(w, "half of ")
			must(t, http.NewResponseController(w).Flush())
			panic("Anna")
		case "/abort":
			panic(http.ErrAbortHandler)
		}
	})))
	get := func(path string) (int, error) {
		answer, err := s.Client().Get(s.URL + path)
		if err != nil {
			return 0, err
		}
		defer answer.Body.Close()
		_, err = io.ReadAll(answer.Body)
		return answer.StatusCode, err
	}
	if status, err := get("/early"); status != 500 || err != nil {
		t.Errorf("before anything was sent: %d, %v", status, err)
	}
	if _, err := get("/late"); err == nil {
		t.Error("half an answer looks whole")
	}
	if _, err := get("/abort"); err == nil {
		t.Error("an abort is answered")
	}
	s.Close()
	if text := out.String(); strings.Contains(text, "Anna") || strings.Count(text, "a handler panicked") != 2 || !strings.Contains(text, "serve_test.go:") {
		t.Errorf("the log: %s", text)
	}
}

func dial(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	must(t, err)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
