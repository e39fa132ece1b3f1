package onfido

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestNormalForms(t *testing.T) {
	t.Parallel()
	tests := []struct{ fact, in, want string }{
		{"dateOfBirth", "1965-03-10", "1965-03-10"},
		{"dateOfExpiry", "2031-05-28T00:00:00Z", "2031-05-28"},
		{"dateOfIssue", "2018/07/14", "2018-07-14"},
		{"obtainmentDate", "20180714", "2018-07-14"},
		{"dateOfBirth", "1965", "1965"},
		{"issuingCountry", "NLD", "NLD"},
		{"issuingCountry", "nld", "NLD"},
		{"issuingCountry", "NL", "NLD"},
		{"nationality", "D<<", "DEU"},
		{"nationality", "D", "DEU"},
		{"nationality", "RKS", "XKX"},
		{"nationality", "XK", "XKX"},
		{"nationality", "GBD", "GBR"},
		{"nationality", "UK", "GBR"},
		{"nationality", "XXA", "XXA"},
		{"nationality", "ZZ", "ZZ"},
		{"nationality", "Netherlands", "Netherlands"},
		{"gender", "Female", "F"},
		{"gender", "m", "M"},
		{"gender", "X", "X"},
		{"gender", "Other", "X"},
		{"gender", "?", "?"},
		{"documentType", "driving_licence", "driversLicense"},
		{"documentType", "new_kind_of_card", "newKindOfCard"},
		{"firstName", "anna_maria", "anna_maria"},
	}
	for _, test := range tests {
		if got := normalForm(test.fact, test.in); got != test.want {
			t.Errorf("%s %q: %q, want %q", test.fact, test.in, got, test.want)
		}
	}
}

func TestDocumentTypesBothWays(t *testing.T) {
	t.Parallel()
	for _, want := range idv.DocumentTypes() {
		onfido := onfidoDocumentType(want)
		if got := assureDocumentType(onfido); onfido == "unknown" || got != string(want) {
			t.Errorf("%s became %s and then %s", want, onfido, got)
		}
	}
	if got := onfidoDocumentType(""); got != "unknown" {
		t.Errorf("no type became %s", got)
	}
}

func TestCamelCase(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"mrz_line1": "mrzLine1", "nfc": "nfc", "address_line_1": "addressLine1", "NOT_ENOUGH_DATA": "notEnoughData", "SM-G991B": "smG991b",
		"Foo_bar": "fooBar", "alreadyCamel": "alreadyCamel", "ID": "ID", "": "", "_": "_", "__a__b__": "aB",
		"recorded_as_lost,_stolen_or_compromised": "recordedAsLostStolenOrCompromised", "élan_vital": "élanVital",
	}
	for in, want := range tests {
		if got := camelCase(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestCamelCaseTwiceIsOnce: the rule for two keys of one name rests on it.
func TestCamelCaseTwiceIsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if once := camelCase(s); camelCase(once) != once {
			t.Fatalf("%q, then %q, then %q", s, once, camelCase(once))
		}
	})
}
