package store_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

// exhibits are two dossiers, with two processes in the first and one in the
// second, and one or two of everything else that is sealed.
type exhibits struct {
	*bed
	one, two *idv.Dossier
	refs     []*idv.Process
}

// everything stores a value in each column that is sealed.
func (b *bed) everything() *exhibits {
	t := b.t
	x := &exhibits{bed: b, one: b.dossier(t, "one"), two: b.dossier(t, "two")}
	for i, d := range []*idv.Dossier{x.one, x.one, x.two} {
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.SaveUserData(ctx, d.TenantID, d.ID, someone(), noon)
		})
		p, failed := b.process(t, d), b.process(t, d)
		b.begin(t, p)
		b.begin(t, failed)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			concluded := p.Conclude(&idv.Verdict{
				Status: idv.StatusInconclusive, Reports: []idv.Report{{Kind: idv.ReportDocument, Raw: idv.PersonalJSON(`{}`)}},
			}, noon)
			return errors.Join(tx.ChangeProcess(ctx, p, idv.Effects{Event: concluded}),
				tx.ChangeProcess(ctx, failed, idv.Effects{Event: failed.Fail(&idv.Failure{Type: idv.FailUpload}, noon)}),
				tx.PutCapture(ctx, &idv.Capture{TenantID: p.TenantID, DossierID: d.ID, ProcessID: p.ID, SecretHash: []byte(p.ID), CreatedAt: noon, ExpiresAt: noon}))
		})
		b.review(t, p, nil, func() (*idv.Event, error) {
			return p.Review(idv.Review{Decision: idv.StatusAccepted, Reason: "seen", By: "rita", At: noon})
		})
		x.refs = append(x.refs, p, failed)
		if i != 1 {
			x.named(d, map[bool]string{true: "one", false: "two"}[i == 0])
		}
	}
	return x
}

// named stores what is found by a name, about a dossier where it is about one.
func (x *exhibits) named(d *idv.Dossier, name string) {
	t := x.t
	must(t, x.SaveSetting(t.Context(), name, []byte(name)))
	must(t, x.CreateOperator(t.Context(), store.Operator{ID: name, Tenant: "default", Name: name, Role: idv.RoleViewer, TOTP: []byte(name), CreatedAt: noon}))
	x.update(t, func(ctx context.Context, tx idv.Tx) error {
		return errors.Join(
			tx.PutSubscription(ctx, &idv.Subscription{ID: name, TenantID: "default", URL: "https://example.com", State: idv.SubscriptionActive}),
			tx.Record(ctx, idv.Record{Tenant: "default", At: noon, Action: idv.ActionHoldSet, Subject: "hold of " + name, Dossier: d.ID, Detail: "why"}))
	})
	for _, of := range []string{"", d.ID} {
		c := x.claim(t, claimOf(name+of), noon, store.ClaimFresh)
		must(t, x.Finish(t.Context(), c, []byte("body"), of, answer, noon.Add(time.Hour)))
	}
}

func claimOf(client string) store.IdempotencyKey {
	return store.IdempotencyKey{Tenant: "default", Client: client, Key: "k"}
}

// reads says by column how what was sealed for the first is read.
func (x *exhibits) reads() map[string]func() error {
	ctx := x.t.Context()
	view := func(read func(r idv.Reader) error) func() error { return func() error { return x.View(ctx, read) } }
	dossier := view(func(r idv.Reader) error { _, err := r.Dossier(ctx, "default", x.one.ID); return err })
	process := func(p *idv.Process) func() error {
		return view(func(r idv.Reader) error { _, err := r.Process(ctx, "default", x.one.ID, p.ID); return err })
	}
	return map[string]func() error{
		"dossiers.reference": dossier, "dossiers.user_data": dossier, "dossier_keys.wrapped_key": dossier,
		"processes.parameters": process(x.refs[0]), "processes.verdict": process(x.refs[0]), "processes.review": process(x.refs[0]),
		"processes.failure": process(x.refs[1]),
		"reports.raw": view(func(r idv.Reader) error {
			_, err := r.Reports(ctx, "default", x.one.ID, x.refs[0].ID)
			return err
		}),
		"captures.flow": view(func(r idv.Reader) error {
			_, err := r.Capture(ctx, idv.ProcessKey{Tenant: "default", Dossier: x.one.ID, Process: x.refs[0].ID})
			return err
		}),
		"settings.value": func() error { _, err := x.Setting(ctx, "one"); return err },
		"operators.totp": func() error { _, err := x.Operator(ctx, "default", "one"); return err },
		"idempotency.answer": func() error {
			_, err1 := x.Claim(ctx, claimOf("one"), noon, time.Minute)
			_, err2 := x.Claim(ctx, claimOf("one"+x.one.ID), noon, time.Minute)
			return cmp.Or(err1, err2)
		},
		"subscriptions.endpoint": view(func(r idv.Reader) error {
			s, err := r.Subscription(ctx, "default", "one")
			if err == nil && s.Reason == idv.DisabledUnreadable && s.URL == "" {
				return seal.ErrSealed // it is still listed, so that somebody can delete it
			}
			return err
		}),
		"audit.detail": func() error {
			records := x.trail(x.t, idv.TrailQuery{Dossier: x.one.ID, Action: idv.ActionHoldSet})
			if len(records) != 1 || records[0].Erased {
				return seal.ErrSealed // the record stays, without what it says
			}
			return nil
		},
	}
}

