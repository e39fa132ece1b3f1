package console

import (
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

// TestComparedWithTheProvider: a field is the same whatever the way of writing it,
// and nothing is said where the zone cannot tell.
func TestComparedWithTheProvider(t *testing.T) {
	t.Parallel()
	v := &idv.Verdict{Final: &idv.FinalResult{
		DocumentNumber: "SPE-123 4", LastName: "O\u2019Neil", FirstName: "Anna Maria", DateOfBirth: "1990-08-12", Gender: "Female", Nationality: "UTO",
	}}
	for _, c := range []struct{ name, value, want string }{
		{"documentNumber", "SPE1234", "same"},
		{"documentNumber", "SPE1235", "differs"},
		{"firstName", "ANNA MARIA", "same"},
		{"lastName", "ONEIL", ""},
		{"birthDate", "1990-08-12", "same"},
		{"sex", "F", "same"},
		{"sex", "M", "differs"},
		{"expiryDate", "2030-01-01", ""},
		{"optionalData", "X", ""},
	} {
		if got := compared(Mark{Kind: "field", Name: c.name, Value: c.value}, readBy(v)); got != c.want {
			t.Errorf("%s %s is %q, want %q", c.name, c.value, got, c.want)
		}
	}
	unclear := &idv.Verdict{ProviderSpecific: idv.PersonalJSON(`{"documentVerification":{"documentNumber":"SPE1234","breakdowns":{}},"facialSimilarity":{}}`)}
	if got := compared(Mark{Kind: "field", Name: "documentNumber", Value: "SPE1234"}, readBy(unclear)); got != "same" {
		t.Errorf("without a final result the number is %q", got)
	}
	for _, nothing := range []*idv.Verdict{nil, {}, {ProviderSpecific: idv.PersonalJSON(`{"documentVerification":[]}`)}} {
		if got := compared(Mark{Kind: "field", Name: "sex", Value: "F"}, readBy(nothing)); got != "" {
			t.Errorf("%+v: it is %q where there is nothing to compare", nothing, got)
		}
	}
	if compared(Mark{Kind: "face"}, readBy(v)) != "" {
		t.Error("a face is compared")
	}
}
