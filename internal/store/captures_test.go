package store_test

import (
	"context"
	"errors"
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
		configuration := func(tenant, title string, at time.Time) *idv.CaptureConfiguration {
			return &idv.CaptureConfiguration{
				ID: "bank", TenantID: tenant, CaptureProfile: idv.CaptureProfile{PageTitle: title, MaxRetries: new(0)}, CreatedAt: noon, UpdatedAt: at,
			}
		}
		create := func(tx idv.Tx, tenant, title string) error {
			return tx.CreateCaptureConfiguration(t.Context(), configuration(tenant, title, noon))
		}
		b.update(t, func(_ context.Context, tx idv.Tx) error {
			return errors.Join(create(tx, "default", "first"), create(tx, "other", "theirs"))
		})
		if err := b.Update(t.Context(), func(tx idv.Tx) error { return create(tx, "default", "second") }); idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("an id twice: %v", err)
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.ReplaceCaptureConfiguration(ctx, configuration("default", "changed", noon.Add(time.Minute)))
		})
		b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.DeleteCaptureConfiguration(ctx, "other", "bank") })
		for doing, again := range map[string]func(idv.Tx) error{
			"deleted": func(tx idv.Tx) error { return tx.DeleteCaptureConfiguration(t.Context(), "other", "bank") },
			"replaced": func(tx idv.Tx) error {
				return tx.ReplaceCaptureConfiguration(t.Context(), configuration("other", "", noon))
			},
		} {
			if err := b.Update(t.Context(), again); idv.CodeOf(err) != idv.CodeNotFound {
				t.Errorf("%s what is gone: %v", doing, err)
			}
		}
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			list, err := r.CaptureConfigurations(ctx, "default")
			if err == nil && (len(list) != 1 || list[0].PageTitle != "changed" || !list[0].CreatedAt.Equal(noon) ||
				!list[0].UpdatedAt.Equal(noon.Add(time.Minute)) || *list[0].MaxRetries != 0) {
				t.Errorf("the list is %+v", list)
			}
			if _, err := r.CaptureConfiguration(ctx, "other", "bank"); idv.CodeOf(err) != idv.CodeNotFound {
				t.Errorf("of another tenant: %v", err)
			}
			return err
		})
	})
}
