package evidence

import (
	"strings"

	"github.com/dossier-id/dossier/internal/vision"
	"github.com/dossier-id/dossier/internal/vision/aamva"
	"github.com/dossier-id/dossier/internal/vision/mrz"
)

// Sides and types of documents, as uploads name them (Onfido contract section 5).
const (
	front           = "front"
	back            = "back"
	passport        = "passport"
	identityCard    = "national_identity_card"
	residencePermit = "residence_permit"
	drivingLicence  = "driving_licence"
	visa            = "visa"
)

// sure is how likely a field of a zone must be right to be held against anybody; below it, it is not compared.
const sure = 0.8

// facts are what one source on a document says. Empty is what it does not say or does not say for sure.
type facts struct {
	kind                        string // document type, as uploads name it; a card may also be another card
	firstName, lastName         string
	birth, expiry, issued       string // YYYY-MM-DD
	number, issuer, nationality string
	sex                         string // M or F
	class, codes, region        string // on a licence: of vehicles, its restrictions, the state that issued it
}

// mrzFacts are what a zone says.
func mrzFacts(m *vision.MRZ) facts {
	field := func(f mrz.Field) string {
		if m.Confidence[string(f)] < sure && !m.Checks[string(f)] {
			return ""
		}
		return m.Fields[string(f)]
	}
	name := func(f mrz.Field) string {
		if m.Confidence[string(mrz.Names)] < sure && m.Confidence[string(f)] < sure {
			return ""
		}
		return m.Fields[string(f)]
	}
	return facts{
		kind: kindOf(m), firstName: name(mrz.FirstName), lastName: name(mrz.LastName), birth: day(field(mrz.BirthDate)),
		expiry: day(field(mrz.ExpiryDate)), number: field(mrz.DocumentNumber), issuer: state(m.Fields[string(mrz.IssuingCountry)]),
		nationality: state(m.Fields[string(mrz.Nationality)]), sex: sexOf(m.Fields[string(mrz.Sex)]),
	}
}

// kindOf is the type of document that a zone belongs to (ICAO Doc 9303 parts 4 to 7): cards leave open which.
func kindOf(m *vision.MRZ) string {
	switch {
	case m.Format == string(mrz.TD3):
		return passport
	case m.Format == string(mrz.MRVA), m.Format == string(mrz.MRVB):
		return visa
	case strings.HasPrefix(m.Fields[string(mrz.DocumentCode)], "P"): // some passports are cards
		return passport
	default:
		return identityCard
	}
}

// barcodeFacts are what the symbol of a North American licence says.
func barcodeFacts(b *vision.Barcode) facts {
	field := func(f aamva.Field) string { return b.Fields[string(f)] }
	first := strings.TrimSpace(field(aamva.FirstName) + " " + field(aamva.MiddleName))
	return facts{
		kind: drivingLicence, firstName: first, lastName: field(aamva.LastName), birth: day(field(aamva.BirthDate)),
		expiry: day(field(aamva.ExpiryDate)), issued: day(field(aamva.IssueDate)), number: field(aamva.DocumentNumber),
		issuer: state(field(aamva.IssuingCountry)), sex: sexOf(field(aamva.Sex)), class: field(aamva.VehicleClass),
		codes: field(aamva.Restrictions), region: field(aamva.State),
	}
}

// sources are what is read on a document, the zone first.
func sources(sides []Side) []facts {
	var zones, symbols []facts
	for _, s := range sides {
		if s.View == nil {
			continue
		}
		if s.View.zone != nil {
			zones = append(zones, *s.View.zone)
		}
		if s.View.symbol != nil {
			symbols = append(symbols, *s.View.symbol)
		}
	}
	return append(zones, symbols...)
}

// day is a whole date, empty for one whose day or month the document leaves open.
func day(s string) string {
	if len(s) != len("2006-01-02") {
		return ""
	}
	return s
}

// state is the code as Onfido writes it: zones of German documents say D (ICAO Doc 9303-3, section 5).
func state(code string) string {
	if code == "D" {
		return "DEU"
	}
	return code
}

// sexOf leaves out what is not specified.
func sexOf(s string) string {
	if s == "M" || s == "F" {
		return s
	}
	return ""
}
