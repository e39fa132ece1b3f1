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
		if got := compared(Mark{Kind: "field", Name: c.name, Value: c.value}, v); got != c.want {
			t.Errorf("%s %s is %q, want %q", c.name, c.value, got, c.want)
		}
	}
	if compared(Mark{Kind: "face"}, v) != "" || compared(Mark{Kind: "field", Name: "sex", Value: "F"}, nil) != "" || compared(Mark{Kind: "field", Name: "sex", Value: "F"}, &idv.Verdict{}) != "" {
		t.Error("something is said where there is nothing to compare")
	}
}
