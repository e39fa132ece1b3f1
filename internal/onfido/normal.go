package onfido

import (
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/dossier-id/dossier/internal/idv"
)

// normalForm gives the value of a fact in normal form (Assure contract section
// 7). A text that has none passes as it was read: a report may say something
// about a document that no table foresaw, such as a date without a day.
func normalForm(fact, s string) string {
	switch fact {
	case "dateOfBirth", "dateOfExpiry", "dateOfIssue", "validFrom", "obtainmentDate", "expiryDate":
		return normalDate(s)
	case "issuingCountry", "nationality":
		return normalCountry(s)
	case "gender":
		return normalGender(s)
	case "documentType":
		return assureDocumentType(s)
	default:
		return s
	}
}

// isNormal says whether the value of a fact is in normal form: the final result
// promises it.
func isNormal(fact, s string) bool {
	switch fact {
	case "dateOfBirth", "dateOfExpiry", "dateOfIssue":
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	case "issuingCountry", "nationality":
		return isAlpha3(s)
	case "gender":
		return s == "F" || s == "M" || s == "X"
	default:
		return true
	}
}

func normalDate(s string) string {
	for _, layout := range []string{time.RFC3339, "2006/01/02", "20060102"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return s
}

// normalCountry takes ISO 3166-1 alpha-2 and alpha-3 in any case and the codes
// of a machine-readable zone (ICAO 9303-3 section 5): Germany is D there,
// Kosovo RKS, and the kinds of British nationals have codes of their own. ICAO's
// codes for the stateless and for organisations have no ISO code and stay.
func normalCountry(s string) string {
	code := strings.ToUpper(strings.Trim(s, "< "))
	switch code {
	case "D":
		return "DEU"
	case "RKS", "XK":
		return "XKX"
	case "GBD", "GBN", "GBO", "GBP", "GBS", "UK":
		return "GBR"
	}
	if isAlpha3(code) {
		return code
	}
	if region, err := language.ParseRegion(code); err == nil && len(code) == 2 && idv.IsCountry(region.ISO3()) {
		return region.ISO3()
	}
	return s
}

func isAlpha3(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func normalGender(s string) string {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "f", "female":
		return "F"
	case "m", "male":
		return "M"
	case "x", "<", "unspecified", "other":
		return "X"
	default:
		return s
	}
}
