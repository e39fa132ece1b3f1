package bench

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

const (
	readers    = 32
	readSpan   = 2 * time.Second
	stripeMock = "github.com/stripe/stripe-mock@v0.203.0"
)

// BenchmarkGetProcess reads a process with its full report, a look that is durably
// recorded each time, beside stripe-mock's reading of a charge that it makes up.
// ratio is our rate to stripe-mock's.
func BenchmarkGetProcess(b *testing.B) {
	charge, err := mockedCharge(b)
	if err != nil {
		b.Logf("left out: %v", err)
		return
	}
	program := build(b)
	c := newCustomer(b, program)
	process := c.address(c.accepted(b, draw(b, program, "passport"), draw(b, program, "selfie")))
	for b.Loop() {
		ours := rate(reads(b, readSpan, func(ctx context.Context) error { return c.call(ctx, http.MethodGet, process, nil) }))
		theirs := rate(reads(b, readSpan, charge))
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(ours, "ours/s")
		b.ReportMetric(theirs, "stripe-mock/s")
		b.ReportMetric(ours/theirs, "ratio")
	}
}

// mockedCharge starts stripe-mock, which is installed first, and gives a reading of it.
func mockedCharge(b *testing.B) (func(context.Context) error, error) {
	b.Helper()
	dir := b.TempDir()
	install := exec.CommandContext(b.Context(), "go", "install", stripeMock)
	install.Env = append(os.Environ(), "GOBIN="+dir)
	if said, err := install.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("install stripe-mock: %w: %.200s", err, said)
	}
	addr := freeAddr(b)
	p := &process{exec.CommandContext(b.Context(), filepath.Join(dir, "stripe-mock"), "-http-addr", addr), b, "http://" + addr}
	if err := p.Start(); err != nil {
		return nil, err
	}
	b.Cleanup(p.stop)
	p.await("/")
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/v1/charges/ch_1", nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer sk_test_123")
		return do(request, nil)
	}, nil
}

// reads has some readers read for a while and gives how long each reading took.
func reads(b *testing.B, span time.Duration, read func(context.Context) error) []time.Duration {
	b.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	var took []time.Duration
	begun := time.Now()
	for range readers {
		all.Go(func() {
			for time.Since(begun) < span {
				at := time.Now()
				if err := read(b.Context()); err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(at))
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return took
}

// rate is how many readings there were a second.
func rate(took []time.Duration) float64 { return float64(len(took)) / readSpan.Seconds() }

// percentile gives how long all but a hundredth of the readings took at most.
func percentile(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)*99/100]
}
