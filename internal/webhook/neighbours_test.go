package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/webhook"
)

const (
	// neighbours are endpoints that are well.
	neighbours = 17
	// neighbourEvents are measured in each half of a round, one at a time.
	neighbourEvents = 60
)

// street has 17 endpoints that note when something arrives.
type street struct {
	*httptest.Server
	arrived chan time.Time
}

func newStreet(b *testing.B) *street {
	b.Helper()
	s := &street{arrived: make(chan time.Time, neighbours)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/good") {
			s.arrived <- time.Now()
		}
	}))
	b.Cleanup(s.Close)
	return s
}

// BenchmarkNeighbours compares how long events take to 17 endpoints when their
// three neighbours are well and when one hangs, one answers a gigabyte and one
// drips. Each round measures both, one right after the other and in turns which
// first, so that what else the machine does hits both; what counts is the median
// of the rounds' ratios.
func BenchmarkNeighbours(b *testing.B) {
	onEngines(b, func(b *testing.B, db *store.DB) {
		b.Helper()
		good, bad := newStreet(b), newHostile(b)
		for i := range neighbours {
			subscribeAt(b, db, fmt.Sprintf("%s/good/%d", good.URL, i))
		}
		measure := func(urls ...string) float64 {
			for _, url := range urls {
				subscribeAt(b, db, url+"?neighbour")
			}
			defer removeNeighbours(b, db)
			return good.p99(b, db)
		}
		calmly := func() float64 { return measure(good.URL, good.URL, good.URL) }
		beset := func() float64 { return measure(bad.URL+"/hang", bad.URL+"/gigabyte", bad.URL+"/drip") }
		var calm, worse, ratios []float64
		for round := 0; b.Loop(); round++ {
			var c, w float64
			if round%2 == 0 {
				c, w = calmly(), beset()
			} else {
				w, c = beset(), calmly()
			}
			calm, worse, ratios = append(calm, c), append(worse, w), append(ratios, w/c)
		}
		b.ReportMetric(median(calm), "ms-p99-calm")
		b.ReportMetric(median(worse), "ms-p99-beset")
		b.ReportMetric(median(ratios), "ratio")
	})
}

// p99 gives the 99th percentile from commit to arrival, in milliseconds.
func (s *street) p99(b *testing.B, db *store.DB) float64 {
	b.Helper()
	courier := newCourier(b, db)
	courier.Start()
	defer stopAtOnce(courier)
	var took []time.Duration
	for range neighbourEvents {
		emitMany(b, db, 1)
		committed := time.Now()
		for range neighbours {
			took = append(took, (<-s.arrived).Sub(committed))
		}
	}
	slices.Sort(took)
	return float64(took[len(took)*99/100].Microseconds()) / 1000
}

// stopAtOnce waits for no endpoint that hangs.
func stopAtOnce(courier *webhook.Courier) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	courier.Stop(ctx)
}

func removeNeighbours(b *testing.B, db *store.DB) {
	b.Helper()
	checkB(b, db.Update(b.Context(), func(tx idv.Tx) error {
		all, err := tx.Subscriptions(b.Context(), store.DefaultTenant)
		for _, s := range all {
			if err == nil && strings.HasSuffix(s.URL.Reveal(), "?neighbour") {
				err = tx.DeleteSubscription(b.Context(), s.TenantID, s.ID)
			}
		}
		return err
	}))
}
