package service_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// life is what the test knows of one dossier.
type life struct {
	tenant, dossier string
	process         string
	ended           time.Time
	held            bool
}

// policies are twelve, each of a tenant of its own.
func policies(t *testing.T) service.Policies {
	t.Helper()
	p, err := service.ParsePolicies([]byte(`{"default": {}, "tenants": {
		"t0": {"images": "1d", "biometrics": "1d", "results": "1d"},
		"t1": {"images": "30d", "biometrics": "7d", "results": "90d"},
		"t2": {"images": "3m", "biometrics": "1m", "results": "1y"},
		"t3": {"results": "1m"},
		"t4": {"images": "365d"},
		"t5": {"biometrics": "2d", "results": "forever"},
		"t6": {"images": "200d", "biometrics": "200d", "results": "200d"},
		"t7": {"images": "100d", "results": "99d"},
		"t8": {"biometrics": "399d", "audit": "100d"},
		"t9": {"events": "40d", "results": "6m"},
		"t10": {},
		"t11": {"images": "45d", "biometrics": "60d", "results": "11m", "events": "45d", "audit": "2m"}
	}}`))
	check(t, err)
	return p
}

// TestEachIsGoneOnItsDay pushes the clock 400 days on over 1,000 dossiers with
// twelve policies. What the policies say is counted here by the calendar, once
// more and by itself.
func TestEachIsGoneOnItsDay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	config := d.Config
	config.Policies = policies(t)
	d.Service = service.New(config)
	_, err := d.db.Writer().ExecContext(t.Context(), `PRAGMA synchronous = OFF`) // Nothing here has to outlive the machine.
	check(t, err)
	start := time.Date(2027, 11, 30, 12, 0, 0, 0, time.UTC) // A leap day and short months lie ahead.
	d.clock.now = start
	lives := d.thousand(start)
	for day := range 401 {
		now := start.AddDate(0, 0, day)
		d.clock.now = now
		check(t, d.Retain(t.Context()))
		left := d.left()
		for _, l := range lives {
			policy := config.Policies.Of(l.tenant)
			want := map[string]bool{
				"result": keeps(l, policy[idv.AgingResults], now),
				"front":  keeps(l, policy[idv.AgingResults], now) && keeps(l, policy[idv.AgingImages], now),
				"selfie": keeps(l, policy[idv.AgingResults], now) && keeps(l, policy[idv.AgingBiometrics], now),
			}
			for what, keep := range want {
				if got := left[what+" "+l.process]; got != keep {
					t.Fatalf("day %d: the %s of %s, which ended on %s and is held: %v, is there: %v, want %v by %v",
						day, what, l.tenant, l.ended.Format(time.DateOnly), l.held, got, keep, policy)
				}
			}
		}
	}
	for _, l := range lives {
		if l.held {
			refused := d.DeleteDossier(t.Context(), l.tenant, l.dossier)
			if idv.CodeOf(refused) != idv.CodeInvalidState {
				t.Fatalf("a dossier under hold is deleted: %v", refused)
			}
		}
	}
	reports, err := d.db.VerifyTrail(t.Context(), nil, nil)
	check(t, err)
	for _, r := range reports {
		if len(r.Findings) > 0 {
			t.Errorf("the trail of %q, of which the beginning was dropped, has findings: %v", r.Tenant, r.Findings)
		}
	}
}

// keeps counts by the calendar whether something is still to be there.
func keeps(l life, p service.Period, now time.Time) bool {
	return l.held || p == (service.Period{}) || l.ended.After(now.AddDate(-p.Years, -p.Months, -p.Days))
}

