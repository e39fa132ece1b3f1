package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/internal/audit"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/signing"
)

// signer gives the key that signs checkpoints in the tests.
func signer(t *testing.T) *signing.Key {
	t.Helper()
	k, err := signing.NewKey(bytes.Repeat([]byte{7}, 32))
	must(t, err)
	return k
}

// findings verifies every chain and gives what is wrong with the one of a
// tenant, a line each.
func (b *bed) findings(t *testing.T, tenant string, elsewhere ...audit.Checkpoint) (lines []string) {
	t.Helper()
	reports, err := b.VerifyTrail(t.Context(), []signing.PublicKey{signer(t).Public()}, elsewhere)
	must(t, err)
	for _, r := range reports {
		for _, f := range r.Findings {
			if f.Tenant != tenant {
				t.Errorf("a finding in the chain of %q: %s", f.Tenant, f)
			}
			lines = append(lines, f.String())
		}
	}
	return lines
}

// trail gives the newest records of the default tenant.
func (b *bed) trail(t *testing.T, q idv.TrailQuery) (records []idv.Record) {
	t.Helper()
	q.Limit = 200
	b.view(t, func(ctx context.Context, r idv.Reader) (err error) {
		records, err = r.Trail(ctx, "default", q)
		return err
	})
	return records
}

func TestChangesAreInTheTrail(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		me := idv.Actor{Kind: idv.ActorClient, ID: "client-1"}
		ctx := idv.WithActor(t.Context(), me)
		d := b.dossier(t, "")
		p := b.newProcess(d)
		must(t, b.Update(ctx, func(tx idv.Tx) error { return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}) }))
		b.begin(t, p)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Conclude(&idv.Verdict{Status: idv.StatusAccepted}, noon)})
		})
		must(t, b.Note(ctx, idv.Record{Tenant: "default", At: noon, Action: idv.ActionImageViewed, Dossier: d.ID, Process: p.ID, Subject: "front"}))
		must(t, b.CreateClient(ctx, client("c-1", "default")))
		must(t, b.RevokeClient(ctx, "default", "c-1", noon))

		var got []string
		for _, r := range b.trail(t, idv.TrailQuery{}) {
			got = append(got, fmt.Sprint(r.Position, " ", r.Action, " ", r.Actor.ID, " ", r.Subject, r.Detail.Reveal()))
		}
		want := []string{
			"7 client.revoked client-1 c-1", "6 client.created client-1 c-1", "5 image.viewed client-1 front",
			"4 process.complete server accepted", "3 process.processing server ", "2 process.created client-1 ", "1 dossier.created server ",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("the trail is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for name, n := range map[string]int{"dossier": len(b.trail(t, idv.TrailQuery{Dossier: d.ID})), "actor": len(b.trail(t, idv.TrailQuery{Actor: "client-1"})), "before": len(b.trail(t, idv.TrailQuery{Before: 5}))} {
			if want := map[string]int{"dossier": 5, "actor": 4, "before": 4}[name]; n != want {
				t.Errorf("by %s: %d records, want %d", name, n, want)
			}
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteDossier(ctx, "default", d.ID, idv.Effects{Event: d.Deleted(noon)})
		})
		decision := b.trail(t, idv.TrailQuery{Action: "process.complete"})
		if len(decision) != 1 || !decision[0].Erased || decision[0].Detail != "" {
			t.Errorf("after the deletion the decision is %+v, want it erased", decision)
		}
		if lines := b.findings(t, "default"); len(lines) > 0 {
			t.Errorf("an untouched trail has findings: %q", lines)
		}
	})
}

func TestTrailIsPartOfItsTransaction(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := &idv.Dossier{ID: "d", TenantID: "default", CreatedAt: noon}
		err := b.Update(t.Context(), func(tx idv.Tx) error { return errors.Join(tx.CreateDossier(t.Context(), d), errAbort) })
		if !errors.Is(err, errAbort) || len(b.trail(t, idv.TrailQuery{})) > 0 {
			t.Errorf("what was rolled back is in the trail: %v", err)
		}
		err = b.Update(t.Context(), func(tx idv.Tx) error {
			return tx.Record(t.Context(), idv.Record{Tenant: "default", Detail: "sealed under nothing"})
		})
		if err == nil {
			t.Error("a detail was taken without a dossier")
		}
	})
}

// TestManyAppendAtOnce lets writers of two tenants, who note what they look at
// and change state in every order, meet: one chain each, without a gap.
func TestManyAppendAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		const workers, rounds = 8, 12
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := range rounds {
					records := []idv.Record{{Tenant: "default", At: noon, Action: "a"}, {Tenant: "other", At: noon, Action: "b"}}
					if (w+i)%2 == 0 {
						records[0], records[1] = records[1], records[0]
					}
					var err error
					if w%2 == 0 {
						err = b.Note(t.Context(), records...)
					} else {
						err = b.Update(t.Context(), func(tx idv.Tx) error { return tx.Record(t.Context(), records...) })
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if lines := b.findings(t, ""); len(lines) > 0 {
			t.Errorf("findings: %q", lines)
		}
		if got := b.trail(t, idv.TrailQuery{}); len(got) != workers*rounds || got[0].Position != workers*rounds {
			t.Errorf("%d records up to %d, want %d", len(got), got[0].Position, workers*rounds)
		}
	})
}

// TestNoteSurvivesItsReader: whoever leaves while others wait for him to store
// what they brought does not take it with him.
func TestNoteSurvivesItsReader(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.Note(gone, idv.Record{Tenant: "default", At: noon, Action: "a"}); err != nil {
			t.Errorf("error %v: the record is durable", err)
		}
		if len(b.trail(t, idv.TrailQuery{})) != 1 {
			t.Error("the record is not there")
		}
		if err := b.Note(t.Context(), idv.Record{Tenant: "default", Dossier: "d", Detail: "x"}); err == nil {
			t.Error("a detail was noted")
		}
	})
}

func TestDatabaseKeepsTheTrailFromBeingChanged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		b.dossier(t, "")
		_, err := b.SignTrail(t.Context(), signer(t), noon)
		must(t, err)
		statements := []string{`UPDATE audit SET subject = 'x'`, `DELETE FROM audit`, `UPDATE audit_checkpoints SET signed = 'x'`, `DELETE FROM audit_checkpoints`}
		if b.Engine() == "postgres" {
			statements = append(statements, `TRUNCATE audit`, `TRUNCATE audit_checkpoints`)
		}
		for _, s := range statements {
			if _, err := b.Writer().ExecContext(t.Context(), s); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: error %v, want that the trail is append-only", s, err)
			}
		}
	})
}

func TestConfigurationIsRecordedByName(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		for _, values := range []map[string]string{
			{"ADDR": "one", "TOKEN": "CANARY"}, {"ADDR": "one", "TOKEN": "CANARY"}, {"ADDR": "two", "TOKEN": "CANARY"},
		} {
			must(t, b.RecordConfiguration(t.Context(), values, noon))
		}
		var got []string
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			records, err := r.Trail(ctx, "", idv.TrailQuery{Limit: 10})
			for _, r := range records {
				got = append(got, r.Subject)
			}
			return err
		})
		if strings.Join(got, ",") != "ADDR,ADDR TOKEN" {
			t.Errorf("recorded %q, want the names of what changed", got)
		}
	})
}
