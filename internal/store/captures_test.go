package store_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestCapturesDieWithTheirProcess(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		p := b.process(t, d)
		key := idv.ProcessKey{Tenant: p.TenantID, Dossier: d.ID, Process: p.ID}
		want := &idv.Capture{
			TenantID: p.TenantID, DossierID: d.ID, ProcessID: p.ID, SecretHash: []byte("hash"), SDK: idv.SDKCapture,
			RedirectURL: "https://shop.example/hidden-word", RequestDomain: "shop.example", Language: "de", DefaultCountry: "NLD", OrderedType: idv.Passport,
			Profile:  idv.CaptureProfile{PageTitle: "Bank", DocumentCountries: map[string]any{"passport": []any{"NLD"}}, ShowConsentPage: new(true)},
			Prepared: true, ConsentDemanded: true, AskedCountry: true, AskedConsent: true, HandedOver: noon,
			CreatedAt: noon, ExpiresAt: noon.Add(time.Hour),
		}
		for _, language := range []string{"en", "de"} {
			c := *want
			c.Language = language
			b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.PutCapture(ctx, &c) })
		}
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			found, err := r.FindCapture(ctx, []byte("hash"))
			if err == nil && !reflect.DeepEqual(found, want) {
				t.Errorf("found %+v instead of %+v", found, want)
			}
			if _, err := r.FindCapture(ctx, []byte("other")); idv.CodeOf(err) != idv.CodeNotFound {
				t.Errorf("another secret: %v", err)
			}
			if _, err := r.Capture(ctx, idv.ProcessKey{Tenant: "other", Dossier: d.ID, Process: p.ID}); idv.CodeOf(err) != idv.CodeNotFound {
				t.Errorf("another tenant: %v", err)
			}
			_, err = r.Capture(ctx, key)
			return err
		})
		if where := b.search(t, "hidden-word"); where != "" {
			t.Errorf("the address lies in clear in %s", where)
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteProcess(ctx, p, idv.Effects{Event: p.Deleted(noon)})
		})
		if n := b.count(t, `SELECT COUNT(*) FROM captures`); n != 0 {
			t.Errorf("%d flows outlive their process", n)
		}
	})
}

func TestAmendProcess(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		p.DocumentType, p.IssuingCountry, p.Location, p.PrivacyConsent = idv.IdentityCard, "DEU", idv.Location{Country: "USA"}, new(true)
		b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.AmendProcess(ctx, p) })
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			found, err := r.Process(ctx, p.TenantID, p.DossierID, p.ID)
			if err == nil && !reflect.DeepEqual(found, p) {
				t.Errorf("found %+v instead of %+v", found, p)
			}
			return err
		})
		b.begin(t, p)
		err := b.Update(t.Context(), func(tx idv.Tx) error { return tx.AmendProcess(t.Context(), p) })
		if idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("amended after the start: %v", err)
		}
	})
}

func TestCaptureConfigurationsByTenant(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		put := func(tenant, id string, at time.Time, title string) {
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.PutCaptureConfiguration(ctx, &idv.CaptureConfiguration{
					ID: id, TenantID: tenant, CaptureProfile: idv.CaptureProfile{PageTitle: title, MaxRetries: new(0)}, CreatedAt: noon, UpdatedAt: at,
				})
			})
		}
		put("default", "b", noon, "first")
		put("default", "b", noon.Add(time.Minute), "changed")
		put("other", "a", noon, "theirs")
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			list, err := r.CaptureConfigurations(ctx, "default")
			if err == nil && (len(list) != 1 || list[0].PageTitle != "changed" || !list[0].CreatedAt.Equal(noon) || *list[0].MaxRetries != 0) {
				t.Errorf("the list is %+v", list)
			}
			if _, err := r.CaptureConfiguration(ctx, "default", "a"); idv.CodeOf(err) != idv.CodeNotFound {
				t.Errorf("another tenant's: %v", err)
			}
			return err
		})
		b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.DeleteCaptureConfiguration(ctx, "default", "b") })
		err := b.Update(t.Context(), func(tx idv.Tx) error { return tx.DeleteCaptureConfiguration(t.Context(), "default", "a") })
		if idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("deleted another tenant's: %v", err)
		}
	})
}
