package bench

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// fullResultPixels make two pictures that are 12 MB of full result: each is in it as it
// is, and in its page.
const fullResultPixels = 2_550_000

// BenchmarkFullResult downloads a full result of 12 MB beside a plain server that
// copies the same bytes from a file that is not sealed. Ours opens the pictures,
// encodes and sums them, and notes who looked. ratio is our rate to the plain one's,
// from the second download on: the first measures what is to be sent too.
func BenchmarkFullResult(b *testing.B) {
	program := build(b)
	c := newCustomer(b, program)
	picture := noisy(b, fullResultPixels)
	at := c.address(c.accepted(b, picture, picture)) + "/download"
	name := filepath.Join(b.TempDir(), "full-result.zip")
	kept(b, c, at, name)
	plain := plainFile(b, name)
	var ours, theirs time.Duration
	for b.Loop() {
		ours += timed(b, func() error { return c.call(b.Context(), http.MethodGet, at, nil) })
		theirs += timed(b, func() error { return c.call(b.Context(), http.MethodGet, plain, nil) })
	}
	b.ReportMetric(float64(ours.Microseconds())/1000/float64(b.N), "ms-ours")
	b.ReportMetric(float64(theirs.Microseconds())/1000/float64(b.N), "ms-plain")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

// kept downloads once, to a file.
func kept(b *testing.B, c *customer, at, name string) {
	b.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, at, nil)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", c.bearer)
	answer, err := caller().Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil {
		err = os.WriteFile(name, text, 0o600)
	}
	if err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("download: %s, %v", answer.Status, err)
	}
	b.Logf("a full result of %d bytes", len(text))
}

// plainFile is a server that copies a file into each answer.
func plainFile(b *testing.B, name string) (url string) {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		f, err := os.Open(name)
		if err != nil {
			http.Error(w, "gone", http.StatusInternalServerError)
			return
		}
		defer f.Close()
		_, _ = io.Copy(w, f)
	}))
	b.Cleanup(server.Close)
	return server.URL
}
