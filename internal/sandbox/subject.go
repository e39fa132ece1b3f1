package sandbox

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/licence"
	"github.com/dossier-id/dossier/internal/sandbox/report"
)

const (
	drivingLicence = "driving_licence"
	// driverVerification is the report that a licence of ours is made for. The other one with vehicle classes stays the
	// fixed one of Onfido's own sandbox, which official suites compare (Onfido contract section 2g).
	driverVerification = "document_with_driver_verification"
	// someCountry issues the documents of which nobody said a country, as in Onfido's own sandbox.
	someCountry = "GBR"
)

// subject is what the report repeats of the applicant and the document. Onfido's own sandbox says passport and GBR
// whatever was uploaded (Onfido contract section 2g); here the four main types and a given country are repeated,
// because whoever uploads a driving licence expects to read of one.
func (s *Sandbox) subject(c check, body reportBody) report.Subject {
	a, _ := s.state.applicants.get(c.ApplicantID)
	about := report.Subject{FirstName: a.FirstName, LastName: a.LastName, DOB: text(a.DOB)}
	if len(body.Documents) == 0 {
		return about
	}
	d, _ := s.state.documents.get(body.Documents[0].ID)
	about.DocumentID = d.ID
	about.IssuingCountry = text(d.IssuingCountry)
	if slices.Contains([]string{"passport", "driving_licence", "national_identity_card", "residence_permit"}, d.Type) {
		about.DocumentType = d.Type
	}
	if body.Name == driverVerification && d.Type == drivingLicence {
		about.Known = s.licenceOf(a, about.IssuingCountry)
	}
	return about
}

// licenceOf is the licence that an applicant would have: of the country that the upload named, or in which they live.
// It is nil for a licence that Onfido reads no classes of. The caller holds mu.
func (s *Sandbox) licenceOf(a applicant, country string) map[string]any {
	h := licence.Holder{FirstName: a.FirstName, LastName: a.LastName, Birth: text(a.DOB)}
	lives := ""
	if at := a.Address; at != nil {
		lives = text(at.Country)
		h.Street = strings.TrimSpace(cmp.Or(text(at.Line1), text(at.BuildingNumber)+" "+text(at.Street)))
		h.Town, h.State, h.Postcode = text(at.Town), text(at.State), text(at.Postcode)
	}
	if a.Location != nil {
		country = cmp.Or(country, text(a.Location.CountryOfResidence))
	}
	if country = cmp.Or(country, lives, someCountry); lives != country {
		h.Street, h.Town, h.State, h.Postcode = "", "", "", "" // another country's licence has no such address
	}
	l := s.licences.Find(country, strings.ToUpper(h.State))
	if l == nil {
		return nil
	}
	return l.For(h, s.clock.Now())
}
