package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/store"
)

const (
	// neighbours are endpoints that are well.
	neighbours = 17
	// neighbourEvents are measured on each street in a round, one at a time.
	neighbourEvents = 100
)

// street is an office of its own with 17 endpoints that note when something
// arrives, and three more.
type street struct {
	db      *store.DB
	arrived chan time.Time
	took    []time.Duration
}

func newStreet(b *testing.B, engine string, others ...string) *street {
	b.Helper()
	s := &street{db: openBench(b, engine), arrived: make(chan time.Time, neighbours)}
	good := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/other" {
			s.arrived <- time.Now()
		}
	}))
	b.Cleanup(good.Close)
	for i := range neighbours {
		subscribeAt(b, s.db, fmt.Sprintf("%s/%d", good.URL, i))
	}
	for i := range 3 {
		url := good.URL + "/other"
		if len(others) > 0 {
			url = others[i]
		}
		subscribeAt(b, s.db, url)
	}
	courier := newCourier(b, s.db)
	courier.Start()
	b.Cleanup(func() { // it waits for what is on its way, but for no endpoint that hangs
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		courier.Stop(ctx)
	})
	return s
}

// event measures how long one event takes to each of the 17.
func (s *street) event(b *testing.B) {
	b.Helper()
	emitMany(b, s.db, 1)
	committed := time.Now()
	for range neighbours {
		s.took = append(s.took, (<-s.arrived).Sub(committed))
	}
}

// settleIn lets a round pass unmeasured and tells the database how large its tables
// are, as PostgreSQL finds out by itself within a minute. Until then it follows
// plans that it made when they were empty, and reads all that waits for the three.
func (s *street) settleIn(b *testing.B) {
	b.Helper()
	for range neighbourEvents {
		s.event(b)
	}
	s.took = nil
	_, err := s.db.Writer().ExecContext(b.Context(), "ANALYZE")
	checkB(b, err)
}

// p99 gives the 99th percentile of what was measured, in milliseconds, and
// forgets it.
func (s *street) p99() float64 {
	slices.Sort(s.took)
	at := s.took[len(s.took)*99/100]
	s.took = nil
	return float64(at.Microseconds()) / 1000
}

// BenchmarkNeighbours compares how long events take to 17 endpoints when their
// three neighbours are well and when one hangs, one answers a gigabyte and one
// drips: two offices get an event in turns, so that what else the machine does
// hits both. What counts is the median of the rounds' ratios.
func BenchmarkNeighbours(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			bad := newHostile(b)
			calm, beset := newStreet(b, engine), newStreet(b, engine, bad.URL+"/hang", bad.URL+"/gigabyte", bad.URL+"/drip")
			calm.settleIn(b)
			beset.settleIn(b)
			var good, worse, ratios []float64
			for b.Loop() {
				for range neighbourEvents {
					calm.event(b)
					beset.event(b)
				}
				g, w := calm.p99(), beset.p99()
				good, worse, ratios = append(good, g), append(worse, w), append(ratios, w/g)
			}
			b.ReportMetric(median(good), "ms-p99-calm")
			b.ReportMetric(median(worse), "ms-p99-beset")
			b.ReportMetric(median(ratios), "ratio")
		})
	}
}
