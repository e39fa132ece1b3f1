package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// catalogue is a pair of languages with one text.
type catalogue struct{}

func (catalogue) Languages() []string    { return []string{"en", "de"} }
func (catalogue) Known(name string) bool { return name == "start" }

// flow starts a capture flow in a new dossier.
func (d *desk) flow(p idv.Process, profile string) (idv.Personal, idv.ProcessKey) {
	d.t.Helper()
	dossier, err := d.CreateDossier(d.t.Context(), tenant, "")
	check(d.t, err)
	p.Provider = idv.ProviderOnfido
	c, secret, err := d.StartCapture(d.t.Context(), tenant, dossier.ID, "", service.CaptureOrder{
		Process: &p, Profile: profile, Flow: &idv.Capture{SDK: idv.SDKCapture, RedirectURL: "https://shop.example/"},
	})
	check(d.t, err)
	return secret, idv.ProcessKey{Tenant: tenant, Dossier: c.DossierID, Process: c.ProcessID}
}

func (d *desk) say(secret idv.Personal, a service.CaptureAnswer) *service.CaptureView {
	d.t.Helper()
	v, err := d.AnswerCapture(d.t.Context(), secret, a)
	check(d.t, err)
	return v
}

func TestCaptureFromLinkToStart(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	secret, k := d.flow(idv.Process{Type: idv.TypeDocument}, "")
	if _, err := d.SubmitCapture(t.Context(), secret); idv.CodeOf(err) != idv.CodeLocationRequired {
		t.Errorf("without a country: %v", err)
	}
	v := d.say(secret, service.CaptureAnswer{Prepared: true, Country: "USA", DocumentType: idv.IdentityCard, IssuingCountry: "NLD"})
	if v.ConsentNeeded() || !v.Prepared || v.Location.Country != "USA" {
		t.Errorf("the flow is %+v", v.Capture)
	}
	check(t, d.set(k, idv.Front, passport()))
	if _, err := d.SubmitCapture(t.Context(), secret); idv.CodeOf(err) != idv.CodeImagesMissing {
		t.Errorf("without a back: %v", err)
	}
	// Another document takes the pictures of the first away.
	v = d.say(secret, service.CaptureAnswer{DocumentType: idv.Passport, IssuingCountry: "DEU"})
	if erased := d.queue.take(idv.JobEraseBlobs); len(v.Images) != 0 || len(erased) != 1 || erased[0].Process != k.Process {
		t.Errorf("%d images stay", len(v.Images))
	}
	check(t, d.set(k, idv.Front, passport()))
	for range 2 { // The second time nothing is left to start.
		v, err := d.SubmitCapture(t.Context(), secret)
		check(t, err)
		if v.Status != idv.StatusProcessing {
			t.Errorf("the process is %s", v.Status)
		}
	}
	if _, err := d.AnswerCapture(t.Context(), secret, service.CaptureAnswer{Country: "NLD"}); idv.CodeOf(err) != idv.CodeInvalidState {
		t.Errorf("an answer after the start: %v", err)
	}
}

// TestCaptureLinkExpires: a link ends after a day, also for a process that waits
// longer.
func TestCaptureLinkExpires(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	secret, k := d.flow(idv.Process{Type: idv.TypeDocument}, "")
	d.clock.turn(idv.CaptureLife - time.Second)
	_, err := d.OpenCapture(t.Context(), secret)
	check(t, err)
	d.clock.turn(time.Second)
	if _, err := d.OpenCapture(t.Context(), secret); idv.CodeOf(err) != idv.CodeLinkExpired {
		t.Errorf("after a day: %v", err)
	}
	if _, err := d.AnswerCapture(t.Context(), secret, service.CaptureAnswer{Prepared: true}); idv.CodeOf(err) != idv.CodeLinkExpired {
		t.Errorf("an answer after a day: %v", err)
	}
	if d.status(k) != idv.StatusPending {
		t.Error("the process ended with its link")
	}
	if _, err := d.OpenCapture(t.Context(), "another secret"); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("another secret: %v", err)
	}
}

// TestCaptureAnswersThatAreRefused: what is not offered cannot be said.
func TestCaptureAnswersThatAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c, err := d.CreateCaptureConfiguration(t.Context(), tenant, "shop", idv.CaptureProfile{DocumentTypes: []string{"passport", "identityCard"}, Languages: []string{"de"}}, false)
	check(t, err)
	secret, _ := d.flow(idv.Process{Type: idv.TypeDocument, DocumentType: idv.Passport}, c.ID)
	for name, a := range map[string]service.CaptureAnswer{
		"no country":           {Country: "XXX"},
		"no such language":     {Language: "en"},
		"not the ordered type": {DocumentType: idv.IdentityCard, IssuingCountry: "NLD"},
		"not of this country":  {DocumentType: idv.Passport, IssuingCountry: "FRA"},
		"no issuing country":   {DocumentType: idv.Passport},
	} {
		if _, err := d.AnswerCapture(t.Context(), secret, a); idv.CodeOf(err) != idv.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	check(t, d.DeleteCaptureConfiguration(t.Context(), tenant, c.ID))
	if v := d.say(secret, service.CaptureAnswer{Language: "de"}); v.Language != "de" {
		t.Error("a flow lost its configuration")
	}
}

// TestCaptureAsksWhatTheProviderWants: consent that only the provider knew to be
// needed, and a country where an IP address led nowhere.
func TestCaptureAsksWhatTheProviderWants(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refusal error
		asks    func(*service.CaptureView) bool
	}{
		"consent": {idv.ConsentRequired(), (*service.CaptureView).ConsentNeeded},
		"country": {idv.LocationUnresolvable(), func(v *service.CaptureView) bool { return v.Location.Empty() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.provider.prepare = func(context.Context, idv.Case) error { return c.refusal }
			secret, k := d.flow(idv.Process{Type: idv.TypeDocumentSelfie, DocumentType: idv.Passport, Location: idv.Location{IPAddress: "192.0.2.1"}}, "")
			check(t, d.set(k, idv.Front, passport()))
			check(t, d.set(k, idv.Selfie, passport()))
			if _, err := d.SubmitCapture(t.Context(), secret); !errors.Is(err, c.refusal) {
				t.Fatalf("submitted: %v", err)
			}
			v, err := d.OpenCapture(t.Context(), secret)
			check(t, err)
			if !c.asks(v) || v.Status != idv.StatusPending {
				t.Errorf("the flow is %+v", v.Capture)
			}
		})
	}
}

func TestCaptureConsentDenied(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	secret, k := d.flow(idv.Process{Type: idv.TypeDocumentSelfie, Location: idv.Location{Country: "USA"}}, "")
	v := d.say(secret, service.CaptureAnswer{Consent: new(false)})
	if v.Status != idv.StatusFailed || v.Failure.Type != idv.FailConsentDenied || d.status(k) != idv.StatusFailed {
		t.Errorf("%s, %v", v.Status, v.Failure)
	}
}

func TestCaptureNeedsSomebodyForItsFilm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	dossier, err := d.CreateDossier(t.Context(), tenant, "")
	check(t, err)
	_, _, err = d.StartCapture(t.Context(), tenant, dossier.ID, "", service.CaptureOrder{
		Process: &idv.Process{Provider: idv.ProviderOnfido, Type: idv.TypeDocumentVideo},
		Flow:    &idv.Capture{SDK: idv.SDKCapture, RedirectURL: "https://shop.example/"},
	})
	if idv.CodeOf(err) != idv.CodeNotSupported {
		t.Errorf("a film that nobody takes: %v", err)
	}
}
