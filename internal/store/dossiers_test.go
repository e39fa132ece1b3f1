package store_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

func someone() *idv.UserData {
	return &idv.UserData{
		FirstName: "Zoë\u200d", LastName: "O’Brien-李", DateOfBirth: "1990-02-28", Email: "z@example.com", PhoneNumber: "+31 6 1",
		Nationality: "NLD", Gender: "X",
		Address: &idv.Address{Street: "Kade", BuildingNumber: "1", FlatNumber: "a", Town: "Ede", State: "GE", Postcode: "6711", Country: "NLD"},
	}
}

func TestDossierComesBackAsItWasStored(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		want := &idv.Dossier{
			ID: b.opts.NewID(), TenantID: store.DefaultTenant, ExternalReference: "a\x00b\xff 🙂", UserData: someone(),
			CreatedAt: noon.Add(999), UpdatedAt: noon.In(time.FixedZone("", 7200)),
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.CreateDossier(ctx, want) })
		want.CreatedAt, want.UpdatedAt = noon, noon
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			got, err := r.Dossier(ctx, want.TenantID, want.ID)
			if err == nil && !reflect.DeepEqual(got, want) {
				t.Error("the dossier came back changed")
			}
			return err
		})
	})
}

func TestUserDataIsReplaced(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		for i, want := range []*idv.UserData{someone(), {LastName: "Only"}, {}, nil} {
			now := noon.Add(time.Duration(i+1) * time.Second)
			b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.SaveUserData(ctx, d.TenantID, d.ID, want, now) })
			b.view(t, func(ctx context.Context, r idv.Reader) error {
				got, err := r.Dossier(ctx, d.TenantID, d.ID)
				if err == nil && (!reflect.DeepEqual(got.UserData, want) || !got.UpdatedAt.Equal(now) || !got.CreatedAt.Equal(noon)) {
					t.Errorf("user data %d came back changed, or with the times %v and %v", i, got.CreatedAt, got.UpdatedAt)
				}
				return err
			})
		}
	})
}

// pages reads the list of dossiers to its end.
func pages(t *testing.T, b *bed, tenant string, q idv.DossierQuery) (ids []string) {
	t.Helper()
	b.view(t, func(ctx context.Context, r idv.Reader) error {
		for {
			page, err := r.Dossiers(ctx, tenant, q)
			if err != nil || len(page) == 0 {
				return err
			}
			if len(page) > q.Limit {
				t.Fatalf("a page of %d, want at most %d", len(page), q.Limit)
			}
			for _, d := range page {
				ids = append(ids, d.ID)
			}
			last := page[len(page)-1]
			q.After = idv.DossierCursor{CreatedAt: last.CreatedAt, ID: last.ID}
		}
	})
	return ids
}

// TestPagesMissAndRepeatNothing: most dossiers here have the same time, and
// their ids sort by bytes, not by a language's rules.
func TestPagesMissAndRepeatNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		ids := []string{"B", "Z", "a", "a-b", "aa", "b", "ä", "_", "0", "10", "9"}
		var want []string
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			for i, id := range ids {
				at := noon
				if i < 2 {
					at = noon.Add(time.Duration(i-3) * time.Microsecond)
				} else {
					want = append(want, id)
				}
				if err := tx.CreateDossier(ctx, &idv.Dossier{ID: id, TenantID: "default", CreatedAt: at, UpdatedAt: noon}); err != nil {
					return err
				}
			}
			return tx.CreateDossier(ctx, &idv.Dossier{ID: "foreign", TenantID: "other", CreatedAt: noon, UpdatedAt: noon})
		})
		slices.Sort(want)
		slices.Reverse(want)
		want = append(want, "Z", "B")
		for _, limit := range []int{1, 2, 3, 4, 11, 200} {
			if got := pages(t, b, "default", idv.DossierQuery{Limit: limit}); !slices.Equal(got, want) {
				t.Errorf("pages of %d: %q, want %q", limit, got, want)
			}
		}
		if got := pages(t, b, "nobody", idv.DossierQuery{Limit: 10}); len(got) != 0 {
			t.Errorf("an unknown tenant has the dossiers %q", got)
		}
	})
}

func TestDossiersAreFoundByTheirExactReference(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		first, second := b.dossier(t, "Zoë"), b.dossier(t, "Zoë")
		b.dossier(t, "zoë")
		b.dossier(t, "Zoe\u0308")
		b.dossier(t, "")
		foreign := &idv.Dossier{ID: b.opts.NewID(), TenantID: "other", ExternalReference: "Zoë", CreatedAt: noon, UpdatedAt: noon}
		b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.CreateDossier(ctx, foreign) })
		want := []string{second.ID, first.ID}
		for _, limit := range []int{1, 50} {
			if got := pages(t, b, "default", idv.DossierQuery{Limit: limit, ExternalReference: "Zoë"}); !slices.Equal(got, want) {
				t.Errorf("found %q, want %q", got, want)
			}
		}
		if got := pages(t, b, "other", idv.DossierQuery{Limit: 5, ExternalReference: "Zoë"}); !slices.Equal(got, []string{foreign.ID}) {
			t.Errorf("the other tenant found %q, want its own", got)
		}
		if got := pages(t, b, "default", idv.DossierQuery{Limit: 5, ExternalReference: "\x00"}); len(got) != 0 {
			t.Errorf("an odd reference found %q", got)
		}
	})
}

func TestDeletedDossierIsGoneWithAllThatIsInIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d, stays := b.dossier(t, "x"), b.dossier(t, "x")
		for _, d := range []*idv.Dossier{d, stays} {
			fill(t, b, b.process(t, d))
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteDossier(ctx, d.TenantID, d.ID, idv.Effects{Event: d.Deleted(noon), Jobs: []idv.Job{{Kind: idv.JobEraseBlobs}}})
		})
		for _, table := range []string{"dossiers", "dossier_keys", "processes", "images", "steps", "reports"} {
			if n := b.count(t, "SELECT COUNT(*) FROM "+table); n != 1 {
				t.Errorf("%s has %d rows, want the one of the other dossier", table, n)
			}
		}
		if _, err := b.WrappedKey(t.Context(), d.TenantID, d.ID); idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("its key: %v, want not_found", err)
		}
		events, err := b.Events(t.Context(), d.TenantID, d.ID, 0, 10)
		must(t, err)
		if len(events) != 3 || events[2].Name != idv.EventDossierDeleted {
			t.Errorf("its events are %+v, want created, processing and deleted", events)
		}
		err = b.Update(t.Context(), func(tx idv.Tx) error {
			return tx.DeleteDossier(t.Context(), d.TenantID, d.ID, idv.Effects{Event: d.Deleted(noon)})
		})
		mustBe(t, idv.CodeNotFound, err)
	})
}

// fill gives a process one of everything.
func fill(t *testing.T, b *bed, p *idv.Process) {
	t.Helper()
	b.update(t, func(ctx context.Context, tx idv.Tx) error {
		if err := tx.PutImages(ctx, p, []idv.Image{{Depiction: idv.Front, Blob: "b-" + p.ID, CreatedAt: noon}}, nil); err != nil {
			return err
		}
		if err := tx.PutStep(ctx, key(p), idv.StepCheck, idv.Step{IntendedAt: noon, Ref: "check-" + p.ID}); err != nil {
			return err
		}
		event := p.Begin(noon, noon.Add(time.Hour))
		p.Verdict = &idv.Verdict{Status: idv.StatusAccepted, Reports: []idv.Report{{Kind: idv.ReportDocument, Raw: []byte(`{}`)}}}
		return tx.ChangeProcess(ctx, p, idv.Effects{Event: event})
	})
}
