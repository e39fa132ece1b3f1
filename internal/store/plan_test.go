package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
)

// recorder asks the database how it would run each query, and runs it.
type recorder struct {
	querier
	t       *testing.T
	explain string
	asked   int
}

func (r *recorder) look(ctx context.Context, query string, args []any) {
	r.t.Helper()
	r.asked++
	plan, err := all(ctx, r.querier, planLine, r.explain+query, args...)
	if err != nil {
		r.t.Fatalf("explain %s: %v", query, err)
	}
	text := strings.Join(plan, "\n")
	if strings.Contains(text, "SCAN") || strings.Contains(text, "Seq Scan") || strings.Contains(text, "Sort") || strings.Contains(text, "TEMP B-TREE") {
		r.t.Errorf("%s\nis not read by an index alone:\n%s", query, text)
	}
}

// planLine takes the last column: PostgreSQL has one, SQLite four.
func planLine(r row) (line string, err error) {
	rows, isRows := r.(*sql.Rows)
	if !isRows {
		return "", fmt.Errorf("a plan is %T", r)
	}
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	values[len(values)-1] = &line
	return line, rows.Scan(values...)
}

func (r *recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.look(ctx, query, args)
	return r.querier.QueryContext(ctx, query, args...)
}

func (r *recorder) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	r.look(ctx, query, args)
	return r.querier.QueryRowContext(ctx, query, args...)
}

// TestEveryReadIsByIndex forbids PostgreSQL to read whole tables where it can
// do otherwise, as it would with few rows; what still does has no index.
func TestEveryReadIsByIndex(t *testing.T) {
	t.Parallel()
	engines := map[string]struct{ url, explain, prepare string }{
		"sqlite":   {filepath.Join(t.TempDir(), "dossier.db"), "EXPLAIN QUERY PLAN ", "SELECT 1"},
		"postgres": {pgtest.New(t), "EXPLAIN ", "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off"},
	}
	for name, engine := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "keys.json"))
			if err != nil {
				t.Fatal(err)
			}
			db, err := Open(t.Context(), engine.url, Options{Sealer: sealer, NewID: func() string { return "x" }})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			err = db.update(t.Context(), func(tx *transaction) error {
				if _, err := tx.q.ExecContext(t.Context(), engine.prepare); err != nil {
					return err
				}
				r := &recorder{querier: tx.q, t: t, explain: engine.explain}
				tx.q = r
				readEverything(t, tx)
				if r.asked < 12 {
					t.Errorf("only %d queries were looked at", r.asked)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// readEverything calls every method that reads.
func readEverything(t *testing.T, tx *transaction) {
	t.Helper()
	ctx, now := t.Context(), time.Unix(1, 0)
	d := &idv.Dossier{ID: "d", TenantID: DefaultTenant, CreatedAt: now}
	p := &idv.Process{ID: "p", TenantID: DefaultTenant, DossierID: "d", CreatedAt: now}
	k := idv.ProcessKey{Tenant: p.TenantID, Dossier: p.DossierID, Process: p.ID}
	calls := []func() error{
		func() error { return tx.CreateDossier(ctx, d) },
		func() error { return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}) },
		func() error { _, err := tx.Dossier(ctx, d.TenantID, d.ID); return err },
		func() error { _, err := tx.Dossiers(ctx, d.TenantID, idv.DossierQuery{Limit: 50}); return err },
		func() error {
			_, err := tx.Dossiers(ctx, d.TenantID, idv.DossierQuery{Limit: 50, ExternalReference: "x"})
			return err
		},
		func() error { _, err := tx.Process(ctx, k.Tenant, k.Dossier, k.Process); return err },
		func() error { _, err := tx.Processes(ctx, k.Tenant, k.Dossier); return err },
		func() error { _, err := tx.Images(ctx, k.Tenant, k.Process); return err },
		func() error { _, err := tx.Steps(ctx, k.Tenant, k.Process); return err },
		func() error { _, err := tx.Reports(ctx, k.Tenant, k.Dossier, k.Process); return err },
		func() error { _, err := tx.Unfinished(ctx, now, 10); return err },
		func() error { _, err := tx.Overdue(ctx, now, 10); return err },
		func() error { _, err := tx.HasBlob(ctx, "b"); return err },
		func() error { _, err := tx.Files(ctx, k.Tenant, k.Dossier); return err },
		func() error { return tx.PutStep(ctx, k, "check", idv.Step{Ref: "r"}) },
		func() error { _, err := tx.FindStep(ctx, "check", "r"); return err },
		func() error { _, err := all(ctx, tx.q, scanEvent, eventQuery, "default", "d", 0, 10); return err },
		func() error { _, err := tx.Feed(ctx, "default", idv.FeedQuery{Limit: 10}); return err },
		func() error { _, err := tx.Feed(ctx, "default", idv.FeedQuery{Limit: 10, Dossier: "d"}); return err },
		func() error { _, err := tx.FeedEnd(ctx, "default"); return err },
		func() error { _, err := tx.Subscriptions(ctx, "default"); return err },
		func() error {
			return tx.PutSubscription(ctx, &idv.Subscription{ID: "s", TenantID: "default", State: idv.SubscriptionActive})
		},
		func() error {
			_, err := tx.Deliveries(ctx, "default", "s", idv.DeliveryQuery{Limit: 10})
			return err
		},
		func() error { _, err := tx.Trail(ctx, "default", idv.TrailQuery{}); return err },
		func() error { _, err := tx.Trail(ctx, "default", idv.TrailQuery{Dossier: "d"}); return err },
		func() error { _, err := tx.Trail(ctx, "default", idv.TrailQuery{Actor: "a"}); return err },
		func() error { _, err := all(ctx, tx.q, scanClient, clientsQuery, "default"); return err },
	}
	for i, call := range calls {
		if err := call(); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
}
