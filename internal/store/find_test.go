package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// filed makes a process of a status with a verdict where there is one.
func (b *bed) filed(t *testing.T, dossier *idv.Dossier, id string, kind idv.ProcessType, status idv.Status, at time.Time) *idv.Process {
	t.Helper()
	ctx := t.Context()
	p := &idv.Process{
		ID: id, TenantID: dossier.TenantID, DossierID: dossier.ID, Provider: idv.ProviderOnfido, Type: kind, Status: idv.StatusPending, CreatedAt: at, UpdatedAt: at,
	}
	must(t, b.Update(ctx, func(tx idv.Tx) error {
		if err := tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}); err != nil || status == idv.StatusPending {
			return err
		}
		if err := tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Begin(at.Add(time.Second), at.Add(time.Hour))}); err != nil || status == idv.StatusProcessing {
			return err
		}
		e := p.Conclude(&idv.Verdict{Status: status, ProviderSpecific: []byte(`{}`)}, at.Add(4*time.Second))
		return tx.ChangeProcess(ctx, p, idv.Effects{Event: e})
	}))
	return p
}

func (b *bed) find(t *testing.T, tenant string, q idv.ProcessQuery) (ids []string) {
	t.Helper()
	must(t, b.View(t.Context(), func(r idv.Reader) error {
		page, err := r.FindProcesses(t.Context(), tenant, q)
		for _, l := range page {
			ids = append(ids, l.Process)
		}
		return err
	}))
	return ids
}

func TestProcessesAreFound(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		zoe, other := b.dossier(t, "Zoë"), b.dossier(t, "other")
		for i, status := range []idv.Status{idv.StatusPending, idv.StatusProcessing, idv.StatusAccepted, idv.StatusInconclusive, idv.StatusInconclusive} {
			d := zoe
			if i == 4 {
				d = other
			}
			b.filed(t, d, fmt.Sprint("p", i), idv.ProcessTypes()[i%2], status, noon.Add(time.Duration(i/2)*time.Hour)) // some at the same time
		}
		all := []string{"p4", "p3", "p2", "p1", "p0"}
		for name, test := range map[string]struct {
			q    idv.ProcessQuery
			want []string
		}{
			"all":         {idv.ProcessQuery{}, all},
			"a process":   {idv.ProcessQuery{ID: "p2"}, []string{"p2"}},
			"a dossier":   {idv.ProcessQuery{ID: zoe.ID}, all[1:]},
			"a reference": {idv.ProcessQuery{ExternalReference: "Zoë"}, all[1:]},
			"a status":    {idv.ProcessQuery{Status: idv.StatusInconclusive}, all[:2]},
			"a type":      {idv.ProcessQuery{Type: idv.TypeDocumentSelfie}, []string{"p3", "p1"}},
			"both":        {idv.ProcessQuery{Type: idv.TypeDocumentSelfie, Status: idv.StatusInconclusive}, []string{"p3"}},
			"undecided":   {idv.ProcessQuery{Undecided: true}, all[:2]},
			"since":       {idv.ProcessQuery{Since: noon.Add(time.Hour)}, all[:3]},
			"until":       {idv.ProcessQuery{Until: noon.Add(time.Hour)}, all[3:]},
			"nothing":     {idv.ProcessQuery{ID: "p9"}, nil},
		} {
			test.q.Limit = 50
			if got := b.find(t, store.DefaultTenant, test.q); !slices.Equal(got, test.want) {
				t.Errorf("%s: %v, want %v", name, got, test.want)
			}
			if got := b.find(t, "other", test.q); got != nil {
				t.Errorf("%s: another tenant finds %v", name, got)
			}
		}
		b.turnPages(t, all)
	})
}

