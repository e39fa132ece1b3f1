package archive

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// factOrder is how people read of a person and of a document; other facts follow in
// the order of their names.
const factOrder = "firstName lastName dateOfBirth placeOfBirth gender nationality personalIdentificationNumber documentType documentNumber issuingCountry " +
	"issuingState dateOfIssue dateOfExpiry similarityScore subResult driversLicense rawLicenceCategory rawVehicleClasses"

// FactsOf gives the members of an object in the order in which they are read.
func FactsOf(o map[string]any) []Fact {
	order := strings.Fields(factOrder)
	place := func(name string) int {
		if at := slices.Index(order, name); at >= 0 {
			return at
		}
		return len(order)
	}
	names := slices.SortedFunc(maps.Keys(o), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
	var facts []Fact
	for _, name := range names {
		value := text(o[name])
		if name == "documentType" || name == "subResult" {
			value = Words(value)
		}
		facts = append(facts, Fact{Words(name), value})
	}
	return facts
}

// text shows a value in a line, a list of objects in one for each.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		items, between := make([]string, len(v)), "; "
		for i, item := range v {
			items[i] = text(item)
			if _, structured := item.(map[string]any); structured {
				between = "\n" // a line for each
			}
		}
		return strings.Join(items, between)
	case map[string]any:
		items := make([]string, 0, len(v))
		for _, f := range FactsOf(v) {
			items = append(items, f.Name+" "+f.Value)
		}
		return strings.Join(items, ", ")
	default:
		return fmt.Sprint(v)
	}
}

// Words turns documentNumber into Document number. A few names have words of their
// own.
func Words(name string) string {
	switch name {
	case "mrz":
		return "Machine readable zone"
	case "driversLicense":
		return "Driver's license"
	case "subResult":
		return "Outcome"
	case "other":
		return "Other signs"
	case "facialSimilarity":
		return "Face"
	case "documentVerification":
		return "Document"
	}
	var b strings.Builder
	for i, r := range name {
		switch {
		case i == 0:
			r = unicode.ToUpper(r)
		case unicode.IsUpper(r):
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// MeaningOf says what a status means.
func MeaningOf(status string) string {
	return map[string]string{
		"accepted":     "The provider found nothing that speaks against what was verified.",
		"rejected":     "The provider rejected the document.",
		"inconclusive": "The provider found something that a person should look at before deciding.",
	}[status]
}

// KindOf says what a type of process verifies.
func KindOf(processType string) string {
	known := map[string]string{"document": "a document", "documentSelfie": "a document and a photo of the face", "documentVideo": "a document and a film of the face"}
	return cmp.Or(known[processType], processType)
}
