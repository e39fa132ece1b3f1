package evidence

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/report"
	"github.com/dossier-id/dossier/internal/vision/mrz"
)

// judgeZones holds zones to their check digits (ICAO Doc 9303-3, section 4.9), and says that a symbol was understood.
func (f *Findings) judgeZones(sides []Side) {
	for _, s := range sides {
		if s.View == nil {
			continue
		}
		if s.View.isLicence() {
			f.clear("data_validation.barcode", "the symbol decodes and follows the AAMVA standard")
		}
		if m := s.View.MRZ; m != nil {
			f.judge("data_validation.mrz", m.CheckDigitsValid, "all check digits of the machine readable zone are right")
			f.judgeDigit("data_validation.document_numbers", m.Checks, mrz.DocumentNumber)
			f.judgeDigit("data_validation.date_of_birth", m.Checks, mrz.BirthDate)
			f.judgeDigit("data_validation.expiry_date", m.Checks, mrz.ExpiryDate)
			f.judge("data_validation.gender", slices.Contains([]string{"M", "F", "X"}, m.Fields[string(mrz.Sex)]), "the sex is one of those that there are")
		}
	}
}

func (f *Findings) judgeDigit(path string, checks map[string]bool, over mrz.Field) {
	if right, there := checks[string(over)]; there {
		f.judge(path, right, "the check digit in the machine readable zone is right")
	}
}

// judgeDates finds what has expired and who is too young.
func (f *Findings) judgeDates(read facts, today time.Time) {
	if expiry, err := time.Parse(time.DateOnly, read.expiry); err == nil {
		f.judge("data_validation.document_expiration", !expiry.Before(today.Truncate(24*time.Hour)), "the date of expiry that was read is not past")
	}
	if birth, err := time.Parse(time.DateOnly, read.birth); err == nil {
		f.judge("age_validation.minimum_accepted_age", !birth.AddDate(minimumAge, 0, 0).After(today), "by the date of birth that was read the holder is 16 or older")
	}
}

// compareSources holds what a second source on the document says against the first.
func (f *Findings) compareSources(read []facts) {
	const group = "data_consistency."
	if len(read) < 2 {
		return
	}
	a, b := read[0], read[1]
	f.clear(group+"multiple_data_sources_present", "two sources on the document were read")
	for path, pair := range map[string][2]string{
		"date_of_expiry": {a.expiry, b.expiry}, "document_numbers": {a.number, b.number}, "issuing_country": {a.issuer, b.issuer},
		"document_type": {a.kind, b.kind}, "date_of_birth": {a.birth, b.birth}, "gender": {a.sex, b.sex}, "nationality": {a.nationality, b.nationality},
	} {
		if pair[0] != "" && pair[1] != "" {
			f.judge(group+path, pair[0] == pair[1], "zone and second source say the same")
		}
	}
	f.compareNames(group+"first_name", a.firstName, b.firstName)
	f.compareNames(group+"last_name", a.lastName, b.lastName)
}

// numbersDiffer tells of pictures of two documents.
func numbersDiffer(read []facts) bool {
	return len(read) > 1 && read[0].number != "" && read[1].number != "" && read[0].number != read[1].number
}

// compareApplicant holds what the applicant and the upload said against the document. What was not said is not
// compared.
func (f *Findings) compareApplicant(read facts, c Case) {
	const group = "data_comparison."
	if isName(c.Who.LastName) { // a reference in the place of the last name goes with no true first name
		f.compareNames(group+"last_name", c.Who.LastName, read.lastName)
		f.compareNames(group+"first_name", c.Who.FirstName, read.firstName)
	}
	if c.Who.Birth != "" && read.birth != "" {
		f.judge(group+"date_of_birth", c.Who.Birth == read.birth, "the applicant's date of birth is that of the document")
	}
	for _, s := range c.Sides {
		if s.Country != "" && read.issuer != "" {
			f.judge(group+"issuing_country", s.Country == read.issuer, "the issuing country is the one that the upload named")
		}
		if slices.Contains([]string{passport, identityCard, residencePermit, drivingLicence, visa}, s.Type) {
			f.judge(group+"document_type", sameKind(s.Type, read.kind), "the document is of the type that the upload named")
		}
	}
}

// sameKind: a zone does not tell an identity card from a residence permit.
func sameKind(named, read string) bool {
	return named == read || named == residencePermit && read == identityCard
}

func (f *Findings) compareNames(path, a, b string) {
	if isName(a) && isName(b) {
		f.judge(path, nameFits(a, b), "the names are the same, or one leaves out words of the other")
	}
}

// judgeAttempts looks for the same document under applicants who cannot be the same person, as Onfido's count of
// mismatches does (GET /repeat_attempts): who shows a document again, in another process, is no repeat attempt.
func (f *Findings) judgeAttempts(c Case, read []facts) {
	const path = "compromised_document.repeat_attempts"
	same := func(earlier *View) bool { return sameDocument(c.Sides, earlier, read) }
	switch {
	case slices.ContainsFunc(c.Earlier, same):
		f.consider(path, "an applicant with another name or date of birth has sent the same document")
	case len(read) > 0 && read[0].number != "":
		f.clear(path, "nobody with another name or date of birth has sent a document of this number to this sandbox")
	}
}

// sameDocument goes by the numbers where both have one, and else by the pictures.
func sameDocument(sides []Side, earlier *View, read []facts) bool {
	if known := sources([]Side{{View: earlier}}); len(known) > 0 && len(read) > 0 && known[0].number != "" && read[0].number != "" {
		return known[0].number == read[0].number && known[0].issuer == read[0].issuer
	}
	return slices.ContainsFunc(sides, func(s Side) bool { return s.View != nil && s.View.samePicture(earlier) })
}

// Differs tells whether two people cannot be one: by dates of birth, or by names where both are names. Onfido's trigger
// for a last name is nobody's name.
func (p Person) Differs(q Person) bool {
	if p.Birth != "" && q.Birth != "" && p.Birth != q.Birth {
		return true
	}
	if strings.EqualFold(p.LastName, report.Consider) || strings.EqualFold(q.LastName, report.Consider) || !isName(p.LastName) || !isName(q.LastName) {
		return false
	}
	return !nameFits(p.LastName, q.LastName) || !nameFits(p.FirstName, q.FirstName)
}

// null is s, or nil when it was not read.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// properties are those of the report as far as they were read; what was not read is null (Onfido contract section
// 2e). The template's own values must not stand, as they are about nobody.
func properties(c Case, read []facts) map[string]any {
	var a facts
	if len(read) > 0 {
		a = read[0]
	}
	kind := a.kind
	if len(c.Sides) > 0 && sameKind(c.Sides[0].Type, a.kind) {
		kind = cmp.Or(c.Sides[0].Type, kind)
	}
	numbers := []any{}
	if a.number != "" {
		numbers = append(numbers, map[string]any{"type": "document_number", "value": a.number})
	}
	p := map[string]any{
		"first_name": null(a.firstName), "last_name": null(a.lastName), "date_of_birth": null(a.birth), "date_of_expiry": null(a.expiry),
		"document_numbers": numbers, "document_type": null(kind), "issuing_country": null(a.issuer), "nationality": null(a.nationality),
		"gender": map[string]any{"M": "Male", "F": "Female"}[a.sex], "mrz_line1": nil, "mrz_line2": nil, "mrz_line3": nil,
	}
	if a.issued != "" {
		p["issuing_date"] = a.issued
	}
	addLines(p, c.Sides)
	addLicence(p, c, read)
	return p
}
