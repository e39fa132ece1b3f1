package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/pgtest"
)

// crowded is how many processes BenchmarkConsolePages has; DOSSIER_LONG gives
// another number.
const crowded = 1_000_000

// BenchmarkConsolePages requests the pages of the console from a server with a
// million processes, over HTTP, one after the other: each should take less than
// 200 ms.
func BenchmarkConsolePages(b *testing.B) {
	many := crowded
	if n, err := fmt.Sscan(os.Getenv("DOSSIER_LONG"), &many); n == 0 || err != nil {
		many = crowded
	}
	for _, engine := range []struct {
		name string
		url  func(*testing.B) string
	}{
		{"sqlite", func(b *testing.B) string { b.Helper(); return "sqlite:" + filepath.Join(b.TempDir(), "dossier.db") }},
		{"postgres", func(b *testing.B) string { b.Helper(); return pgtest.New(b) }},
	} {
		b.Run(engine.name, func(b *testing.B) {
			c := newCrowd(b, engine.url(b), many)
			for _, page := range c.pages() {
				b.Run(page.name, func(b *testing.B) {
					var took []time.Duration
					for b.Loop() {
						took = append(took, c.open(b.Context(), page.path))
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
					b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
				})
			}
		})
	}
}

// consolePage is a page with its address.
type consolePage struct{ name, path string }

// pages are all that can be looked at, and the lists with each of their filters.
func (c *crowd) pages() []consolePage {
	day := func(ago int) string { return c.now.AddDate(0, 0, -ago).Format(time.DateOnly) }
	deep := fmt.Sprint(c.now.AddDate(0, 0, -crowdDays/2).UnixMicro(), ".c")
	of := func(path string, pairs ...string) string {
		q := url.Values{}
		for pair := range slices.Chunk(pairs, 2) {
			q.Set(pair[0], pair[1])
		}
		return "/console" + path + "?" + q.Encode()
	}
	process, dossier, endpoint := "/processes/"+c.one.DossierID+"/"+c.one.ProcessID, "/dossiers/"+c.one.DossierID, "/webhooks/"+c.endpoint
	return []consolePage{
		{"overview-7", of("/", "days", "7")},
		{"overview-30", of("/", "days", "30")},
		{"overview-90", of("/", "days", "90")},
		{"overview-csv", of("/overview.csv", "days", "90")},
		{"reasons-csv", of("/reasons.csv", "days", "90")},
		{"provider-csv", of("/provider.csv", "days", "90")},
		{"erasures-csv", of("/erasures.csv")},
		{"find", of("/processes")},
		{"find-deep", of("/processes", "after", deep)},
		{"find-id", of("/processes", "id", "c500")},
		{"find-dossier", of("/processes", "id", "d500")},
		{"find-nothing", of("/processes", "id", "none")},
		{"find-undecided", of("/processes", "status", "undecided")},
		{"find-accepted", of("/processes", "status", "accepted")},
		{"find-failed", of("/processes", "status", "failed")},
		{"find-pending", of("/processes", "status", "pending")},
		{"find-type", of("/processes", "type", "documentVideo")},
		{"find-no-type", of("/processes", "type", "document")},
		{"find-status-no-type", of("/processes", "status", "accepted", "type", "document")},
		{"find-status-type", of("/processes", "status", "failed", "type", "documentVideo")},
		{"find-days", of("/processes", "since", day(40), "until", day(30))},
		{"find-status-type-days", of("/processes", "status", "rejected", "type", "documentVideo", "since", day(40), "until", day(30))},
		{"find-undecided-type", of("/processes", "status", "undecided", "type", "document")},
		{"find-country", of("/processes", "country", commonCountry)},
		{"find-country-deep", of("/processes", "country", commonCountry, "after", deep)},
		{"find-country-rare", of("/processes", "country", rareCountry)},
		{"find-country-none", of("/processes", "country", "BEL")},
		{"find-country-status", of("/processes", "country", commonCountry, "status", "failed")},
		{"find-country-undecided", of("/processes", "country", rareCountry, "status", "undecided")},
		{"find-country-status-no-type", of("/processes", "country", commonCountry, "status", "accepted", "type", "document")},
		{"find-country-days", of("/processes", "country", rareCountry, "since", day(40), "until", day(30))},
		{"dossier", of(dossier)},
		{"userdata", of(dossier + "/userdata")},
		{"process", of(process)},
		{"state", of(process + "/state")},
		{"looks", of(process + "/looks")},
		{"reports", of(process + "/reports")},
		{"image", of(process + "/images/front")},
		{"result-zip", of(process + "/result.zip")},
		{"webhooks", of("/webhooks")},
		{"deliveries", of(endpoint)},
		{"deliveries-failed", of(endpoint, "status", "failed")},
		{"deliveries-expired", of(endpoint, "status", "expired")},
		{"deliveries-pending", of(endpoint, "status", "pending")},
		{"configurations", of("/configurations")},
		{"new-configuration", of("/new-configuration")},
		{"preview", of("/configuration-preview")},
		{"clients", of("/clients")},
		{"operators", of("/operators")},
		{"health", of("/health")},
		{"trail", of("/trail")},
		{"trail-deep", of("/trail", "before", "1000000")},
		{"trail-dossier", of("/trail", "dossier", "d500")},
		{"trail-actor", of("/trail", "actor", "operator-7")},
		{"trail-nobody", of("/trail", "actor", "nobody")},
		{"trail-action", of("/trail", "action", "image.viewed")},
		{"trail-no-action", of("/trail", "action", "hold.set")},
		{"trail-actor-no-action", of("/trail", "actor", "operator-7", "action", "hold.set")},
		{"retention-now", of("/retention")},
		{"retention-7", of("/retention", "days", "7")},
		{"retention-30", of("/retention", "days", "30")},
	}
}
