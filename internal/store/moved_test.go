package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

// TestNoSealedValueCanBeMoved puts each sealed value where another one of its
// kind belongs, or another of the same row, and reads.
func TestNoSealedValueCanBeMoved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		one, two := b.dossier(t, "one"), b.dossier(t, "two")
		var refs []*idv.Process
		for _, d := range []*idv.Dossier{one, one, two} {
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.SaveUserData(ctx, d.TenantID, d.ID, someone(), noon)
			})
			p := b.process(t, d)
			b.begin(t, p)
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Conclude(&idv.Verdict{
					Status: idv.StatusRejected, Reports: []idv.Report{{Kind: idv.ReportDocument, Raw: idv.PersonalJSON(`{}`)}},
				}, noon)})
			})
			refs = append(refs, p)
		}
		for _, name := range []string{"one", "two"} {
			must(t, b.SaveSetting(t.Context(), name, []byte(name)))
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.PutSubscription(ctx, &idv.Subscription{ID: name, TenantID: "default", URL: "https://example.com", State: idv.SubscriptionActive})
			})
		}
		reads := map[string]func(r idv.Reader) error{
			"dossier": func(r idv.Reader) error { _, err := r.Dossier(t.Context(), "default", one.ID); return err },
			"process": func(r idv.Reader) error { _, err := r.Process(t.Context(), "default", one.ID, refs[0].ID); return err },
			"reports": func(r idv.Reader) error { _, err := r.Reports(t.Context(), "default", one.ID, refs[0].ID); return err },
			"setting": func(idv.Reader) error { _, err := b.Setting(t.Context(), "one"); return err },
			"subscription": func(r idv.Reader) error {
				s, err := r.Subscription(t.Context(), "default", "one")
				if err == nil && s.Reason == idv.DisabledUnreadable && s.URL == "" {
					return seal.ErrSealed // it is still listed, so that somebody can delete it
				}
				return err
			},
		}
		for _, move := range []struct{ table, column, to, from, read string }{
			{"dossiers", "reference", one.ID, two.ID, "dossier"},
			{"dossiers", "user_data", one.ID, two.ID, "dossier"},
			{"dossier_keys", "wrapped_key", one.ID, two.ID, "dossier"},
			{"processes", "parameters", refs[0].ID, refs[1].ID, "process"},
			{"processes", "verdict", refs[0].ID, refs[1].ID, "process"},
			{"processes", "verdict", refs[0].ID, refs[2].ID, "process"},
			{"reports", "raw", refs[0].ID, refs[1].ID, "reports"},
			{"reports", "raw", refs[0].ID, refs[2].ID, "reports"},
			{"settings", "value", "one", "two", "setting"},
			{"subscriptions", "endpoint", "one", "two", "subscription"},
		} {
			id := map[string]string{"dossier_keys": "dossier_id", "reports": "process_id", "settings": "name"}[move.table]
			if id == "" {
				id = "id"
			}
			read := func() error { return b.View(t.Context(), reads[move.read]) }
			must(t, read())
			query := strings.NewReplacer("TABLE", move.table, "COLUMN", move.column, "ID", id)
			proper := b.bytes(query.Replace(`SELECT COLUMN FROM TABLE WHERE ID = $1`), move.to)
			other := b.bytes(query.Replace(`SELECT COLUMN FROM TABLE WHERE ID = $1`), move.from)
			b.exec(t, query.Replace(`UPDATE TABLE SET COLUMN = $1 WHERE ID = $2`), other, move.to)
			if err := read(); !errors.Is(err, seal.ErrSealed) {
				t.Errorf("%s.%s of another place is read: %v, want ErrSealed", move.table, move.column, err)
			}
			b.exec(t, query.Replace(`UPDATE TABLE SET COLUMN = $1 WHERE ID = $2`), proper, move.to)
		}
		swap := func() {
			b.exec(t, `UPDATE dossiers SET reference = user_data, user_data = reference WHERE id = $1`, one.ID)
		}
		swap()
		if err := b.View(t.Context(), reads["dossier"]); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("two fields of a row are exchanged: %v, want ErrSealed", err)
		}
		swap()
	})
}

// TestDiskThatIsFullOrReadOnly: what cannot be stored is an error and leaves
// nothing, what can be read is read, and the next try after the trouble works.
func TestDiskThatIsFullOrReadOnly(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string][2]string{
		"full":      {`PRAGMA max_page_count = 1`, `PRAGMA max_page_count = 1000000`},
		"read-only": {`PRAGMA query_only = 1`, `PRAGMA query_only = 0`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, t.TempDir()+"/dossier.db")
			d := b.dossier(t, "before")
			b.exec(t, trouble[0])
			big := idv.Personal(strings.Repeat("x", 200_000))
			err := b.Update(t.Context(), func(tx idv.Tx) error {
				return tx.CreateDossier(t.Context(), &idv.Dossier{ID: "d", TenantID: "default", ExternalReference: big, CreatedAt: noon})
			})
			if err == nil {
				t.Fatal("it was stored")
			}
			b.view(t, func(ctx context.Context, r idv.Reader) error { _, err := r.Dossier(ctx, d.TenantID, d.ID); return err })
			before := len(b.trail(t, idv.TrailQuery{}))
			b.exec(t, trouble[1])
			must(t, b.Update(t.Context(), func(tx idv.Tx) error {
				return tx.CreateDossier(t.Context(), &idv.Dossier{ID: "d", TenantID: "default", ExternalReference: big, CreatedAt: noon})
			}))
			if got := len(b.trail(t, idv.TrailQuery{})); got != before+1 {
				t.Errorf("%d records, want %d: the failed try has left none", got, before+1)
			}
			if lines := b.findings(t, "default"); len(lines) > 0 {
				t.Errorf("the trail has findings: %q", lines)
			}
			if got := b.text(`PRAGMA integrity_check`); got != "ok" {
				t.Errorf("the file is damaged: %s", got)
			}
		})
	}
}

// TestClockThatJumps: the trail is a chain by its positions, whatever the clock
// says.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		for _, years := range []int{0, 30, -30, 1} {
			must(b.t, b.Note(b.t.Context(), idv.Record{Tenant: store.DefaultTenant, At: noon.AddDate(years, 0, 0), Action: "a"}))
		}
		if lines := b.findings(b.t, "default"); len(lines) > 0 {
			b.t.Errorf("findings: %q", lines)
		}
	})
}