// TestNoSealedValueCanBeMoved puts a value of each sealed column where another
// one of its kind belongs, and reads. Which columns are sealed is said by
// docs/data-map.md, which a test of the server holds to the schema.
func TestNoSealedValueCanBeMoved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		x := b.everything()
		b.disarm(t)
		reads, left := x.reads(), sealedColumns(t)
		for _, move := range []struct{ column, id, to, from string }{
			{"dossiers.reference", "id", x.one.ID, x.two.ID},
			{"dossiers.user_data", "id", x.one.ID, x.two.ID},
			{"dossier_keys.wrapped_key", "dossier_id", x.one.ID, x.two.ID},
			{"processes.parameters", "id", x.refs[0].ID, x.refs[2].ID},
			{"processes.verdict", "id", x.refs[0].ID, x.refs[2].ID},
			{"processes.verdict", "id", x.refs[0].ID, x.refs[4].ID},
			{"processes.review", "id", x.refs[0].ID, x.refs[2].ID},
			{"processes.failure", "id", x.refs[1].ID, x.refs[3].ID},
			{"reports.raw", "process_id", x.refs[0].ID, x.refs[2].ID},
			{"reports.raw", "process_id", x.refs[0].ID, x.refs[4].ID},
			{"captures.flow", "process_id", x.refs[0].ID, x.refs[2].ID},
			{"captures.flow", "process_id", x.refs[0].ID, x.refs[4].ID},
			{"settings.value", "name", "one", "two"},
			{"operators.totp", "id", "one", "two"},
			{"idempotency.answer", "client_id", "one", "two"},
			{"idempotency.answer", "client_id", "one" + x.one.ID, "two" + x.two.ID},
			{"subscriptions.endpoint", "id", "one", "two"},
			{"audit.detail", "subject", "hold of one", "hold of two"},
		} {
			delete(left, move.column)
			x.move(move.column, move.id, move.to, move.from, reads[move.column])
		}
		for column := range left {
			t.Errorf("%s is sealed and nobody tries to move it: give it a row", column)
		}
		swap := func() {
			b.exec(t, `UPDATE dossiers SET reference = user_data, user_data = reference WHERE id = $1`, x.one.ID)
		}
		swap()
		if err := reads["dossiers.reference"](); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("two fields of a row are exchanged: %v, want ErrSealed", err)
		}
		swap()
	})
}

// move puts the value of the row that is named from where that of the row to is,
// reads, and undoes it.
func (x *exhibits) move(column, id, to, from string, read func() error) {
	x.t.Helper()
	table, field, _ := strings.Cut(column, ".")
	query := strings.NewReplacer("TABLE", table, "FIELD", field, "ID", id)
	value := func(of string) []byte {
		return x.bytes(query.Replace(`SELECT FIELD FROM TABLE WHERE ID = $1`), of)
	}
	put := func(v []byte) { x.exec(x.t, query.Replace(`UPDATE TABLE SET FIELD = $1 WHERE ID = $2`), v, to) }
	proper, other := value(to), value(from)
	if len(proper) == 0 || bytes.Equal(proper, other) {
		x.t.Fatalf("%s: there is nothing to move", column)
	}
	if err := read(); err != nil {
		x.t.Fatalf("%s, where it belongs: %v", column, err)
	}
	put(other)
	if err := read(); !errors.Is(err, seal.ErrSealed) {
		x.t.Errorf("%s of another place is read: %v, want ErrSealed", column, err)
	}
	put(proper)
}

// sealedRow is a row of the data map about columns whose values are encrypted.
var sealedRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ((?:`\\w+`,? ?)+) \\|[^|]*\\| (?:sealed|wrapped)")

// sealedColumns gives the columns that docs/data-map.md says are sealed.
func sealedColumns(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../docs/data-map.md")
	must(t, err)
	sealed := map[string]bool{}
	for _, row := range sealedRow.FindAllStringSubmatch(string(text), -1) {
		for name := range strings.FieldsFuncSeq(row[2], func(r rune) bool { return strings.ContainsRune("`, ", r) }) {
			sealed[row[1]+"."+name] = true
		}
	}
	if len(sealed) < 10 {
		t.Fatalf("the data map says of %d columns only that they are sealed", len(sealed))
	}
	return sealed
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
