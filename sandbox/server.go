package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// shutdownTime is how long Close waits for requests under way.
const shutdownTime = 5 * time.Second

// Options are the settings of a server; the zero value is ready for use.
type Options struct {
	Token         string          // API token accepted; empty: a random one
	CompleteAfter time.Duration   // how long a check runs before it completes; default 1s
	WebhookRetry  []time.Duration // delays between delivery attempts; default five within 18s
	Strict        bool            // location and US consent demanded, sizes of the specification, rate limit on
	StateFile     string          // state is taken from here at the start and left here by Close; default none
	Addr          string          // address to listen on; default a free port of 127.0.0.1
}

// TB is the part of testing.TB that Start needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// Server is a running sandbox.
type Server struct {
	inner *sandbox.Sandbox
	http  *http.Server
	url   string
	ended chan error
}

// Start runs a sandbox for the duration of a test, which fails if that does not work. Checks complete after 50 ms.
func Start(tb TB) *Server {
	tb.Helper()
	return StartWith(tb, Options{CompleteAfter: 50 * time.Millisecond})
}

// StartWith is Start with settings.
func StartWith(tb TB, o Options) *Server {
	tb.Helper()
	s, err := New(o)
	if err != nil {
		tb.Fatalf("start sandbox: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close sandbox: %v", err)
		}
	})
	return s
}

// New runs a sandbox until Close.
func New(o Options) (*Server, error) {
	inner, err := sandbox.New(sandbox.Options{
		Token: o.Token, CompleteAfter: o.CompleteAfter, WebhookRetry: o.WebhookRetry, Strict: o.Strict, StateFile: o.StateFile,
	})
	if err != nil {
		return nil, err
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", o.Addr)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen: %w", err), inner.Close())
	}
	s := &Server{
		inner: inner, url: "http://" + listener.Addr().String(), ended: make(chan error, 1),
		http: &http.Server{Handler: inner.Handler(), ReadHeaderTimeout: 10 * time.Second},
	}
	go func() { s.ended <- s.http.Serve(listener) }()
	return s, nil
}

// URL is the base URL of the API, with its version and without a slash at the end.
func (s *Server) URL() string { return s.url + "/v3.6" }

// ControlURL is the base URL of the controls (docs/sandbox.md, "Control").
func (s *Server) ControlURL() string { return s.url + "/sandbox" }

// Token is the API token that the sandbox accepts.
func (s *Server) Token() string { return s.inner.Token() }

// Close ends the server and everything it has under way; requests that a fault holds up are cut off. It must be
// called once.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	closed := s.inner.Close()
	stopped := s.http.Shutdown(ctx)
	if errors.Is(stopped, context.DeadlineExceeded) {
		stopped = s.http.Close()
	}
	if err := <-s.ended; !errors.Is(err, http.ErrServerClosed) {
		stopped = errors.Join(stopped, err)
	}
	return errors.Join(closed, stopped)
}