// thousand makes 1,000 dossiers in twelve tenants, each with a process that has
// ended on one of 40 days and has a front and a selfie; every twentieth is held.
func (d *desk) thousand(start time.Time) (lives []life) {
	d.t.Helper()
	ctx := d.t.Context()
	random := rand.New(rand.NewPCG(400, 12)) // #nosec G404 -- the same each time
	for n := range 12 {
		check(d.t, d.db.CreateTenant(ctx, fmt.Sprint("t", n), "", start))
	}
	for part := range 10 {
		err := d.db.Update(ctx, func(tx idv.Tx) error {
			for i := range 100 {
				n := part*100 + i
				l := life{
					tenant: fmt.Sprint("t", n%12), dossier: fmt.Sprint("d-", n), process: fmt.Sprint("p-", n),
					ended: start.AddDate(0, 0, -random.IntN(40)), held: n%20 == 0,
				}
				lives = append(lives, l)
				if err := l.store(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
		check(d.t, err)
	}
	return lives
}

func (l life) store(ctx context.Context, tx idv.Tx) error {
	dossier := &idv.Dossier{ID: l.dossier, TenantID: l.tenant, CreatedAt: l.ended, UpdatedAt: l.ended}
	if err := tx.CreateDossier(ctx, dossier); err != nil {
		return err
	}
	p := &idv.Process{ID: l.process, TenantID: l.tenant, DossierID: l.dossier, Provider: idv.ProviderOnfido, Type: idv.TypeDocumentSelfie, Status: idv.StatusPending, CreatedAt: l.ended, UpdatedAt: l.ended}
	if err := tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}); err != nil {
		return err
	}
	var images []idv.Image
	for _, depiction := range []idv.Depiction{idv.Front, idv.Selfie} {
		images = append(images, idv.Image{Depiction: depiction, Blob: string(depiction) + "-" + l.process, MediaType: idv.MediaJPEG, CreatedAt: l.ended})
	}
	if err := tx.PutImages(ctx, p, images, nil); err != nil {
		return err
	}
	for _, change := range []func() idv.Event{
		func() idv.Event { return p.Begin(l.ended, l.ended) },
		func() idv.Event { return p.Conclude(&idv.Verdict{Status: idv.StatusRejected}, l.ended) },
	} {
		if err := tx.ChangeProcess(ctx, p, idv.Effects{Event: change()}); err != nil {
			return err
		}
	}
	if l.held {
		return tx.SetHold(ctx, l.tenant, l.dossier, l.ended)
	}
	return nil
}

// left gives what there is: "result p-1", "front p-1", "selfie p-1".
func (d *desk) left() map[string]bool {
	d.t.Helper()
	left := map[string]bool{}
	rows, err := d.db.Writer().QueryContext(d.t.Context(), `SELECT 'result ' || id FROM processes UNION ALL SELECT depiction || ' ' || process_id FROM images`)
	check(d.t, err)
	defer rows.Close()
	for rows.Next() {
		var what string
		check(d.t, rows.Scan(&what))
		left[what] = true
	}
	check(d.t, rows.Err())
	return left
}

func TestPlanSaysWhatRetainDoes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.accepted()
	config := d.Config
	var err error
	config.Policies, err = service.ParsePolicies([]byte(`{"default": {"images": "10d", "results": "20d"}}`))
	check(t, err)
	d.Service = service.New(config)
	what := func(days int) (words []string) {
		plan, err := d.Plan(t.Context(), d.clock.now.AddDate(0, 0, days), 10)
		check(t, err)
		for _, p := range plan {
			words = append(words, string(p.Aging)+" "+p.What)
		}
		return words
	}
	for days, want := range map[int]string{9: "[]", 11: "[images images images files]", 21: "[results process images images images files]"} {
		if got := fmt.Sprint(what(days)); got != want {
			t.Errorf("after %d days the plan is %s, want %s", days, got, want)
		}
	}
	check(t, d.Hold(t.Context(), k.Tenant, k.Dossier, "a court"))
	if got := what(21); len(got) != 0 {
		t.Errorf("under hold the plan is %v", got)
	}
	for name, err := range map[string]error{
		"dossier": d.DeleteDossier(t.Context(), k.Tenant, k.Dossier), "process": d.DeleteProcess(t.Context(), k),
		"files": d.DeleteFiles(t.Context(), k.Tenant, k.Dossier),
	} {
		if idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("the %s is deleted under hold: %v", name, err)
		}
	}
	check(t, d.Release(t.Context(), k.Tenant, k.Dossier, ""))
	d.clock.now = d.clock.now.AddDate(0, 0, 21)
	check(t, d.Retain(t.Context()))
	if _, err := d.Dossier(t.Context(), k.Tenant, k.Dossier); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("the dossier is there: %v", err)
	}
}

func TestPoliciesAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, `{`, `{"default":{"pictures":"1d"}}`, `{"default":{"images":"1"}}`, `{"default":{"images":"0d"}}`, `{"default":{"images":"-1d"}}`,
		`{"default":{"images":"99999d"}}`, `{"default":{"images":7}}`, `{"tenant":{}}`, `{} {}`, `{"tenants":{"a":{"image":"1d"}}}`,
	} {
		if _, err := service.ParsePolicies([]byte(text)); err == nil {
			t.Errorf("took %s", text)
		}
	}
}

// TestErasureSaysWhatBecameOfIt follows the parts of a deletion until there is
// nothing left to do.
func TestErasureSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.accepted()
	check(t, d.db.Update(t.Context(), func(tx idv.Tx) error {
		return tx.PutStep(t.Context(), k, idv.StepApplicant, idv.Step{IntendedAt: d.clock.now, Ref: "applicant-1"})
	}))
	check(t, d.DeleteDossier(t.Context(), k.Tenant, k.Dossier))
	e, err := d.Erasure(t.Context(), k.Tenant, k.Dossier)
	check(t, err)
	if e.Complete() || len(e.Parts) != 3 || e.Contents["images"] != 1 || e.Contents["results"] != 1 || e.Contents["userData"] != 1 || e.Contents["files"] != 1 {
		t.Errorf("at first: %+v", e)
	}
	for _, p := range e.Parts {
		if done := !p.Done.IsZero(); done != (p.Name == idv.PartKey) {
			t.Errorf("at first %q is done: %v", p.Name, done)
		}
	}
	d.provider.forget = func(ref string) error {
		if ref != "applicant-1" {
			t.Errorf("the provider is to forget %q", ref)
		}
		return nil
	}
	for _, j := range []idv.Job{
		{Kind: idv.JobEraseBlobs, Tenant: k.Tenant, Dossier: k.Dossier},
		{Kind: idv.JobForget, Tenant: k.Tenant, Dossier: k.Dossier, Ref: "applicant-1"},
	} {
		_, err := d.Run(t.Context(), j, 0)
		check(t, err)
	}
	if e, err = d.Erasure(t.Context(), k.Tenant, k.Dossier); err != nil || !e.Complete() {
		t.Errorf("in the end: %+v, %v", e, err)
	}
	if _, err := d.Erasure(t.Context(), "other", k.Dossier); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("another tenant reads it: %v", err)
	}
}