// TestProcessesAreFoundByCountry: by the country that was read, or else that was
// chosen; together with all other filters; and nobody's but the tenant's.
func TestProcessesAreFoundByCountry(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t, ctx := b.t, b.t.Context()
		zoe, foreign := b.dossier(t, "Zoë"), &idv.Dossier{ID: "theirs", TenantID: "other", CreatedAt: noon, UpdatedAt: noon}
		must(t, b.Update(ctx, func(tx idv.Tx) error { return tx.CreateDossier(ctx, foreign) }))
		b.issued(t, zoe, "p0", "ALB", "", "")
		b.issued(t, zoe, "p1", "", "ALB", idv.StatusRejected)
		b.issued(t, b.dossier(t, "Ben"), "p2", "", "ALB", idv.StatusAccepted)
		b.issued(t, zoe, "p3", "ALB", "NLD", idv.StatusRejected)
		b.issued(t, zoe, "p4", "NLD", "", idv.StatusInconclusive)
		b.issued(t, zoe, "p5", "", "", idv.StatusRejected)
		b.issued(t, foreign, "p6", "", "ALB", idv.StatusRejected)
		for name, test := range map[string]struct {
			q    idv.ProcessQuery
			want []string
		}{
			"read or chosen":  {idv.ProcessQuery{Country: "ALB"}, []string{"p2", "p1", "p0"}},
			"read otherwise":  {idv.ProcessQuery{Country: "NLD"}, []string{"p4", "p3"}},
			"nobody's":        {idv.ProcessQuery{Country: "BEL"}, nil},
			"with a status":   {idv.ProcessQuery{Country: "ALB", Status: idv.StatusRejected}, []string{"p1"}},
			"undecided":       {idv.ProcessQuery{Country: "NLD", Undecided: true}, []string{"p4"}},
			"with a type":     {idv.ProcessQuery{Country: "ALB", Type: idv.TypeDocumentVideo}, nil},
			"of a reference":  {idv.ProcessQuery{Country: "ALB", ExternalReference: "Zoë"}, []string{"p1", "p0"}},
			"of a dossier":    {idv.ProcessQuery{Country: "ALB", ID: zoe.ID}, []string{"p1", "p0"}},
			"another process": {idv.ProcessQuery{Country: "ALB", ID: "p3"}, nil},
			"since":           {idv.ProcessQuery{Country: "ALB", Since: noon.Add(time.Hour)}, []string{"p2", "p1"}},
			"until":           {idv.ProcessQuery{Country: "ALB", Until: noon.Add(time.Hour)}, []string{"p0"}},
			"behind a place":  {idv.ProcessQuery{Country: "ALB", After: idv.ProcessCursor{CreatedAt: noon.Add(2 * time.Hour), ID: "p2"}}, []string{"p1", "p0"}},
		} {
			test.q.Limit = 50
			if got := b.find(t, store.DefaultTenant, test.q); !slices.Equal(got, test.want) {
				t.Errorf("%s: %v, want %v", name, got, test.want)
			}
		}
		if got := b.find(t, "other", idv.ProcessQuery{Limit: 50, Country: "ALB"}); !slices.Equal(got, []string{"p6"}) {
			t.Errorf("another tenant finds %v", got)
		}
		if n := b.count(t, `SELECT COUNT(DISTINCT country_index) FROM processes`); n != 3 {
			t.Errorf("%d hashes of two countries of one tenant and one of another, want 3", n)
		}
		must(t, b.View(ctx, func(r idv.Reader) error {
			p, err := r.Process(ctx, zoe.TenantID, zoe.ID, "p3")
			if err != nil || p.Verdict.IssuingCountry != "NLD" || p.IssuingCountry != "ALB" {
				t.Errorf("stored was %q, read %+v, %v", p.IssuingCountry, p.Verdict, err)
			}
			return nil
		}))
	})
}

