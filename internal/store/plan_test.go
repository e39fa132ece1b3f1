package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
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
	if plan := r.plan(ctx, query, args); sorts(plan) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "Seq Scan") {
		r.t.Errorf("%s\nis not read by an index alone:\n%s", query, plan)
	}
}

func (r *recorder) plan(ctx context.Context, query string, args []any) string {
	r.t.Helper()
	plan, err := all(ctx, r.querier, planLine, r.explain+query, args...)
	if err != nil {
		r.t.Fatalf("explain %s: %v", query, err)
	}
	return strings.Join(slices.DeleteFunc(slices.Clone(plan), func(line string) bool {
		name, found := strings.CutPrefix(line, "SCAN ")
		return found && (slices.Contains(plan, "CO-ROUTINE "+name) || // SQLite walks through what an earlier step gives
			name == "leaves") // a table of one row
	}), "\n")
}

// sorts says whether the database would sort what it finds. It may sort the
// pages of a feed by names (feedQuery), which are bounded.
func sorts(plan string) bool {
	return strings.Contains(plan, "Sort  (") || strings.Contains(plan, "TEMP B-TREE") && !strings.Contains(plan, "CO-ROUTINE way1")
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

// ExecContext looks at the one statement that finds work by itself.
func (r *recorder) ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	r.t.Helper()
	if strings.HasPrefix(statement, "UPDATE deliveries SET claim") {
		plan := r.plan(ctx, statement, args)
		if strings.Contains(plan, "SCAN deliveries") || strings.Contains(plan, "Seq Scan") || !strings.Contains(plan, "deliveries_due") {
			r.t.Errorf("%s\ndoes not find what is due by its index:\n%s", statement, plan)
		}
	}
	return r.querier.ExecContext(ctx, statement, args...)
}

