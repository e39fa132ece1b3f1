package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/malformed"
)

// malformedUploads is how many are sent: some where every change runs the test,
// 20,000 with DOSSIER_TEST_MALFORMED=20000, as `make malformed` does.
func malformedUploads(t *testing.T) int {
	t.Helper()
	if given := os.Getenv("DOSSIER_TEST_MALFORMED"); given != "" {
		n, err := strconv.Atoi(given)
		check(t, err)
		return n
	}
	return 1000
}

// maxGrowth is how much memory the uploads may leave behind, and need at once
// beyond what was there.
const maxGrowth = 50 << 20

// TestMalformedUploads: each is refused, none is kept, nothing breaks and no
// memory is held.
//
//nolint:paralleltest // it measures the memory of the whole process
func TestMalformedUploads(t *testing.T) {
	onSQLite(t, func(s *stack) {
		seed, uploads := uint64(20261123), malformedUploads(t)
		source, err := malformed.NewSource(seed)
		check(t, err)
		path, token := pathOf(s.pendingProcess(passportOrder(), client.UserData{})), s.token()
		before, most := heap(), uint64(0)
		type item struct {
			malformed.Upload
			token string
		}
		work := make(chan item)
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for u := range work {
					if status := sendUpload(t.Context(), t, s.url+path+"/images", u.token, u.Upload); status != 400 && status != 413 && status != 415 {
						t.Errorf("%s: %d", u.Kind, status)
					}
				}
			})
		}
		for n := range uploads {
			work <- item{source.Next(), token}
			if n%500 == 499 {
				most = max(most, heap())
				token = s.token()
			}
		}
		close(work)
		workers.Wait()
		after := heap()
		t.Logf("%d uploads of seed %d: heap %d kB before, at most %d kB meanwhile, %d kB after", uploads, seed, before>>10, most>>10, after>>10)
		if max(most, after) > before+maxGrowth {
			t.Errorf("memory grew from %d to %d, and %d after", before, most, after)
		}
		s.wantNoBlobs()
	})
}

// heap gives the bytes of what is still in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// sendUpload gives the status, 0 when there is none.
func sendUpload(ctx context.Context, t testing.TB, url, token string, u malformed.Upload) int {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(u.Body))
	if err != nil {
		t.Error(err)
		return 0
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", u.ContentType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Errorf("%s: %v", u.Kind, err)
		return 0
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode
}

// BenchmarkMalformedUpload times how long a refusal takes, over loopback, one
// after the other. The median is what a client meets.
func BenchmarkMalformedUpload(b *testing.B) {
	l, err := listen(b.Context(), "127.0.0.1:0")
	check(b, err)
	s := &stack{url: "http://" + l.Addr().String()}
	data := b.TempDir()
	server, err := startServer(b.Context(), s.settings("sqlite:"+filepath.Join(data, "dossier.db"), data, "http://127.0.0.1:1", "api_sandbox.none"), l, slog.New(slog.DiscardHandler))
	check(b, err)
	defer func() { check(b, server.stop()) }()
	who, err := server.auth.CreateClient(b.Context(), "default", "bench")
	check(b, err)
	api, err := client.New(client.Config{URL: s.url, TokenURL: s.url + "/oidc/token", ID: who.ID, Secret: who.Secret, HTTPClient: http.DefaultClient})
	check(b, err)
	dossier, err := api.CreateDossier(b.Context(), "")
	check(b, err)
	process, err := api.CreateProcess(b.Context(), dossier.DossierID, passportOrder())
	check(b, err)
	url := s.url + pathOf(client.Ref{DossierID: dossier.DossierID, ProcessID: process.ProcessID}) + "/images"
	source, err := malformed.NewSource(1)
	check(b, err)
	var took []time.Duration
	var token string
	for b.Loop() {
		if len(took)%1000 == 0 {
			grant, err := server.auth.Issue(b.Context(), who.ID, who.Secret, "")
			check(b, err)
			token = grant.AccessToken
		}
		upload, begun := source.Next(), time.Now()
		if status := sendUpload(b.Context(), b, url, token, upload); status < 400 || status > 499 {
			b.Fatalf("%s: %d", upload.Kind, status)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
