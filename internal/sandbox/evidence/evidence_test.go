package evidence

import (
	"fmt"
	"image"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/vision"
	"github.com/dossier-id/dossier/internal/vision/quality"
)

func today() time.Time { return time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC) }

// licence is the view of the back of a North American licence; pairs change its fields.
func licence(pairs ...string) *View {
	fields := map[string]string{
		"firstName": "ANNA", "lastName": "SPECIMEN", "birthDate": "1990-08-12", "expiryDate": "2030-01-01", "issueDate": "2022-01-01",
		"documentNumber": "D123", "issuingCountry": "USA", "sex": "F", "vehicleClass": "D", "street": "1 NOWHERE LANE", "city": "ZENITH",
	}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	v := &View{Barcode: &vision.Barcode{Type: "PDF417", Fields: fields}}
	said := barcodeFacts(v.Barcode)
	v.symbol = &said
	return v
}

// portrait is the view of a side with a face and nothing to read.
func portrait() *View { return &View{Faces: 1, FaceShare: 0.3} }

// results are the paths of findings that have a result, as "path=result".
func results(f *Findings) string {
	var out strings.Builder
	for path, found := range f.ByPath {
		fmt.Fprintf(&out, "%s=%s %v;", path, found.Result, found.Properties)
	}
	return out.String()
}

func TestDocumentFollowsFromTheSides(t *testing.T) {
	t.Parallel()
	photo := Side{Type: drivingLicence, Name: front, View: portrait()}
	anna := Person{"Anna", "Specimen", "1990-08-12"}
	cases := map[string]struct {
		sides []Side
		who   Person
		want  string
	}{
		"a licence with its symbol": {[]Side{photo, {drivingLicence, back, "USA", licence()}}, anna, "data_validation.barcode=clear"},
		"its country":               {[]Side{photo, {drivingLicence, back, "CAN", licence()}}, anna, "data_comparison.issuing_country=consider"},
		"expired yesterday":         {[]Side{photo, {drivingLicence, back, "", licence("expiryDate", "2026-05-31")}}, anna, "document_expiration=consider"},
		"expires today":             {[]Side{photo, {drivingLicence, back, "", licence("expiryDate", "2026-06-01")}}, anna, "document_expiration=clear"},
		"sixteen today":             {[]Side{photo, {drivingLicence, back, "", licence("birthDate", "2010-06-01")}}, Person{}, "minimum_accepted_age=clear"},
		"sixteen tomorrow":          {[]Side{photo, {drivingLicence, back, "", licence("birthDate", "2010-06-02")}}, Person{}, "minimum_accepted_age=consider"},
		"two symbols":               {[]Side{{drivingLicence, back, "", licence()}, {drivingLicence, back, "", licence("sex", "M")}}, anna, "data_consistency.gender=consider"},
		"two documents":             {[]Side{{drivingLicence, back, "", licence()}, {drivingLicence, back, "", licence("documentNumber", "D9")}}, anna, "two_documents_uploaded"},
		"the back as the front":     {[]Side{{drivingLicence, front, "", licence()}}, anna, "incorrect_side"},
		"another type":              {[]Side{{passport, "", "", licence()}}, anna, "data_comparison.document_type=consider"},
		"an empty table":            {[]Side{{drivingLicence, front, "", &View{}}}, anna, "no_document_in_image"},
		"a selfie":                  {[]Side{{passport, "", "", &View{Faces: 1, FaceShare: 0.57}}}, anna, "no_document_in_image"},
		"a PDF":                     {[]Side{{passport, "", "", &View{Unreadable: true}}}, anna, "other_photo_issue"},
		"a passport without a zone": {[]Side{{passport, "", "", portrait()}}, anna, "other_photo_issue"},
		"a card without its back":   {[]Side{{identityCard, front, "", portrait()}}, anna, "missing_back"},
		"edited":                    {[]Side{{drivingLicence, front, "", &View{Faces: 1, Problems: []quality.Problem{quality.Edited}}}}, anna, "digital_tampering=consider"},
	}
	for name, c := range cases {
		f := Document(Case{Report: "document", Sides: c.sides, Who: c.who, Today: today()})
		if got := results(f); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %s in %s", name, c.want, got)
		}
	}
}

// TestWhatIsNotSeenIsNotJudged: a picture that was not read, and a licence
// that only people can read, give no result about data.
func TestWhatIsNotSeenIsNotJudged(t *testing.T) {
	t.Parallel()
	f := Document(Case{Sides: []Side{{Type: passport}}, Today: today()})
	if len(f.ByPath) != 0 {
		t.Errorf("a picture that was not read is judged: %s", results(f))
	}
	f = Document(Case{Sides: []Side{{drivingLicence, front, "", portrait()}, {drivingLicence, back, "", &View{}}}, Today: today()})
	if got := results(f); strings.Contains(got, "data_") || strings.Contains(got, "consider") || strings.Contains(got, "unidentified") {
		t.Errorf("a licence without a symbol: %s", got)
	}
	if f.Properties["last_name"] != nil {
		t.Errorf("a name that nobody read: %v", f.Properties)
	}
}

