package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

// noon is the time of the tests, to the microsecond: that is what is stored.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 123_456_000, time.UTC)

// bed is a store on one engine, with all that a test needs around it.
type bed struct {
	*store.DB
	t    *testing.T
	url  string
	opts store.Options
	ids  *atomic.Int64
}

// onBoth runs a test on SQLite and on a real PostgreSQL: whatever holds for one
// must hold for the other.
func onBoth(t *testing.T, test func(b *bed)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newBed(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(newBed(t, pgtest.New(t)))
	})
}

func newBed(t testing.TB, url string) *bed {
	t.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "keys.json"))
	must(t, err)
	ids := new(atomic.Int64)
	b := &bed{url: url, ids: ids, opts: store.Options{
		Sealer: sealer,
		NewID:  func() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", ids.Add(1)) },
	}}
	b.t, _ = t.(*testing.T)
	b.DB = b.open(t)
	b.exec(t, `CREATE TABLE test_jobs (kind TEXT NOT NULL, ref TEXT NOT NULL)`)
	must(t, b.CreateTenant(t.Context(), "other", "Other", noon))
	return b
}

// open opens the database of the bed once more.
func (b *bed) open(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), b.url, b.opts)
	must(t, err)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	db.SetEnqueuer(tableQueue{})
	return db
}

// exec runs a statement beside the store.
func (b *bed) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	_, err := b.Writer().ExecContext(t.Context(), statement, args...)
	must(t, err)
}

// count gives the number that a query answers with.
func (b *bed) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	must(t, b.Writer().QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

// update runs f in a transaction that must succeed.
func (b *bed) update(t *testing.T, f func(ctx context.Context, tx idv.Tx) error) {
	t.Helper()
	must(t, b.Update(t.Context(), func(tx idv.Tx) error { return f(t.Context(), tx) }))
}

// view runs f on a snapshot; it must succeed.
func (b *bed) view(t *testing.T, f func(ctx context.Context, r idv.Reader) error) {
	t.Helper()
	must(t, b.View(t.Context(), func(r idv.Reader) error { return f(t.Context(), r) }))
}

// tableQueue is a queue that is one table. On PostgreSQL it writes through the
// connection of pgx, as River does, and on SQLite through the transaction.
type tableQueue struct{}

func (tableQueue) Enqueue(ctx context.Context, tx store.Handle, jobs []idv.Job) error {
	for _, j := range jobs {
		const insert = `INSERT INTO test_jobs (kind, ref) VALUES ($1, $2)`
		var err error
		if tx.Conn != nil {
			_, err = tx.Conn.Exec(ctx, insert, string(j.Kind), j.Ref)
		} else {
			if tx.Conn != nil {
				_, err = tx.Conn.Exec(ctx, insert, string(j.Kind), j.Ref)
			} else {
				_, err = tx.Tx.ExecContext(ctx, insert, string(j.Kind), j.Ref)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dossier stores a dossier of the default tenant.
func (b *bed) dossier(t *testing.T, reference idv.Personal) *idv.Dossier {
	t.Helper()
	d := &idv.Dossier{ID: b.opts.NewID(), TenantID: store.DefaultTenant, ExternalReference: reference, CreatedAt: noon, UpdatedAt: noon}
	b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.CreateDossier(ctx, d) })
	return d
}

// newProcess gives a process of the dossier that is not stored.
func (b *bed) newProcess(d *idv.Dossier) *idv.Process {
	consent := true
	return &idv.Process{
		ID: b.opts.NewID(), TenantID: d.TenantID, DossierID: d.ID, Provider: idv.ProviderOnfido,
		Type: idv.TypeDocumentSelfie, DocumentType: idv.Passport, Path: idv.PathUpload,
		Location: idv.Location{Country: "NLD", IPAddress: "192.0.2.7"}, PrivacyConsent: &consent,
		MobileAppID: "com.example.app", ExtraLicenceData: true,
		Callback:  idv.Callback{URL: "https://example.com/hook", Authorization: "Bearer x"},
		Status:    idv.StatusPending,
		CreatedAt: noon, UpdatedAt: noon,
	}
}

// process stores a process in the dossier.
func (b *bed) process(t *testing.T, d *idv.Dossier) *idv.Process {
	t.Helper()
	p := b.newProcess(d)
	b.update(t, func(ctx context.Context, tx idv.Tx) error {
		return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()})
	})
	return p
}

// begin moves a process to processing.
func (b *bed) begin(t *testing.T, p *idv.Process) {
	t.Helper()
	b.update(t, func(ctx context.Context, tx idv.Tx) error {
		return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Begin(noon, noon)})
	})
}

func key(p *idv.Process) idv.ProcessKey {
	return idv.ProcessKey{Tenant: p.TenantID, Dossier: p.DossierID, Process: p.ID}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mustBe fails the test when err has another code.
func mustBe(t *testing.T, code idv.Code, err error) {
	t.Helper()
	if idv.CodeOf(err) != code {
		t.Errorf("error %v, want the code %s", err, code)
	}
}
