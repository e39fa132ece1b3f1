package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
)

// consoleDays is how many days the processes of BenchmarkConsole are spread over:
// as many as the overview can cover.
const consoleDays = 90

// BenchmarkConsole asks what the pages of the console ask of a database with a
// million processes, all of the days that the overview covers; DOSSIER_LONG gives
// another number. A page should take less than 200 ms.
func BenchmarkConsole(b *testing.B) {
	many := long
	if n, err := fmt.Sscan(os.Getenv("DOSSIER_LONG"), &many); n == 0 || err != nil {
		many = long
	}
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	for name, url := range map[string]func(*testing.B) string{
		"sqlite":   func(b *testing.B) string { b.Helper(); return filepath.Join(b.TempDir(), "d.db") },
		"postgres": func(b *testing.B) string { b.Helper(); return pgtest.New(b) },
	} {
		db := filled(b, url(b), sealed)
		for _, statement := range append(consoleFillers(many, now), "ANALYZE") {
			if _, err := db.writer.ExecContext(b.Context(), statement); err != nil {
				b.Fatalf("%s: %v", statement, err)
			}
		}
		if err := db.CountDays(b.Context(), now); err != nil {
			b.Fatal(err)
		}
		if db.engine == Postgres { // As autovacuum does.
			if _, err := db.writer.ExecContext(b.Context(), "VACUUM"); err != nil {
				b.Fatal(err)
			}
		}
		for what, read := range consoleReads(now) {
			b.Run(name+"-"+what, func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					begun := time.Now()
					if err := db.View(b.Context(), func(r idv.Reader) error { return read(b.Context(), r) }); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(begun))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms")
			})
		}
	}
}

// consoleReads are what the pages ask for.
func consoleReads(now time.Time) map[string]func(context.Context, idv.Reader) error {
	find := func(q idv.ProcessQuery) func(context.Context, idv.Reader) error {
		q.Limit = 51
		return func(ctx context.Context, r idv.Reader) error {
			found, err := r.FindProcesses(ctx, DefaultTenant, q)
			if err == nil && len(found) == 0 {
				err = fmt.Errorf("nothing found by %+v", q)
			}
			return err
		}
	}
	reads := map[string]func(context.Context, idv.Reader) error{
		"find": find(idv.ProcessQuery{}), "find-id": find(idv.ProcessQuery{ID: "c500"}), "find-undecided": find(idv.ProcessQuery{Undecided: true}),
		"find-deep":     find(idv.ProcessQuery{After: idv.ProcessCursor{CreatedAt: now.AddDate(0, 0, -consoleDays/2), ID: "c"}}),
		"find-rejected": find(idv.ProcessQuery{Status: idv.StatusRejected, Since: now.AddDate(0, 0, -40), Until: now.AddDate(0, 0, -30)}),
		"find-type":     find(idv.ProcessQuery{Type: idv.TypeDocumentVideo}),
		"backlog":       func(ctx context.Context, r idv.Reader) error { _, err := r.Backlog(ctx, DefaultTenant); return err },
	}
	for _, days := range []int{7, 30, 90} {
		since := now.Truncate(24*time.Hour).AddDate(0, 0, 1-days)
		reads[fmt.Sprintf("count-%d", days)] = func(ctx context.Context, r idv.Reader) error {
			_, err := r.CountProcesses(ctx, DefaultTenant, since)
			return err
		}
		reads[fmt.Sprintf("verdicts-%d", days)] = func(ctx context.Context, r idv.Reader) error {
			_, err := r.CountVerdicts(ctx, DefaultTenant, since)
			return err
		}
		reads[fmt.Sprintf("times-%d", days)] = func(ctx context.Context, r idv.Reader) error {
			_, err := r.VerdictTimes(ctx, DefaultTenant, since, 2000)
			return err
		}
	}
	reads["overview-90"] = func(ctx context.Context, r idv.Reader) error {
		for _, part := range []string{"count-90", "times-90", "verdicts-90", "backlog", "find-undecided", "find-rejected"} {
			if err := reads[part](ctx, r); err != nil {
				return err
			}
		}
		_, _, err := r.BookedHours(ctx, now.AddDate(0, 0, -consoleDays))
		return err
	}
	return reads
}

// consoleFillers make n processes, spread over the days before now, of which 85 in
// a hundred are accepted, eight rejected, five inconclusive and two of those not
// decided, with the two events that say how long they took.
func consoleFillers(n int, now time.Time) []string {
	begin, step := micros(now.AddDate(0, 0, -consoleDays)), consoleDays*24*time.Hour.Microseconds()/int64(n)
	numbers := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, n)
	const status = `CASE WHEN i % 100 < 85 THEN 'accepted' WHEN i % 100 < 93 THEN 'rejected' WHEN i % 100 < 98 THEN 'inconclusive' ELSE 'failed' END`
	of := realID(0)
	event := func(name, status, id, later string) string {
		return `INSERT INTO events (id, tenant_id, dossier_id, sequence, position, process_id, name, provider, process_type, status, at) ` + numbers +
			fmt.Sprintf(`SELECT '%s' || i, 'default', 'd' || i, %s, 9000000 + i, 'c' || i, '%s', 'onfido', 'documentSelfie', %s, %d + i * %d + %s FROM n`,
				id, map[bool]string{true: "1", false: "2"}[id == "p"], name, status, begin, step, later)
	}
	return []string{
		`INSERT INTO processes (tenant_id, id, dossier_id, provider, type, document_type, path, parameters, status, deadline, lease_holder, lease_until, created_at, updated_at, reviewed_at) ` +
			numbers + fmt.Sprintf(`SELECT 'default', 'c' || i, '%s', 'onfido', CASE WHEN i %% 10 = 0 THEN 'documentVideo' ELSE 'documentSelfie' END, 'passport', '', p.parameters, %s, 0, '', 0,
			%d + i * %d, %d + i * %d, CASE WHEN i %% 100 < 96 THEN 1 ELSE 0 END FROM n, (SELECT parameters FROM processes LIMIT 1) AS p`, of, status, begin, step, begin, step),
		event("process.processing", `'processing'`, "p", "1000000"),
		event("process.complete", status, "q", "30000000 + i % 60 * 1000000"),
	}
}
