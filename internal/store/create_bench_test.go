package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
)

// BenchmarkCreate creates dossiers with a process each, sealed, with the event,
// beside a loop on the bare driver that makes the same inserts with a commit
// each: a dossier is one, its process another. ratio is ours to the driver's, the
// median of rounds that had the machine to themselves by turns.
func BenchmarkCreate(b *testing.B) {
	for _, c := range []struct {
		name    string
		url     func(*testing.B) string
		clients int
	}{
		{"sqlite-1", func(b *testing.B) string { b.Helper(); return filepath.Join(b.TempDir(), "d.db") }, 1},
		{"sqlite-64", func(b *testing.B) string { b.Helper(); return filepath.Join(b.TempDir(), "d.db") }, 64},
		{"postgres-16", func(b *testing.B) string { b.Helper(); return pgtest.New(b) + "&pool_max_conns=16" }, 16},
	} {
		b.Run(c.name, func(b *testing.B) {
			sealer, err := seal.CreateKeyFile(filepath.Join(b.TempDir(), "keys.json"))
			if err != nil {
				b.Fatal(err)
			}
			url := c.url(b)
			db, err := Open(b.Context(), url, Options{Sealer: sealer, NewID: uuid.NewString})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			raw := bare(b, db, url)
			var ours, driver, ratios []float64
			for b.Loop() { // each round is half a second of either
				driver = append(driver, rate(b, c.clients, func(ctx context.Context) error { return createRaw(ctx, raw) }))
				ours = append(ours, rate(b, c.clients, func(ctx context.Context) error { return create(ctx, db) }))
				ratios = append(ratios, ours[len(ours)-1]/driver[len(driver)-1])
			}
			b.ReportMetric(median(ours), "ours/s")
			b.ReportMetric(median(driver), "driver/s")
			b.ReportMetric(median(ratios), "ratio")
		})
	}
}

// bare gives the driver without what the store adds to it: on SQLite a connection
// of its own that prepares each statement anew, as database/sql does by itself.
func bare(b *testing.B, db *DB, path string) *sql.DB {
	b.Helper()
	if db.engine == Postgres {
		return db.writer
	}
	raw, err := sql.Open("sqlite", sourceName(path, toWrite()...))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = raw.Close() })
	raw.SetMaxOpenConns(1)
	return raw
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// rate gives how often a second so many clients get something done.
func rate(b *testing.B, clients int, do func(context.Context) error) float64 {
	b.Helper()
	var done atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for range clients {
		all.Go(func() {
			for time.Since(begun) < time.Second/2 {
				if err := do(b.Context()); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(begun).Seconds()
}

func create(ctx context.Context, db *DB) error {
	now := time.Now()
	d := &idv.Dossier{ID: uuid.NewString(), TenantID: DefaultTenant, CreatedAt: now, UpdatedAt: now}
	if err := db.Update(ctx, func(tx idv.Tx) error { return tx.CreateDossier(ctx, d) }); err != nil {
		return err
	}
	p := &idv.Process{
		ID: uuid.NewString(), TenantID: d.TenantID, DossierID: d.ID, Provider: "onfido", Type: "documentSelfie", DocumentType: "passport",
		Status: idv.StatusPending, CreatedAt: now, UpdatedAt: now,
	}
	return db.Update(ctx, func(tx idv.Tx) error { return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}) })
}

// createRaw makes the inserts of create with values of the same size.
func createRaw(ctx context.Context, db *sql.DB) error {
	dossier, process, now, sealed := uuid.NewString(), uuid.NewString(), time.Now().UnixMicro(), make([]byte, 166)
	err := inOne(ctx, db, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO dossiers (tenant_id, id, reference, reference_index, user_data, event_seq, created_at, updated_at)
			VALUES ('default', $1, NULL, NULL, NULL, 0, $2, $2)`, dossier, now)
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO dossier_keys (tenant_id, dossier_id, wrapped_key) VALUES ('default', $1, $2)`, dossier, sealed)
		}
		return err
	})
	if err != nil {
		return err
	}
	return inOne(ctx, db, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO processes (tenant_id, id, dossier_id, provider, type, document_type, path,
			parameters, status, verdict, failure, deadline, lease_holder, lease_until, created_at, updated_at)
			VALUES ('default', $1, $2, 'onfido', 'documentSelfie', 'passport', '', $3, 'pending', NULL, NULL, 0, '', 0, $4, $4)`,
			process, dossier, sealed[:64], now)
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO events (id, tenant_id, dossier_id, sequence, process_id, name, provider, process_type, status, subscription_id, at)
				VALUES ($1, 'default', $2, 1, $3, 'process.created', 'onfido', 'documentSelfie', 'pending', '', $4)`, uuid.NewString(), dossier, process, now)
		}
		return err
	})
}

func inOne(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	return tx.Commit()
}
