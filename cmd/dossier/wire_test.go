package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/store"
)

// alone starts a server on SQLite that has no Onfido.
func alone(t *testing.T, extra ...string) *stack {
	t.Helper()
	return newStackAt(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), "http://127.0.0.1:1", "api_sandbox.none", extra...)
}

// wantWait checks a problem that says when to come back.
func (s *stack) wantWait(got reply, status int, code string) {
	s.t.Helper()
	s.wantRefusal(got, status, code)
	if seconds, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || seconds < 1 {
		s.t.Errorf("Retry-After: %q", got.header.Get("Retry-After"))
	}
}

func TestClientsHaveTheirShare(t *testing.T) {
	t.Parallel()
	s := alone(t, "DOSSIER_RATE_PER_CLIENT", "6") // one at once, then one in ten seconds
	greedy := s.token()
	s.untilRefused(1, func() reply { return s.call(greedy, http.MethodGet, "/assure/dossiers", "") })
	s.login("modest")
	if got := s.call(s.token(), http.MethodGet, "/assure/dossiers", ""); got.status != 200 {
		t.Errorf("another client: %d", got.status)
	}
}

// untilRefused makes a call until it is told to wait, which must not be before
// it was let through so many times. A slow machine lets more through.
func (s *stack) untilRefused(atLeast int, call func() reply) {
	s.t.Helper()
	for n := range 1000 {
		got := call()
		if got.status == http.StatusTooManyRequests {
			s.wantWait(got, 429, "rate_limited")
			if n < atLeast {
				s.t.Errorf("refused after %d, want at least %d", n, atLeast)
			}
			return
		}
	}
	s.t.Error("never refused")
}

// TestAddressesHaveTheirShare: behind a trusted proxy each address counts for
// itself, and who asks for the server's health is always answered.
func TestAddressesHaveTheirShare(t *testing.T) {
	t.Parallel()
	s := alone(t, "DOSSIER_RATE_PER_ADDRESS", "6", "DOSSIER_TRUSTED_PROXIES", "127.0.0.0/8")
	ask := func(path, from string) reply {
		return s.call("", http.MethodGet, path, "", "X-Forwarded-For", from)
	}
	s.untilRefused(0, func() reply { return ask("/unicorns", "198.51.100.1") })
	s.untilRefused(0, func() reply { return ask("/unicorns", "203.0.113.1, 198.51.100.1") })
	if got := ask("/openapi.yaml", "198.51.100.2"); got.status != 200 {
		t.Errorf("another address: %d", got.status)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := ask(path, "198.51.100.1"); got.status != 200 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

// TestGuessingIsDamped: many addresses together have few guesses at a client's
// secret, one address has few at all, and neither shuts out the client itself.
func TestGuessingIsDamped(t *testing.T) {
	t.Parallel()
	s := alone(t, "DOSSIER_TRUSTED_PROXIES", "127.0.0.0/8")
	s.http = http.DefaultClient // a token endpoint answers too often here to hold each answer to the description
	guess := func(from, id, secret string) reply {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
		return s.call("", http.MethodPost, "/oidc/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", from)
	}
	const home = "198.51.100.7"
	if got := guess(home, s.config.ID, s.config.Secret); got.status != 200 {
		t.Fatalf("the client itself: %d %s", got.status, got.body)
	}
	from := 0
	s.untilRefused(10, func() reply {
		from++
		return guess(fmt.Sprintf("203.0.%d.%d", from/250, from%250), s.config.ID, "wrong")
	})
	if got := guess(home, s.config.ID, s.config.Secret); got.status != 200 {
		t.Errorf("the client is shut out by strangers: %d", got.status)
	}
	s.untilRefused(20, func() reply {
		from++
		return guess("192.0.2.1", fmt.Sprint("client-", from), "wrong")
	})
	for range 30 { // what is right costs nothing
		if got := guess(home, s.config.ID, s.config.Secret); got.status != 200 {
			t.Fatalf("a right secret: %d", got.status)
		}
	}
}

// TestSlowUploadsStarveNobody: a client that holds its uploads open fills its own
// share, and all together fill the whole.
func TestSlowUploadsStarveNobody(t *testing.T) {
	t.Parallel()
	s := alone(t, "DOSSIER_UPLOADS", "2")
	image := `{"front":"` + dataURL(specimenFile(t, "front")) + `"}`
	path := pathOf(s.pendingProcess(passportOrder(), client.UserData{})) + "/images"
	slow := s.token()
	first := s.trickle(slow, path)
	s.wantWait(s.call(slow, http.MethodPost, path, image), 429, "rate_limited")
	s.login("other")
	other := s.token()
	if got := s.call(other, http.MethodPost, path, image); got.status != 204 {
		t.Errorf("another client: %d %s", got.status, got.body)
	}
	second := s.trickle(other, path)
	s.login("third")
	third := s.token()
	s.wantWait(s.call(third, http.MethodPost, path, image), 503, "unavailable")
	check(t, first.Close())
	check(t, second.Close())
	s.eventually("the places are free again", func() bool {
		return s.call(third, http.MethodPost, path, image).status == http.StatusNoContent
	})
}

// trickle begins an upload and leaves it at that. The server says that it goes on
// when it begins to read, which is when the upload has its place.
func (s *stack) trickle(token, path string) net.Conn {
	s.t.Helper()
	conn, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	check(s.t, err)
	_, err = io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+
		"\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n")
	check(s.t, err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	check(s.t, err)
	if line != "HTTP/1.1 100 Continue\r\n" {
		s.t.Fatalf("a slow upload is answered %s", line)
	}
	return conn
}

// TestEveryAnswerIsHardened: pages, problems and errors of the router alike.
func TestEveryAnswerIsHardened(t *testing.T) {
	t.Parallel()
	s := alone(t)
	for _, path := range []string{"/docs", "/openapi.yaml", "/healthz", "/readyz", "/.well-known/jwks.json", "/assure/dossiers", "/unicorns", "/oidc/token", "/events", "/callbacks/onfido"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
			got := s.call("", method, path, "")
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
				"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "camera=()",
			} {
				if !strings.HasPrefix(got.header.Get(name), want) {
					t.Errorf("%s %s: %s is %q", method, path, name, got.header.Get(name))
				}
			}
			if got.header.Get("Server") != "" || got.header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s %s tells of the server: %v", method, path, got.header)
			}
		}
	}
}

