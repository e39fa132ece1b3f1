package httpapi

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/limit"
)

const (
	// uploadTimeout is how long the body of an upload may take in all: 32 MB at
	// about 280 kB/s.
	uploadTimeout = 2 * time.Minute
	// uploadGrace is how long an upload may take to get going.
	uploadGrace = 10 * time.Second
	// uploadPace is what an upload must reach beyond that, in bytes a second:
	// that of a phone with poor reception.
	uploadPace = 16 << 10
)

// paced is a body that must keep up a pace: its deadline moves on with what
// arrives, so that a connection that only trickles is soon let go.
type paced struct {
	io.Reader
	out   *http.ResponseController
	begun time.Time
	got   int64
}

// pace gives the body of an upload that begins now.
func pace(w http.ResponseWriter, body io.Reader, now time.Time) io.Reader {
	return &paced{Reader: body, out: http.NewResponseController(w), begun: now}
}

// Read waits until the deadline that what has arrived so far has earned.
func (p *paced) Read(b []byte) (int, error) {
	earned := uploadGrace + time.Duration(p.got)*time.Second/uploadPace
	// Not every writer has deadlines; the server's own time-out stays then.
	_ = p.out.SetReadDeadline(p.begun.Add(min(earned, uploadTimeout)))
	n, err := p.Reader.Read(b)
	p.got += int64(n)
	return n, err
}

// enter takes one of the places for uploads, or gives the refusal. Whoever
// enters leaves.
func (a *api) enter(ctx context.Context, r *http.Request) (leave func(), err error) {
	key := callerOf(ctx).ClientID
	switch a.limits.uploads.Enter(key) {
	case limit.KeyFull:
		return nil, problem(ctx, r.Method, r.URL.Path, http.StatusTooManyRequests, "too many uploads of this client are under way")
	case limit.AllFull:
		return nil, problem(ctx, r.Method, r.URL.Path, http.StatusServiceUnavailable, "too many uploads are under way")
	default:
		return func() { a.limits.uploads.Leave(key) }, nil
	}
}
