package store_test

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

func TestReopenedStoreHasEverything(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "Zoë")
		fill(t, b, b.process(t, d))
		must(t, b.DB.Close())
		b.DB = b.open(t)
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			got, err := r.Dossier(ctx, d.TenantID, d.ID)
			if err == nil && got.ExternalReference != "Zoë" {
				t.Error("the reference came back changed")
			}
			return err
		})
		must(t, b.DB.Close())
		b.opts.Sealer = otherInstallation(t).Sealer
		if _, err := store.Open(t.Context(), b.url, b.opts); !errors.Is(err, store.ErrWrongKey) {
			t.Errorf("with the keys of another installation: %v, want ErrWrongKey", err)
		}
	})
}

// otherInstallation gives the options of an installation with keys of its own.
func otherInstallation(t *testing.T) store.Options {
	t.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "keys.json"))
	must(t, err)
	return store.Options{Sealer: sealer, NewID: func() string { return "00000000-0000-4000-8000-000000000000" }}
}

func TestSeveralStartAtOnceOnPostgres(t *testing.T) {
	t.Parallel()
	url, opts := pgtest.New(t), otherInstallation(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			db, err := store.Open(t.Context(), url, opts)
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestSQLiteFileHasOneProcess(t *testing.T) {
	t.Parallel()
	b := newBed(t, filepath.Join(t.TempDir(), "dossier.db"))
	_, err := store.Open(t.Context(), "sqlite:"+b.url, b.opts)
	if err == nil || !strings.Contains(err.Error(), "another Dossier has this SQLite file open") {
		t.Fatalf("a second Open: error %v, want one that says who has the file", err)
	}
	must(t, b.Close())
	b.DB = b.open(t)
}

func TestSQLiteFilesAreTheOwners(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b%20?#ü")
	must(t, os.Mkdir(dir, 0o700))
	b := newBed(t, filepath.Join(dir, "d?mode=memory#x.db"))
	b.dossier(t, "x")
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) != 4 {
		t.Errorf("the folder holds %v, want the file, its log, its index and its lock", files)
	}
	for _, f := range files {
		info, err := f.Info()
		must(t, err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", f.Name(), info.Mode())
		}
	}
}

func TestSQLiteIsSetUpForDurability(t *testing.T) {
	t.Parallel()
	b := newBed(t, filepath.Join(t.TempDir(), "dossier.db"))
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1"} {
		var got string
		must(t, b.Writer().QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}

func TestBadURLsAreRefused(t *testing.T) {
	t.Parallel()
	opts := otherInstallation(t)
	for _, url := range []string{
		"", "sqlite:", ":memory:", "sqlite::memory:", filepath.Join(t.TempDir(), "none", "dossier.db"),
		"postgres://u:SECRET@127.0.0.1:1/db?connect_timeout=1", "postgres://u:SECRET@[/db",
	} {
		db, err := store.Open(t.Context(), url, opts)
		if err == nil {
			t.Errorf("%q was opened: %v", url, db.Close())
		} else if strings.Contains(err.Error(), "SECRET") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	if _, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "d.db"), store.Options{}); err == nil {
		t.Error("a store was opened without a sealer")
	}
}

// TestNothingPersonalIsStoredInClear puts a mark into every personal value and
// looks for it in all that the databases wrote.
func TestNothingPersonalIsStoredInClear(t *testing.T) {
	t.Parallel()
	const canary = "CANARY-7d1f"
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, canary)
		p := b.newProcess(d)
		p.Location = idv.Location{Country: canary, IPAddress: canary}
		p.MobileAppID = canary
		p.Callback = idv.Callback{URL: canary, Authorization: canary}
		verdict := &idv.Verdict{
			Status: idv.StatusAccepted, Final: &idv.FinalResult{LastName: canary}, ProviderSpecific: []byte(canary),
			Reports: []idv.Report{{Kind: idv.ReportDocument, Raw: []byte(canary)}},
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			user := &idv.UserData{FirstName: canary, LastName: canary, Email: canary, Address: &idv.Address{Street: canary}}
			if err := tx.SaveUserData(ctx, d.TenantID, d.ID, user, noon); err != nil {
				return err
			}
			if err := tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}); err != nil {
				return err
			}
			if err := tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Begin(noon, noon)}); err != nil {
				return err
			}
			p.Failure = &idv.Failure{Type: idv.FailProvider, Message: canary}
			return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Conclude(verdict, noon)})
		})
		must(t, b.SaveSetting(t.Context(), "webhook", []byte(canary)))
		for i, dossier := range []string{d.ID, ""} {
			c := b.claim(t, store.IdempotencyKey{Tenant: "default", Client: "c", Key: canary + string(rune('a'+i))}, noon, store.ClaimFresh)
			must(t, b.Finish(t.Context(), c, []byte(canary), dossier, store.Answer{Location: canary, Body: []byte(canary)}, noon.AddDate(1, 0, 0)))
		}
		if where := b.search(t, canary); where != "" {
			t.Errorf("found in clear in %s", where)
		}
		b.exec(t, `INSERT INTO test_jobs (kind, ref) VALUES ($1, '')`, canary)
		if where := b.search(t, canary); where == "" {
			t.Error("the search does not find what is there")
		}
	})
}

// search looks for a text in all that the database keeps: the files of SQLite,
// its log included, or every row of every table of PostgreSQL.
func (b *bed) search(t *testing.T, text string) (where string) {
	t.Helper()
	if b.Engine() == store.SQLite {
		must(t, filepath.WalkDir(filepath.Dir(strings.TrimPrefix(b.url, "sqlite:")), func(path string, _ fs.DirEntry, _ error) error {
			if content, err := os.ReadFile(path); err == nil && strings.Contains(string(content), text) {
				where = path
			}
			return nil
		}))
		return where
	}
	for _, table := range []string{
		"tenants", "clients", "tokens", "dossiers", "dossier_keys", "processes", "images", "files", "steps", "reports", "events", "idempotency", "settings", "test_jobs",
	} {
		rows, err := b.Pool().Query(t.Context(), "SELECT x::text FROM "+table+" x")
		must(t, err)
		for rows.Next() {
			var row string
			must(t, rows.Scan(&row))
			if strings.Contains(unhex(row), text) || strings.Contains(row, text) {
				where = table
			}
		}
		must(t, rows.Err())
	}
	return where
}

// unhex gives the bytes of every \x… in a row that PostgreSQL printed.
func unhex(row string) string {
	var found strings.Builder
	for _, part := range strings.Split(row, `\x`) {
		digits := part[:len(part)-len(strings.TrimLeft(part, "0123456789abcdef"))]
		if content, err := hex.DecodeString(digits[:len(digits)/2*2]); err == nil {
			found.Write(content)
		}
	}
	return found.String()
}