// TestOverTLS: with a certificate the server speaks TLS, HTTP/2 too, and asks to
// be spoken to in no other way.
func TestOverTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	roots := x509.NewCertPool()
	roots.AddCert(selfSigned(t, certFile, keyFile))
	l, err := listen(t.Context(), "127.0.0.1:0")
	check(t, err)
	s := &stack{t: t, url: "https://" + l.Addr().String()}
	cfg := s.settings("sqlite:"+filepath.Join(dir, "dossier.db"), dir, "http://127.0.0.1:1", "api_sandbox.none", "DOSSIER_TLS_CERT", certFile, "DOSSIER_TLS_KEY", keyFile)
	check(t, usable(cfg))
	s.server, err = startServer(t.Context(), cfg, l, testLog(t))
	check(t, err)
	t.Cleanup(func() { check(t, s.server.stop()) })
	s.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/healthz", nil)
	check(t, err)
	answer, err := s.http.Do(r)
	check(t, err)
	check(t, answer.Body.Close())
	if answer.ProtoMajor != 2 || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s, %v", answer.Proto, answer.Header)
	}
	s.loginTo(store.DefaultTenant, "over TLS")
	if got := s.call(s.token(), http.MethodPost, "/assure/dossiers", ""); got.status != 201 {
		t.Errorf("over TLS: %d %s", got.status, got.body)
	}
	check(t, os.WriteFile(keyFile, []byte("broken"), 0o600))
	if err := usable(cfg); err == nil || !strings.Contains(err.Error(), "TLS certificate") {
		t.Errorf("a broken key passes the check of the configuration: %v", err)
	}
}

func selfSigned(t *testing.T, certFile, keyFile string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	check(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	check(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	cert, err := x509.ParseCertificate(der)
	check(t, err)
	return cert
}

// TestSecretsRotate: over the API, during the overlap both work.
func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	s := alone(t)
	made, err := s.server.auth.RotateSecret(t.Context(), store.DefaultTenant, s.config.ID, time.Hour)
	check(t, err)
	before := s.token()
	s.config.Secret = made.Secret
	for _, token := range []string{before, s.token()} {
		if got := s.call(token, http.MethodGet, "/assure/dossiers", ""); got.status != 200 {
			t.Errorf("during the overlap: %d", got.status)
		}
	}
}