func TestRepeatAttempts(t *testing.T) {
	t.Parallel()
	likeness := likeness{1, 2, 3}
	picture := func(hash uint64, shape ...float32) *View { return &View{Faces: 1, hash: hash, shape: shape} }
	for name, c := range map[string]struct {
		now, earlier *View
		want         string
	}{
		"the same number":                  {licence(), licence(), "consider"},
		"another number":                   {licence(), licence("documentNumber", "X1"), "clear"},
		"the number of another country":    {licence(), licence("issuingCountry", "CAN"), "clear"},
		"nobody else":                      {licence(), nil, "clear"},
		"the same picture without numbers": {picture(0xff00, likeness...), picture(0xff01, likeness...), "consider"},
		"another picture":                  {picture(0xff00, likeness...), picture(0xffff00, likeness...), ""},
		"the same form with another face":  {picture(0xff00, likeness...), picture(0xff00, 3, -2, 1), ""},
	} {
		var earlier []*View
		if c.earlier != nil {
			earlier = append(earlier, c.earlier)
		}
		f := Document(Case{Sides: []Side{{drivingLicence, back, "", c.now}}, Earlier: earlier, Today: today()})
		if got := f.ByPath["compromised_document.repeat_attempts"].Result; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLicenceProperties(t *testing.T) {
	t.Parallel()
	sides := []Side{{drivingLicence, back, "", licence()}}
	for report, want := range map[string]string{
		"document_with_driving_licence_information": "driving_licence_information:[map[category:D codes:<nil> expiry_date:2030-01-01 obtainment_date:2022-01-01]]",
		"document_with_driver_verification":         "raw_vehicle_classes:D",
		"document_with_address_information":         "address_line_1:1 NOWHERE LANE",
	} {
		got := fmt.Sprint(Document(Case{Report: report, Sides: sides, Today: today()}).Properties)
		if !strings.Contains(got, want) || !strings.Contains(got, "last_name:SPECIMEN") {
			t.Errorf("%s: no %s in %s", report, want, got)
		}
	}
}

// TestTheLicenceThatWasRead: two classes, a code and a state of its symbol.
func TestTheLicenceThatWasRead(t *testing.T) {
	t.Parallel()
	view := licence("vehicleClass", "C M", "restrictions", "01", "state", "TX")
	got := fmt.Sprint(Document(Case{Report: "document_with_driver_verification", Sides: []Side{{drivingLicence, back, "", view}}, Today: today()}).Properties)
	for _, want := range []string{
		"raw_vehicle_classes:C,M", "category:M codes:01", "issuing_state:TX", "is_qualified:true", "restricted_licence:<nil>", "drivers_licence:true",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestNameFits(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"Anna", "ANNA MARIA"}: true, {"Anna Maria", "ANNA"}: true, {"Berta", "ANNA MARIA"}: false, {"Ann", "ANNA"}: false,
		{"Müller", "MUELLER"}: true, {"Muller", "MUELLER"}: true, {"O'Neill", "ONEILL"}: true, {"Émile-Zoé", "EMILE ZOE"}: true,
		{"Søren", "SOEREN"}: true, {"García López", "GARCIA"}: true,
	} {
		if got := nameFits(pair[0], pair[1]); got != want {
			t.Errorf("%s against %s: %v", pair[0], pair[1], got)
		}
	}
	for _, name := range []string{"", "ref-686f23a4", "Анна", "田中", "--"} {
		if isName(name) {
			t.Errorf("%q is compared", name)
		}
	}
}

// TestLikeness: a face is like itself and less like another; neither decides.
func TestLikeness(t *testing.T) {
	t.Parallel()
	drawing := func(turn int) likeness {
		g := image.NewGray(image.Rect(0, 0, faceSide, faceSide))
		for y := range faceSide {
			for x := range faceSide {
				g.Pix[y*g.Stride+x] = uint8((x*x*turn/40 + y*y/30) % 256)
			}
		}
		return describe(g)
	}
	one, other := &View{Faces: 1, shape: drawing(1)}, &View{Faces: 1, shape: drawing(5)}
	scoreOf := func(photo *View) float64 {
		found := Face(photo, []Side{{View: one}}, 0.5).ByPath["face_comparison.face_match"]
		value, _ := found.Properties["score"].(float64)
		if found.Result != "not_run" {
			t.Errorf("a weak likeness decides: %s", found.Result)
		}
		return value
	}
	if same, different := scoreOf(one), scoreOf(other); same < 0.95 || different >= same {
		t.Errorf("one face twice scores %v, two faces %v", same, different)
	}
	if got := Face(&View{}, nil, 0.5).ByPath["image_integrity.face_detected"].Result; got != "consider" {
		t.Errorf("no face is %s", got)
	}
	if got := Face(nil, nil, 0.5).ByPath["image_integrity.face_detected"].Result; got != "" {
		t.Errorf("a photo that nobody read is %s", got)
	}
}

// TestTheUsersOwnProgramDecides: from the threshold on two faces are one person's, whatever their edges are like.
func TestTheUsersOwnProgramDecides(t *testing.T) {
	t.Parallel()
	document := []Side{{View: &View{Faces: 1, shape: likeness{1, 0}, embedding: []float32{1, 0, 0}}}}
	for want, embedding := range map[string][]float32{
		"clear 0.8": {0.8, 0.6, 0}, "consider 0": {0, 1, 0}, "consider 0.3": {0.3, 0, 0.9539392}, "not_run 1": nil,
	} {
		found := Face(&View{Faces: 1, shape: likeness{1, 0}, embedding: embedding}, document, 0.5).ByPath["face_comparison.face_match"]
		score, _ := found.Properties["score"].(float64)
		if got := fmt.Sprintf("%s %.2g", found.Result, score); got != want && embedding != nil || found.Result != strings.Fields(want)[0] {
			t.Errorf("%v: %s, want %s", embedding, got, want)
		}
	}
}

// TestDocumentedBases holds the table of docs/sandbox.md to this one.
func TestDocumentedBases(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range Bases() {
		if row := fmt.Sprintf("| `%s` | %s |", b.Path, b.Kind); !strings.Contains(string(text), row) {
			t.Errorf("docs/sandbox.md lacks %s", row)
		}
	}
}
