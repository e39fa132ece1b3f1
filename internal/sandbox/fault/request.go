package fault

import (
	"bytes"
	"context"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Refuse writes the server's own error answer for a status.
type Refuse func(w http.ResponseWriter, r *http.Request, status int)

// Wrap lets the faults strike the requests to next.
func (in *Injector) Wrap(next http.Handler, refuse Refuse) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		struck := in.strike(r.Method, r.URL.Path, Latency, Status, RateLimit, Reset, HalfBody, Hang)
		for _, f := range struck {
			if f.Kind == Latency && !pause(r.Context(), f.delay()) {
				return
			}
		}
		for _, f := range struck {
			if f.Kind != Latency {
				f.ruin(w, r, next, refuse)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// ruin answers the request as the fault demands.
func (f Fault) ruin(w http.ResponseWriter, r *http.Request, next http.Handler, refuse Refuse) {
	if f.Kind == HalfBody {
		half(w, r, next)
		return
	}
	if f.Effect {
		next.ServeHTTP(newCapture(), r)
	}
	switch f.Kind {
	case Reset:
		cut(w)
	case Hang:
		pause(r.Context(), f.delay())
		cut(w)
	default:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		}
		refuse(w, r, f.status())
	}
}

// pause waits, and is false when the client gave up meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// cut resets the connection: no FIN, so that the client sees a reset and not an end.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the sanctioned way to drop a connection that cannot be taken over (HTTP/2)
	}
	if tcp, isTCP := conn.(*net.TCPConn); isTCP {
		_ = tcp.SetLinger(0) // a connection that is gone already needs no reset
	}
	_ = conn.Close()
}

// half sends half of the true answer under its full Content-Length, then drops the connection.
func half(w http.ResponseWriter, r *http.Request, next http.Handler) {
	c := newCapture()
	next.ServeHTTP(c, r)
	maps.Copy(w.Header(), c.header)
	w.Header().Set("Content-Length", strconv.Itoa(c.body.Len()))
	w.WriteHeader(c.status)
	_, _ = w.Write(c.body.Bytes()[:c.body.Len()/2]) // it is to fail
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// capture keeps an answer instead of sending it.
type capture struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newCapture() *capture { return &capture{header: http.Header{}, status: http.StatusOK} }

func (c *capture) Header() http.Header { return c.header }

func (c *capture) WriteHeader(status int) { c.status = status }

func (c *capture) Write(p []byte) (int, error) { return c.body.Write(p) }
