package peers_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// bareVariable makes the test binary the bare server, listening on its value.
const bareVariable = "DOSSIER_PEERS_BARE"

func TestMain(m *testing.M) {
	if addr := os.Getenv(bareVariable); addr != "" {
		bare(addr)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// bare is the least a Go server does: the same answer to everything.
func bare(addr string) {
	text := make([]byte, 360) // about the size of an applicant
	s := &http.Server{Addr: addr, ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text) // the client has gone; there is nobody to tell
	})}
	fmt.Fprintln(os.Stderr, s.ListenAndServe())
}

// BenchmarkPeers asks every server for one object, over and over.
func BenchmarkPeers(b *testing.B) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "dossier", "peers")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		b.Fatal(err)
	}
	for _, s := range servers(dir) {
		b.Run(s.name, func(b *testing.B) { s.measure(b) })
	}
}

// freeAddr is a loopback address that nobody listens on just now.
func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	if err := l.Close(); err != nil {
		return "", fmt.Errorf("free the port: %w", err)
	}
	return l.Addr().String(), nil
}