// issued makes a process that is as many hours old as its id says, whose end-user
// chose one country and of whose document another was read; no status is pending.
func (b *bed) issued(t *testing.T, d *idv.Dossier, id, chosen, read string, status idv.Status) {
	t.Helper()
	ctx, at := t.Context(), noon.Add(time.Duration(id[1]-'0')*time.Hour)
	p := b.filed(t, d, id, idv.TypeDocument, idv.StatusPending, at)
	must(t, b.Update(ctx, func(tx idv.Tx) error {
		p.IssuingCountry = chosen
		if err := tx.AmendProcess(ctx, p); err != nil || status == "" {
			return err
		}
		if err := tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Begin(at, at.Add(time.Hour))}); err != nil {
			return err
		}
		return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Conclude(&idv.Verdict{Status: status, IssuingCountry: read, ProviderSpecific: []byte(`{}`)}, at)})
	}))
}

// turnPages reads the list two at a time.
func (b *bed) turnPages(t *testing.T, all []string) {
	t.Helper()
	var got []string
	q := idv.ProcessQuery{Limit: 2}
	for {
		var page []idv.ProcessLine
		must(t, b.View(t.Context(), func(r idv.Reader) (err error) {
			page, err = r.FindProcesses(t.Context(), store.DefaultTenant, q)
			return err
		}))
		if len(page) == 0 {
			break
		}
		for _, l := range page {
			got, q.After = append(got, l.Process), idv.ProcessCursor{CreatedAt: l.CreatedAt, ID: l.Process}
		}
	}
	if !slices.Equal(got, all) {
		t.Errorf("page by page: %v, want %v", got, all)
	}
}

func TestFiguresOfAnOverview(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t, ctx := b.t, b.t.Context()
		d := b.dossier(t, "Zoë")
		yesterday := noon.Add(-24 * time.Hour)
		b.filed(t, d, "p0", idv.TypeDocument, idv.StatusAccepted, yesterday)
		b.filed(t, d, "p1", idv.TypeDocument, idv.StatusAccepted, noon)
		b.filed(t, d, "p2", idv.TypeDocument, idv.StatusAccepted, noon)
		b.filed(t, d, "p3", idv.TypeDocument, idv.StatusInconclusive, noon)
		b.filed(t, d, "p4", idv.TypeDocument, idv.StatusProcessing, noon)
		must(t, b.View(ctx, func(r idv.Reader) error {
			counts, err := r.CountProcesses(ctx, store.DefaultTenant, yesterday.Add(-time.Hour))
			must(t, err)
			day := noon.Truncate(24 * time.Hour)
			want := []idv.StatusCount{
				{Day: day.Add(-24 * time.Hour), Status: idv.StatusAccepted, Count: 1},
				{Day: day, Status: idv.StatusAccepted, Count: 2},
				{Day: day, Status: idv.StatusInconclusive, Count: 1},
				{Day: day, Status: idv.StatusProcessing, Count: 1},
			}
			if !slices.Equal(counts, want) {
				t.Errorf("counts are %v, want %v", counts, want)
			}
			verdicts, err := r.CountVerdicts(ctx, store.DefaultTenant, day)
			if err != nil || !slices.Equal(verdicts, []idv.DayCount{{Day: day, Count: 3}}) {
				t.Errorf("verdicts are %v, %v", verdicts, err)
			}
			times, err := r.VerdictTimes(ctx, store.DefaultTenant, noon.Add(-time.Hour), 2)
			if err != nil || !slices.Equal(times, []time.Duration{3 * time.Second, 3 * time.Second}) {
				t.Errorf("times are %v, %v", times, err)
			}
			backlog, err := r.Backlog(ctx, store.DefaultTenant)
			if err != nil || backlog != (idv.Backlog{Processing: 1, Undecided: 1}) {
				t.Errorf("the backlog is %+v, %v", backlog, err)
			}
			return nil
		}))
	})
}

