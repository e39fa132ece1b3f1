package onfido

import "github.com/dossier-id/dossier/internal/idv"

// documentReport is a raw document report and what it says of the document.
type documentReport struct {
	raw object
	// facts are the report's properties in Assure's words.
	facts object
	// refined are the facts of extracted_data and document_classification,
	// Onfido's own second and better reading of the same document. The final
	// result prefers them. In providerSpecific they only fill what the
	// properties leave open: there the first reading stands as it was reported.
	refined object
}

func readDocument(raw []byte) (*documentReport, error) {
	report, err := decodeObject(raw)
	if err != nil {
		return nil, err
	}
	d := &documentReport{raw: report, facts: facts().object(part(report, "properties"), 0), refined: object{}}
	for _, name := range []string{"extractedData", "documentClassification"} {
		if reading, ok := d.facts[name].(object); ok {
			fill(d.refined, known(reading))
			delete(d.facts, name)
		}
	}
	d.facts = known(d.facts)
	fill(d.facts, d.refined)
	return d, nil
}

// known folds the list of document numbers into facts of their own and leaves
// out what is empty: an empty text or list says no more than null.
func known(facts object) object {
	out := make(object, len(facts))
	for name, v := range facts {
		if !isEmpty(v) {
			out[name] = v
		}
	}
	numbers, ok := out["documentNumbers"].([]any)
	if !ok {
		return out
	}
	delete(out, "documentNumbers")
	for _, n := range numbers {
		n, _ := n.(object)
		kind, _ := n["type"].(string)
		if value, ok := n["value"]; ok && kind != "" && !isEmpty(value) {
			fill(out, object{factName(kind): value})
		}
	}
	return out
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case object:
		return len(v) == 0
	default:
		return false
	}
}

// subResult is the report's, or what its result amounts to when an older or
// custom report has none.
func (d *documentReport) subResult() string {
	if s, ok := d.raw["sub_result"].(string); ok {
		return s
	}
	if d.raw["result"] == "clear" {
		return "clear"
	}
	return "suspected"
}

// verification is the documentVerification of providerSpecific. What Onfido
// concluded goes before a property of the same name.
func (d *documentReport) verification() object {
	out := conclusions(d.raw)
	setText(out, "subResult", d.raw["sub_result"])
	fill(out, d.facts)
	return out
}

// finalResult gives what is known of the person and the document, each fact
// only as a text in its normal form.
func (d *documentReport) finalResult(similarity string) *idv.FinalResult {
	fact := d.normalFact
	return &idv.FinalResult{
		FirstName:                    fact("firstName"),
		LastName:                     fact("lastName"),
		DateOfBirth:                  fact("dateOfBirth"),
		DateOfExpiry:                 fact("dateOfExpiry"),
		DateOfIssue:                  fact("dateOfIssue"),
		DocumentType:                 fact("documentType"),
		DocumentNumber:               fact("documentNumber"),
		IssuingCountry:               fact("issuingCountry"),
		Nationality:                  fact("nationality"),
		Gender:                       fact("gender"),
		PersonalIdentificationNumber: fact("personalIdentificationNumber"),
		PlaceOfBirth:                 fact("placeOfBirth"),
		SimilarityScore:              similarity,
	}
}

// issuingCountry gives the country of the document, or "" when none of ISO 3166-1
// was read.
func (d *documentReport) issuingCountry() string {
	if country := d.normalFact("issuingCountry"); idv.IsCountry(country) {
		return country
	}
	return ""
}

// normalFact gives a fact in its normal form, the better reading first, or "".
func (d *documentReport) normalFact(name string) string {
	for _, reading := range []object{d.refined, d.facts} {
		if s, ok := reading[name].(string); ok && isNormal(name, s) {
			return s
		}
	}
	return ""
}