// onPlanners runs a test in a transaction on each engine that explains what it
// would do.
func onPlanners(t *testing.T, test func(tx *transaction, r *recorder)) {
	t.Helper()
	for name, engine := range map[string]struct{ url, explain string }{
		"sqlite":   {filepath.Join(t.TempDir(), "dossier.db"), "EXPLAIN QUERY PLAN "},
		"postgres": {pgtest.New(t), "EXPLAIN "},
	} {
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
				test(tx, &recorder{querier: tx.q, t: t, explain: engine.explain})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestEveryReadIsByIndex forbids PostgreSQL to read whole tables where it can
// do otherwise, as it would with few rows; what still does has no index.
func TestEveryReadIsByIndex(t *testing.T) {
	t.Parallel()
	onPlanners(t, func(tx *transaction, r *recorder) {
		if tx.db.engine == Postgres {
			r.run("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
		}
		tx.q = r
		readEverything(r.t, tx)
		if r.asked < 12 {
			r.t.Errorf("only %d queries were looked at", r.asked)
		}
	})
}

// run executes a statement that prepares a test.
func (r *recorder) run(statement string) {
	r.t.Helper()
	if _, err := r.ExecContext(r.t.Context(), statement); err != nil {
		r.t.Fatal(err)
	}
}

// TestFeedIsReadByTheIndexOfItsFilter has a feed that is long enough for the
// choice of an index to matter.
func TestFeedIsReadByTheIndexOfItsFilter(t *testing.T) {
	t.Parallel()
	onPlanners(t, func(tx *transaction, r *recorder) {
		r.run(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
			INSERT INTO events (id, tenant_id, dossier_id, sequence, process_id, name, provider, process_type, status, at, position)
			SELECT 'e' || i, 'default', 'd' || (i / 5), i, 'p', CASE WHEN i % 100 = 0 THEN 'dossier.deleted' ELSE 'process.created' END, '', '', '', i, i FROM n`)
		r.run("ANALYZE")
		for index, q := range map[string]idv.FeedQuery{
			"events_by_position": {},
			"events_by_name":     {Names: []idv.EventName{idv.EventDossierDeleted, idv.EventProcessComplete}},
			"events_of_dossier":  {Dossier: "d7", Names: []idv.EventName{idv.EventDossierDeleted}},
		} {
			q.Limit = 50
			query, args := feedQuery("default", q)
			if plan := r.plan(t.Context(), query, args); !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan on events") {
				r.t.Errorf("%+v is not read by %s:\n%s", q, index, plan)
			}
		}
	})
}

// readEverything calls every method that reads.
func readEverything(t *testing.T, tx *transaction) {
	t.Helper()
	ctx, now := t.Context(), time.Unix(1, 0)
	d := &idv.Dossier{ID: "d", TenantID: DefaultTenant, CreatedAt: now}
	p := &idv.Process{ID: "p", TenantID: DefaultTenant, DossierID: "d", CreatedAt: now}
	k := idv.ProcessKey{Tenant: p.TenantID, Dossier: p.DossierID, Process: p.ID}
	find := func(q idv.ProcessQuery) func() error {
		return func() error { _, err := tx.FindProcesses(ctx, "default", q); return err }
	}
	calls := []func() error{
		func() error { return tx.CreateDossier(ctx, d) },
		func() error { return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}) },
		func() error { _, err := tx.Dossier(ctx, d.TenantID, d.ID); return err },
		func() error { _, err := tx.Dossiers(ctx, d.TenantID, idv.DossierQuery{Limit: 50}); return err },
		func() error {
			_, err := tx.Dossiers(ctx, d.TenantID, idv.DossierQuery{Limit: 50, ExternalReference: "x"})
			return err
		},
		func() error {
			_, err := tx.Dossiers(ctx, d.TenantID, idv.DossierQuery{Limit: 50, Held: true})
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
		func() error {
			_, err := tx.Feed(ctx, "default", idv.FeedQuery{Limit: 10, Names: []idv.EventName{idv.EventProcessComplete}})
			return err
		},
		func() error {
			_, err := tx.Feed(ctx, "default", idv.FeedQuery{Limit: 10, Names: idv.EventNames(), Since: now})
			return err
		},
		func() error {
			_, err := tx.Feed(ctx, "default", idv.FeedQuery{Limit: 10, Dossier: "d", Names: idv.EventNames()})
			return err
		},
		func() error { _, err := tx.FeedEnd(ctx, "default"); return err },
		func() error { _, err := tx.Subscriptions(ctx, "default"); return err },
		func() error {
			return tx.PutSubscription(ctx, &idv.Subscription{ID: "s", TenantID: "default", URL: "https://example.com", State: idv.SubscriptionActive})
		},
		func() error {
			_, err := tx.Deliveries(ctx, "default", "s", idv.DeliveryQuery{Limit: 10})
			return err
		},
		func() error { _, err := tx.Trail(ctx, "default", idv.TrailQuery{}); return err },
		func() error { _, err := tx.Aged(ctx, "default", idv.AgingResults, now, 10); return err },
		func() error { _, err := tx.Aged(ctx, "default", idv.AgingImages, now, 10); return err },
		func() error { _, err := tx.AgedFiles(ctx, "default", idv.Depictions(), now, 10); return err },
		func() error { _, err := tx.AgedDossiers(ctx, "default", now, 10, 0); return err },
		func() error { _, err := tx.Trail(ctx, "default", idv.TrailQuery{Dossier: "d"}); return err },
		func() error { _, err := tx.Trail(ctx, "default", idv.TrailQuery{Actor: "a"}); return err },
		func() error {
			_, err := tx.Trail(ctx, "default", idv.TrailQuery{Action: idv.ActionHoldSet})
			return err
		},
		func() error {
			_, err := tx.Deliveries(ctx, "default", "s", idv.DeliveryQuery{Limit: 10, Status: idv.DeliveryFailed})
			return err
		},
		func() error {
			_, err := tx.Callbacks(ctx, "default", idv.CallbackQuery{Limit: 10, Status: idv.DeliveryFailed})
			return err
		},
		func() error {
			_, err := tx.ClaimDeliveries(ctx, []idv.Places{{Lane: "s", Count: 8}, {Lane: "t", Count: 1}}, now, now.Add(time.Minute))
			return err
		},
		func() error { _, err := all(ctx, tx.q, scanClient, clientsQuery, "default"); return err },
		find(idv.ProcessQuery{}), find(idv.ProcessQuery{ID: "p"}), find(idv.ProcessQuery{ID: "d"}), find(idv.ProcessQuery{Status: "pending"}),
		find(idv.ProcessQuery{Type: "document"}), find(idv.ProcessQuery{Country: "ALB"}), find(idv.ProcessQuery{Country: "ALB", Status: "pending", Type: "document"}), find(idv.ProcessQuery{Undecided: true}), find(idv.ProcessQuery{Since: now, Until: now.Add(1)}),
		func() error { _, err := tx.DeliveriesOf(ctx, "default", []string{"e"}); return err },
		func() error { _, err := tx.VerdictTimes(ctx, "default", now, 10); return err },
		func() error { _, err := tx.Backlog(ctx, "default"); return err },
		func() error { _, _, err := tx.BookedHours(ctx, now); return err },
		func() error { _, err := all(ctx, tx.q, scanOperator, operatorsQuery, "default"); return err },
	}
	for i, call := range calls {
		if err := call(); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
}
