package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// BenchmarkFindApplicant is to be within twice of BenchmarkBareHandler, which answers as many bytes of a constant.
func BenchmarkFindApplicant(b *testing.B) {
	s := newBox(b, sandbox.Options{})
	bench(b, s.Handler(), "/v3.6/applicants/"+s.applicant("X"), "Token token="+s.Token())
}

func BenchmarkBareHandler(b *testing.B) {
	text := make([]byte, 360)
	bench(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text)
	}), "/", "")
}

// bench makes requests over real connections, as many at a time as there are processors.
func bench(b *testing.B, h http.Handler, path, auth string) {
	b.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL+path, nil)
			if err != nil {
				b.Error(err)
				return
			}
			req.Header.Set("Authorization", auth)
			resp, err := client.Do(req)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				b.Errorf("status %d", resp.StatusCode)
			}
		}
	})
}
