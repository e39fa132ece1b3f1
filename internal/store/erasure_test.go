package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

// backedUp are the tables of a backup that hold something of a dossier.
var backedUp = []string{"dossiers", "dossier_keys", "processes", "reports", "images", "files"}

// TestBackupOfBeforeYieldsNothing brings back every row of a deleted dossier,
// as from a backup of the database, and reads with the keys of after.
func TestBackupOfBeforeYieldsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		stays, gone := b.dossier(t, "stays"), b.dossier(t, "gone") // The later one is listed first.
		p := b.process(t, gone)
		for _, table := range backedUp {
			b.exec(t, `CREATE TABLE backup_`+table+` AS SELECT * FROM `+table)
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteDossier(ctx, gone.TenantID, gone.ID, idv.Effects{Event: gone.Deleted(noon)})
		})
		if n := b.count(t, `SELECT COUNT(*) FROM forgotten`); n != 0 {
			t.Errorf("%d keys wait to be forgotten", n)
		}
		for _, table := range backedUp {
			b.exec(t, `INSERT INTO `+table+` SELECT * FROM backup_`+table+` WHERE true ON CONFLICT DO NOTHING`)
		}
		read := func(db *store.DB, d *idv.Dossier) error {
			return db.View(t.Context(), func(r idv.Reader) error {
				_, err := r.Dossier(t.Context(), d.TenantID, d.ID)
				return err
			})
		}
		if err := read(b.DB, gone); !errors.Is(err, seal.ErrForgotten) {
			t.Errorf("the backup is read: error %v, want ErrForgotten", err)
		}
		err := b.View(t.Context(), func(r idv.Reader) error {
			_, err := r.Process(t.Context(), p.TenantID, p.DossierID, p.ID)
			return err
		})
		if !errors.Is(err, seal.ErrForgotten) {
			t.Errorf("its process is read: error %v, want ErrForgotten", err)
		}
		if err := read(b.DB, stays); err != nil {
			t.Errorf("the dossier beside it: %v", err)
		}
		b.wantListed(t, stays)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return errors.Join(tx.DropErased(ctx, gone.TenantID, gone.ID, noon), tx.DropErased(ctx, stays.TenantID, stays.ID, noon), tx.DropErased(ctx, "default", "none", noon))
		})
		if n := b.count(t, `SELECT COUNT(*) FROM dossiers`) + 10*b.count(t, `SELECT COUNT(*) FROM processes`); n != 1 {
			t.Errorf("%d rows are left, want that of the dossier beside it", n)
		}
	})
}

// wantListed demands that a page of one, and one of many, show a dossier alone,
// although the one that is forgotten may stand before it.
func (b *bed) wantListed(t *testing.T, want *idv.Dossier) {
	t.Helper()
	for _, limit := range []int{1, 100} {
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			page, err := r.Dossiers(ctx, want.TenantID, idv.DossierQuery{Limit: limit})
			if err == nil && (len(page) != 1 || page[0].ID != want.ID) {
				t.Errorf("%d dossiers are listed", len(page))
			}
			return err
		})
	}
}

// TestKeyIsForgottenThoughTheDiskWasFull: what could not be forgotten at the
// deletion is forgotten by the next call.
func TestKeyIsForgottenThoughTheDiskWasFull(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		dir := t.TempDir()
		sealer, err := seal.CreateKeyFile(filepath.Join(dir, "keys.json"))
		must(t, err)
		b.Sealer = sealer
		d := b.dossier(t, "")
		wrapped, err := b.WrappedKey(t.Context(), d.TenantID, d.ID)
		must(t, err)
		aside := filepath.Join(t.TempDir(), "aside")
		must(t, os.Rename(dir, aside)) // Nothing can be written where the tree was.
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteDossier(ctx, d.TenantID, d.ID, idv.Effects{Event: d.Deleted(noon)})
		})
		if b.ForgetKeys(t.Context()) == nil || b.count(t, `SELECT COUNT(*) FROM forgotten`) != 1 {
			t.Error("the key is not waiting to be forgotten")
		}
		must(t, os.Rename(aside, dir))
		must(t, b.ForgetKeys(t.Context()))
		if _, err := sealer.Unwrap(wrapped, seal.Context{Tenant: d.TenantID, Dossier: d.ID}); !errors.Is(err, seal.ErrForgotten) {
			t.Errorf("error %v, want ErrForgotten", err)
		}
		if n := b.count(t, `SELECT COUNT(*) FROM forgotten`); n != 0 {
			t.Errorf("%d keys still wait", n)
		}
	})
}

// TestTraceOfBeforeYieldsNothing: what finds a person whose dossier is gone is
// forgotten like a dossier.
func TestTraceOfBeforeYieldsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.KeepTrace(ctx, "p", idv.PersonalJSON(`{"name":"Zoë"}`))
		})
		read := func() (trace idv.PersonalJSON, err error) {
			err = b.View(t.Context(), func(r idv.Reader) error {
				trace, err = r.Trace(t.Context(), "p")
				return err
			})
			return trace, err
		}
		if trace, err := read(); err != nil || string(trace) != `{"name":"Zoë"}` {
			t.Errorf("the trace is %d bytes, %v", len(trace), err)
		}
		b.exec(t, `CREATE TABLE backup_settings AS SELECT * FROM settings`)
		for range 2 {
			b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.DropTrace(ctx, "p") })
		}
		if _, err := read(); idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("the trace is there: %v", err)
		}
		b.exec(t, `INSERT INTO settings SELECT * FROM backup_settings WHERE true ON CONFLICT DO NOTHING`)
		if _, err := read(); !errors.Is(err, seal.ErrForgotten) {
			t.Errorf("the backup is read: error %v, want ErrForgotten", err)
		}
	})
}
