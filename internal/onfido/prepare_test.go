package onfido

import (
	"errors"
	"reflect"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestPrepareMakesTheApplicantOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 2 {
		if err := b.Prepare(t.Context(), b.Case); err != nil {
			t.Fatal(err)
		}
	}
	b.finish(t)
}

// TestPrepareTellsOnfidoWhatChanged: between two starts the customer may have
// set other user data.
func TestPrepareTellsOnfidoWhatChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, name := range []idv.Personal{"Anna", "Berta"} {
		b.UserData = &idv.UserData{FirstName: name, LastName: "Specimen"}
		if err := b.Prepare(t.Context(), b.Case); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.onfido.applicants[0]["first_name"]; got != "Berta" || len(b.onfido.applicants) != 1 {
		t.Errorf("%d applicants, the first is %v", len(b.onfido.applicants), got)
	}
}

func TestPrepareRefusals(t *testing.T) {
	t.Parallel()
	byIP := idv.Location{IPAddress: "192.0.2.7"}
	invalidParams := func(names ...string) *idv.Error {
		e := idv.Refuse(idv.CodeInvalid, "the provider refused what is said about the end-user")
		for _, name := range names {
			e.Params = append(e.Params, idv.InvalidParam{Name: name, Reason: "was refused by the provider"})
		}
		return e
	}
	tests := []struct {
		name     string
		location idv.Location
		body     string
		want     *idv.Error
	}{
		{"location by key", byIP, `{"error":{"fields":{"location":[{"ip_address":["is not known"]}]}}}`, idv.LocationUnresolvable()},
		{"location by text", byIP, `{"error":{"fields":"Location cannot be inferred"}}`, idv.LocationUnresolvable()},
		{"location by message", byIP, `{"error":{"message":"IP address without a country","fields":{}}}`, idv.LocationUnresolvable()},
		{
			"country",
			idv.Location{Country: "PRK"},
			`{"error":{"fields":{"location":[{"country_of_residence":["no"]}]}}}`,
			invalidParams("processParameters.location", "processParameters.location.countryOfResidence"),
		},
		{"consent", byIP, `{"error":{"fields":{"consents":["privacy_notices_read must be granted"]}}}`, idv.ConsentRequired()},
		{
			"user data", byIP, `{"error":{"fields":{"applicant":[{"dob":["can't be blank"]}],"last_name":["bad"],"address":[{"postcode":["no"]}],"new_thing":["x"]}}}`,
			invalidParams("userData.address.postcode", "userData.dateOfBirth", "userData.lastName"),
		},
		{"nothing to go by", byIP, `<html>`, invalidParams()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.Process.Location = test.location
			b.onfido.faults["POST /applicants"] = []fault{invalid}
			b.onfido.refusals["POST /applicants"] = test.body
			err := b.Prepare(t.Context(), b.Case)
			if got, ok := errors.AsType[*idv.Error](err); !ok || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", err, test.want)
			}
			if len(b.journal.steps) != 0 {
				t.Errorf("the intent is not withdrawn: %v", b.journal.steps)
			}
		})
	}
}

// TestPrepareAsksForConsent of those whom Onfido finds to live in the USA,
// every time, and before any image leaves.
func TestPrepareAsksForConsent(t *testing.T) {
	t.Parallel()
	inUSA := func(t *testing.T) *bench {
		t.Helper()
		b := newBench(t)
		b.Process.Location = idv.Location{IPAddress: "192.0.2.7"}
		b.onfido.country = "USA"
		return b
	}
	b := inUSA(t)
	for range 2 {
		if err := b.Prepare(t.Context(), b.Case); idv.CodeOf(err) != idv.CodeConsentRequired {
			t.Errorf("%v", err)
		}
	}
	if _, err := b.work(); idv.CodeOf(err) != idv.CodeConsentRequired || len(b.onfido.documents) != 0 {
		t.Errorf("in the background: %v, %d documents", err, len(b.onfido.documents))
	}

	consents := inUSA(t)
	consents.Process.PrivacyConsent = new(true)
	if err := consents.Prepare(t.Context(), consents.Case); err != nil {
		t.Errorf("with consent: %v", err)
	}
	noFace := inUSA(t)
	noFace.Process.Type = idv.TypeDocument
	if err := noFace.Prepare(t.Context(), noFace.Case); err != nil {
		t.Errorf("without a face: %v", err)
	}
	elsewhere := inUSA(t)
	elsewhere.onfido.country = "NLD"
	if err := elsewhere.Prepare(t.Context(), elsewhere.Case); err != nil {
		t.Errorf("elsewhere: %v", err)
	}
}

// TestPrepareWithoutAnAnswer is no refusal: the verification starts and the
// background goes on, with one applicant.
func TestPrepareWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for _, f := range temporaryFaults() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.onfido.faults["POST /applicants"] = []fault{f}
			err := b.Prepare(t.Context(), b.Case)
			if _, refused := errors.AsType[*idv.Error](err); err == nil || refused {
				t.Errorf("%v", err)
			}
			b.finish(t)
		})
	}
}
