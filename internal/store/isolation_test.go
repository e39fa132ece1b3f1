package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// TestForeignAndUnknownIdsAreNotFound calls every method that takes an id with
// ids that are unknown, of another tenant, of another dossier, and such as
// PostgreSQL could not even be asked for.
func TestForeignAndUnknownIdsAreNotFound(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		fill(t, b, p)
		elsewhere := b.dossier(t, "")
		for name, k := range map[string]idv.ProcessKey{
			"another tenant":  {Tenant: "other", Dossier: p.DossierID, Process: p.ID},
			"unknown tenant":  {Tenant: "nobody", Dossier: p.DossierID, Process: p.ID},
			"unknown":         {Tenant: p.TenantID, Dossier: "unknown", Process: "unknown"},
			"NUL":             {Tenant: p.TenantID, Dossier: p.DossierID + "\x00", Process: p.ID + "\x00"},
			"not UTF-8":       {Tenant: p.TenantID, Dossier: "\xff", Process: "\xff"},
			"a pattern":       {Tenant: p.TenantID, Dossier: "%", Process: "%"},
			"another dossier": {Tenant: p.TenantID, Dossier: elsewhere.ID, Process: p.ID},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				notFoundByReader(t, b, k, name == "another dossier")
				notFoundByWriter(t, b, p, k, name == "another dossier")
			})
		}
	})
}

// notFoundByReader reads with a wrong key. Where only the process is in another
// dossier, the calls that take no process or no dossier do find what they ask.
func notFoundByReader(t *testing.T, b *bed, k idv.ProcessKey, onlyProcess bool) {
	t.Helper()
	calls := map[string]func(ctx context.Context, r idv.Reader) error{
		"Process": func(ctx context.Context, r idv.Reader) error {
			_, err := r.Process(ctx, k.Tenant, k.Dossier, k.Process)
			return err
		},
		"Reports": func(ctx context.Context, r idv.Reader) error {
			_, err := r.Reports(ctx, k.Tenant, k.Dossier, k.Process)
			return err
		},
	}
	if !onlyProcess {
		calls["Dossier"] = func(ctx context.Context, r idv.Reader) error {
			_, err := r.Dossier(ctx, k.Tenant, k.Dossier)
			return err
		}
		calls["Processes"] = func(ctx context.Context, r idv.Reader) error {
			_, err := r.Processes(ctx, k.Tenant, k.Dossier)
			return err
		}
		calls["Images"] = func(ctx context.Context, r idv.Reader) error {
			_, err := r.Images(ctx, k.Tenant, k.Process)
			return err
		}
		calls["Steps"] = func(ctx context.Context, r idv.Reader) error { _, err := r.Steps(ctx, k.Tenant, k.Process); return err }
		calls["WrappedKey"] = func(ctx context.Context, _ idv.Reader) error {
			_, err := b.WrappedKey(ctx, k.Tenant, k.Dossier)
			return err
		}
	}
	for name, call := range calls {
		err := b.View(t.Context(), func(r idv.Reader) error { return call(t.Context(), r) })
		if idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("%s: error %v, want not_found", name, err)
		}
	}
}

func notFoundByWriter(t *testing.T, b *bed, known *idv.Process, k idv.ProcessKey, onlyProcess bool) {
	t.Helper()
	p := *known
	p.TenantID, p.DossierID, p.ID = k.Tenant, k.Dossier, k.Process
	effects := idv.Effects{Event: p.Created(), Jobs: []idv.Job{{Kind: idv.JobHint, Ref: "must not be there"}}}
	calls := map[string]func(ctx context.Context, tx idv.Tx) error{
		"ChangeProcess": func(ctx context.Context, tx idv.Tx) error { return tx.ChangeProcess(ctx, &p, effects) },
		"DeleteProcess": func(ctx context.Context, tx idv.Tx) error { return tx.DeleteProcess(ctx, &p, effects) },
		"PutImages":     func(ctx context.Context, tx idv.Tx) error { return tx.PutImages(ctx, &p, nil, effects.Jobs) },
		"PutStep":       func(ctx context.Context, tx idv.Tx) error { return tx.PutStep(ctx, k, "s", idv.Step{IntendedAt: noon}) },
		"RenewLease": func(ctx context.Context, tx idv.Tx) error {
			return tx.RenewLease(ctx, k, "me", noon.Add(time.Hour))
		},
		"TakeLease": func(ctx context.Context, tx idv.Tx) error {
			return tx.TakeLease(ctx, k, "me", noon, noon.Add(time.Hour))
		},
	}
	if !onlyProcess {
		calls["SaveUserData"] = func(ctx context.Context, tx idv.Tx) error {
			return tx.SaveUserData(ctx, k.Tenant, k.Dossier, someone(), noon)
		}
		calls["DeleteDossier"] = func(ctx context.Context, tx idv.Tx) error { return tx.DeleteDossier(ctx, k.Tenant, k.Dossier, effects) }
		calls["CreateProcess"] = func(ctx context.Context, tx idv.Tx) error { return tx.CreateProcess(ctx, &p, effects) }
	}
	for name, call := range calls {
		err := b.Update(t.Context(), func(tx idv.Tx) error { return call(t.Context(), tx) })
		if idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("%s: error %v, want not_found", name, err)
		}
	}
	if n := b.count(t, `SELECT COUNT(*) FROM test_jobs WHERE ref = 'must not be there'`); n != 0 {
		t.Errorf("%d jobs were stored", n)
	}
	must(t, b.Update(t.Context(), func(tx idv.Tx) error { return tx.ReleaseLease(t.Context(), k, "me") }))
}

// TestTextThatOneEngineCannotHoldIsRefusedByBoth keeps it out of the columns
// in clear; under the seal any bytes are welcome.
func TestTextThatOneEngineCannotHoldIsRefusedByBoth(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		for _, odd := range []string{"a\x00b", "\xc3\x28"} {
			err := b.Update(t.Context(), func(tx idv.Tx) error {
				return tx.PutStep(t.Context(), key(p), idv.StepCheck, idv.Step{IntendedAt: noon, Ref: odd})
			})
			mustBe(t, idv.CodeInvalid, err)
			err = b.Update(t.Context(), func(tx idv.Tx) error {
				return tx.CreateDossier(t.Context(), &idv.Dossier{ID: odd, TenantID: "default", CreatedAt: noon})
			})
			mustBe(t, idv.CodeInvalid, err)
			_, err = b.Client(t.Context(), odd)
			mustBe(t, idv.CodeNotFound, err)
			_, err = b.Setting(t.Context(), odd)
			mustBe(t, idv.CodeNotFound, err)
		}
	})
}
