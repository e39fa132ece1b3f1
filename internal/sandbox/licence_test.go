package sandbox_test

import (
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestLicenceOfTheApplicant: a licence in which nothing can be read is that of
// its applicant, whether pictures are looked at or not; a document that is no
// licence, and one that Onfido does not read classes of, has no such data.
func TestLicenceOfTheApplicant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		live             bool
		kind, country    string
		classes, issuing any
	}{
		"canned":             {false, "driving_licence", "NLD", "AM,B1,B", "NLD"},
		"looked at":          {true, "driving_licence", "NLD", "AM,B1,B", "NLD"},
		"nobody said where":  {false, "driving_licence", "", "AM,B1,B", "GBR"},
		"not one of the 64":  {false, "driving_licence", "TUR", nil, nil},
		"a passport":         {false, "passport", "NLD", nil, nil},
		"a passport, looked": {true, "passport", "NLD", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, sandbox.Options{Live: c.live, CompleteAfter: time.Millisecond, ReadWithin: time.Minute})
			person := object{"first_name": "Anna", "last_name": "Specimen", "dob": "1990-08-12"}
			if c.country != "" {
				person["location"] = object{"country_of_residence": c.country}
			}
			applicant := id(b.call("POST", "/applicants", person).want(201))
			document := id(b.upload("/documents", map[string]string{"applicant_id": applicant, "type": c.kind}, "front.png", picture("png")).want(201))
			order := object{
				"applicant_id": applicant, "report_names": []string{"document_with_driver_verification"}, "document_ids": []string{document}, "asynchronous": false,
			}
			done := b.call("POST", "/checks", order).want(201)
			report := b.call("GET", "/reports/"+dig(done, "report_ids", 0).(string), nil).want(200)
			if got := dig(report, "properties", "raw_vehicle_classes"); got != c.classes {
				t.Errorf("classes %v, want %v", got, c.classes)
			}
			if got := dig(report, "properties", "issuing_country"); c.issuing != nil && got != c.issuing {
				t.Errorf("issued by %v, want %v", got, c.issuing)
			}
		})
	}
}