// TestDaysAreCounted: what was counted ahead and what is counted now make the
// same figures, and a change of a day that is over is seen after the next count.
func TestDaysAreCounted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t, ctx := b.t, b.t.Context()
		d := b.dossier(t, "Zoë")
		for i := range 6 {
			b.filed(t, d, fmt.Sprintf("p%d", i), idv.TypeDocument, []idv.Status{idv.StatusAccepted, idv.StatusRejected}[i%2], noon.AddDate(0, 0, -i/2))
		}
		figures := func() (counts []idv.StatusCount, verdicts []idv.DayCount) {
			must(t, b.View(ctx, func(r idv.Reader) (err error) {
				if counts, err = r.CountProcesses(ctx, store.DefaultTenant, noon.AddDate(0, 0, -7)); err == nil {
					verdicts, err = r.CountVerdicts(ctx, store.DefaultTenant, noon.AddDate(0, 0, -7))
				}
				return err
			}))
			return counts, verdicts
		}
		counts, verdicts := figures()
		if len(counts) != 6 || len(verdicts) != 3 {
			t.Fatalf("counted are %v and %v", counts, verdicts)
		}
		for _, later := range []time.Duration{0, time.Hour, 24 * time.Hour, 5 * 24 * time.Hour} {
			must(t, b.CountDays(ctx, noon.Add(later)))
			if c, v := figures(); !slices.Equal(c, counts) || !slices.Equal(v, verdicts) {
				t.Errorf("%v later counted are %v and %v, want %v and %v", later, c, v, counts, verdicts)
			}
		}
		b.filed(t, d, "late", idv.TypeDocument, idv.StatusAccepted, noon.AddDate(0, 0, -2))
		must(t, b.CountDays(ctx, noon.Add(6*24*time.Hour)))
		if c, _ := figures(); c[0].Count != 2 {
			t.Errorf("what was added to a day that is over is not counted: %v", c)
		}
	})
}

// TestReviewsAreKept: a decision is stored once, with its event, and whoever has
// not seen what is there is refused.
func TestReviewsAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t, ctx := b.t, b.t.Context()
		d := b.dossier(t, "Zoë")
		p := b.filed(t, d, "p0", idv.TypeDocument, idv.StatusInconclusive, noon)
		later := noon.Add(time.Minute)
		stale := *p
		b.review(t, p, nil, func() (*idv.Event, error) {
			return p.Review(idv.Review{Decision: idv.StatusAccepted, Reason: "seen", By: "rita", At: later, FourEyes: true})
		})
		e, err := stale.Review(idv.Review{Decision: idv.StatusRejected, Reason: "no", By: "ruth", At: later})
		must(t, err)
		err = b.Update(ctx, func(tx idv.Tx) error { return tx.PutReview(ctx, &stale, nil, e) })
		if idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("a decision over a proposal that was not seen: %v", err)
		}
		if found := b.find(t, store.DefaultTenant, idv.ProcessQuery{Limit: 9, Undecided: true}); len(found) != 1 {
			t.Errorf("a proposal counts as decided: %v", found)
		}
		b.review(t, p, p.Reviewed, func() (*idv.Event, error) { return p.ConfirmReview("ruth", later) })
		must(t, b.View(ctx, func(r idv.Reader) error {
			got, err := r.Process(ctx, p.TenantID, p.DossierID, p.ID)
			if err != nil || got.Status != idv.StatusInconclusive || !got.Reviewed.Decided() || *got.Reviewed != *p.Reviewed {
				t.Errorf("the process is %s, reviewed %+v, %v", got.Status, got.Reviewed, err)
			}
			return nil
		}))
		if found := b.find(t, store.DefaultTenant, idv.ProcessQuery{Limit: 9, Undecided: true}); found != nil {
			t.Errorf("a decision is still to be made: %v", found)
		}
		events, err := b.Events(ctx, p.TenantID, p.DossierID, 0, 10)
		if err != nil || events[len(events)-1].Name != idv.EventProcessReviewed {
			t.Errorf("the events are %v, %v", events, err)
		}
	})
}

// review stores what change makes of a process.
func (b *bed) review(t *testing.T, p *idv.Process, before *idv.Review, change func() (*idv.Event, error)) {
	t.Helper()
	must(t, b.Update(t.Context(), func(tx idv.Tx) error {
		e, err := change()
		if err != nil {
			return err
		}
		return tx.PutReview(context.WithoutCancel(t.Context()), p, before, e)
	}))
}
