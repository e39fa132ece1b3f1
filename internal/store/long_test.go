package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
)

// long is how many dossiers a long table has, two processes and four events each;
// DOSSIER_LONG gives another number.
const long = 1_000_000

const (
	// sealed is how many dossiers are sealed as the store seals them, in runs of a
	// page, spread over the table; the rest is filled up by the database.
	sealed = 1000
	page   = 20
)

// BenchmarkLongTables reads from a table of 1,000 dossiers and from one of a
// million. ratio is the time with few to the time with many: 1 is as fast, and
// 0.67 the least that is wanted.
func BenchmarkLongTables(b *testing.B) {
	many := long
	if n, err := fmt.Sscan(os.Getenv("DOSSIER_LONG"), &many); n == 0 || err != nil {
		many = long
	}
	for name, url := range map[string]func(*testing.B) string{
		"sqlite":   func(b *testing.B) string { b.Helper(); return filepath.Join(b.TempDir(), "d.db") },
		"postgres": func(b *testing.B) string { b.Helper(); return pgtest.New(b) },
	} {
		few, lots := filled(b, url(b), sealed), filled(b, url(b), many)
		for what, read := range reads {
			b.Run(name+"-"+what, func(b *testing.B) {
				var short, tall []time.Duration
				for i := 0; b.Loop(); i++ {
					short = append(short, timed(b, few, i*7919%sealed, read))
					tall = append(tall, timed(b, lots, i*7919%sealed, read))
				}
				slices.Sort(short)
				slices.Sort(tall)
				a, z := short[len(short)/2], tall[len(tall)/2]
				b.ReportMetric(float64(a.Microseconds()), "us-few")
				b.ReportMetric(float64(z.Microseconds()), "us-many")
				b.ReportMetric(float64(a)/float64(z), "ratio")
			})
		}
	}
}

// reads are what must stay fast, for the i-th dossier.
var reads = map[string]func(ctx context.Context, tx *transaction, i int) error{
	"get": func(ctx context.Context, tx *transaction, i int) error {
		if _, err := tx.Dossier(ctx, DefaultTenant, realID(i)); err != nil {
			return err
		}
		_, err := tx.Processes(ctx, DefaultTenant, realID(i))
		return err
	},
	"list": func(ctx context.Context, tx *transaction, i int) error {
		first, err := tx.Dossier(ctx, DefaultTenant, realID(i/page*page+page-1))
		if err != nil {
			return err
		}
		found, err := tx.Dossiers(ctx, DefaultTenant, idv.DossierQuery{Limit: page - 1, After: idv.DossierCursor{CreatedAt: first.CreatedAt, ID: first.ID}})
		if err == nil && len(found) != page-1 {
			err = fmt.Errorf("a page of %d dossiers", len(found))
		}
		return err
	},
	"feed": func(ctx context.Context, tx *transaction, i int) error {
		found, err := tx.Feed(ctx, DefaultTenant, idv.FeedQuery{Limit: page, After: int64(i)})
		if err == nil && len(found) != page {
			err = fmt.Errorf("a page of %d events", len(found))
		}
		return err
	},
	"claim": func(ctx context.Context, tx *transaction, _ int) error {
		if _, err := tx.Lanes(ctx); err != nil {
			return err
		}
		_, err := tx.ClaimDeliveries(ctx, []idv.Places{{Lane: "endpoint", Count: 8}}, time.UnixMicro(1), time.UnixMicro(2))
		return err
	},
}

func timed(b *testing.B, db *DB, i int, read func(context.Context, *transaction, int) error) time.Duration {
	b.Helper()
	begun := time.Now()
	if err := db.update(b.Context(), func(tx *transaction) error { return read(b.Context(), tx, i) }); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}

func realID(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }

// filled gives a database of n dossiers.
func filled(b *testing.B, url string, n int) *DB {
	b.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(b.TempDir(), "keys.json"))
	if err != nil {
		b.Fatal(err)
	}
	db, err := Open(b.Context(), url, Options{Sealer: sealer, NewID: uuid.NewString})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if err := db.update(b.Context(), func(tx *transaction) error { return createReal(b.Context(), tx, n) }); err != nil {
		b.Fatal(err)
	}
	for _, statement := range fillers(n) {
		if _, err := db.writer.ExecContext(b.Context(), statement); err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
	if _, err := db.writer.ExecContext(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
	return db
}

// createReal makes the dossiers that are read, in runs of a page that are spread
// over n microseconds.
func createReal(ctx context.Context, tx *transaction, n int) error {
	for i := range sealed {
		at := time.UnixMicro(int64(i/page)*int64(n)/(sealed/page)*2 + int64(i%page) + 1)
		d := &idv.Dossier{ID: realID(i), TenantID: DefaultTenant, CreatedAt: at, UpdatedAt: at}
		if err := tx.CreateDossier(ctx, d); err != nil {
			return err
		}
		for range 2 {
			p := &idv.Process{
				ID: uuid.NewString(), TenantID: d.TenantID, DossierID: d.ID, Provider: "onfido", Type: "documentSelfie", DocumentType: "passport",
				Status: idv.StatusPending, CreatedAt: at, UpdatedAt: at,
			}
			if err := tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// fillers bring the tables to n dossiers, 2n processes and 4n events, all but
// 20,000 of them delivered. Their times lie between the runs of the real ones.
func fillers(n int) []string {
	numbers := func(n int) string {
		return fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, max(n, 1))
	}
	spare, events := n-sealed, 4*n
	return []string{
		`INSERT INTO dossiers (tenant_id, id, event_seq, created_at, updated_at) ` + numbers(spare) +
			fmt.Sprintf(`SELECT 'default', 'f' || i, 4, t, t FROM (SELECT i, i / %[1]d * %[2]d + %[2]d / 2 + i %% %[1]d AS t FROM n) AS f`,
				max(1, spare/(sealed/page)), 2*n/(sealed/page)),
		`INSERT INTO dossier_keys (tenant_id, dossier_id, wrapped_key) ` +
			numbers(spare) + `SELECT 'default', 'f' || i, k.wrapped_key FROM n, (SELECT wrapped_key FROM dossier_keys LIMIT 1) AS k`,
		`INSERT INTO processes (tenant_id, id, dossier_id, provider, type, document_type, path, parameters, status, deadline, lease_holder, lease_until, created_at, updated_at) ` +
			numbers(2*spare) + `SELECT 'default', 'f' || i, 'f' || ((i + 1) / 2), 'onfido', 'documentSelfie', 'passport', '', p.parameters, 'accepted', 0, '', 0, i, i
			FROM n, (SELECT parameters FROM processes LIMIT 1) AS p`,
		`UPDATE events SET position = -1`,
		`INSERT INTO events (id, tenant_id, dossier_id, sequence, position, process_id, name, provider, process_type, status, at) ` +
			numbers(events) + `SELECT 'f' || i, 'default', 'f' || ((i + 3) / 4), i % 4, i, 'f' || ((i + 1) / 2), 'process.complete', 'onfido', 'documentSelfie', 'accepted', i FROM n`,
		`INSERT INTO deliveries (tenant_id, subscription_id, event_id, lane, position, status, tries, due_at, claim, attempts, created_at) ` +
			numbers(events) + `SELECT 'default', '', 'f' || i, 'endpoint', i, 'delivered', 1, 0, '', '[]', 0 FROM n`,
		fmt.Sprintf(`UPDATE deliveries SET status = 'pending' WHERE position <= %d`, 20_000),
	}
}
