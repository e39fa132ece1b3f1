package bench

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

const (
	slowUploads = 200
	slowPace    = 50_000 // bytes a second
	slowSpan    = 5 * time.Second
)

// BenchmarkSlowUploads reads a process while two hundred uploads trickle in, and
// while none does. ratio is the 99th percentile of an idle server to that of the
// busy one: what is wanted is a half.
func BenchmarkSlowUploads(b *testing.B) {
	program := build(b)
	body, _ := noise(b, uploadPixels)
	c := newCustomer(b, program)
	process := c.address(c.pending(b))
	read := func(ctx context.Context) error {
		<-time.After(10 * time.Millisecond) // It is how long they wait that is asked, not how many there can be.
		return c.call(ctx, http.MethodGet, process, nil)
	}
	at := make([]string, slowUploads)
	for i := range at {
		at[i] = c.address(c.pending(b)) + "/images"
	}
	for b.Loop() {
		idle := percentile(reads(b, slowSpan, read))
		ctx, stop := context.WithCancel(b.Context())
		var all sync.WaitGroup
		for _, url := range at {
			all.Go(func() { _ = c.call(ctx, http.MethodPost, url, &trickle{ctx, bytes.NewReader(body)}) }) // It is cut off.
		}
		busy := percentile(reads(b, slowSpan, read))
		stop()
		all.Wait()
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(idle.Microseconds())/1000, "ms-idle-p99")
		b.ReportMetric(float64(busy.Microseconds())/1000, "ms-busy-p99")
		b.ReportMetric(idle.Seconds()/busy.Seconds(), "ratio")
	}
}

// trickle gives a body at the pace of a bad connection.
type trickle struct {
	ctx  context.Context //nolint:containedctx // of the request whose body it is
	body io.Reader
}

// Read gives a tenth of a second's bytes.
func (t *trickle) Read(p []byte) (int, error) {
	select {
	case <-t.ctx.Done():
		return 0, t.ctx.Err()
	case <-time.After(time.Second / 10):
	}
	return t.body.Read(p[:min(len(p), slowPace/10)])
}
