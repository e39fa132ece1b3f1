package s3test

import (
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The credentials of every server. They open nothing else.
const (
	accessKey = "dossier-test"
	secretKey = "dossier-test-secret"
)

// shared is the one server of a test binary.
var shared = sync.OnceValues(start)

// Env gives the credentials as NAME=value pairs, as the clients of S3 take them
// from the environment of a process.
func Env() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_EC2_METADATA_DISABLED=true"}
}

// Setenv sets Env in this process; it is for a TestMain.
func Setenv() error {
	for _, pair := range Env() {
		name, value, _ := strings.Cut(pair, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// New gives the URL of a fresh, empty bucket on the server of this test binary.
// It fails the test, and never skips it, where the server cannot be started.
func New(tb testing.TB) string {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatalf("s3test: %v", err)
	}
	return s.bucket(tb)
}

// Server is an S3 server that one test may be rough with.
type Server struct{ *server }

// Start gives a server that ends with the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s, err := start()
	if err != nil {
		tb.Fatalf("s3test: %v", err)
	}
	tb.Cleanup(s.stop)
	return &Server{s}
}

// New gives the URL of a fresh, empty bucket.
func (s *Server) New(tb testing.TB) string {
	tb.Helper()
	return s.bucket(tb)
}

// Full makes every write to the server's disk fail, as a full one does, or ends
// that.
func (s *Server) Full(tb testing.TB, full bool) {
	tb.Helper()
	limit := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	if full {
		limit.Cur = 0
	}
	if err := unix.Prlimit(s.pid, syscall.RLIMIT_FSIZE, &limit, nil); err != nil {
		tb.Fatalf("s3test: limit the server's files: %v", err)
	}
}

// bucket makes a bucket: versitygw shows every folder as one.
func (s *server) bucket(tb testing.TB) string {
	tb.Helper()
	name := "dossier-" + strings.ToLower(rand.Text())
	if err := os.Mkdir(filepath.Join(s.dir, name), 0o700); err != nil {
		tb.Fatalf("s3test: make a bucket: %v", err)
	}
	options := url.Values{"endpoint": {s.endpoint}, "use_path_style": {"true"}, "region": {"us-east-1"}}
	return (&url.URL{Scheme: "s3", Host: name, RawQuery: options.Encode()}).String()
}
