package report_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/sandbox/report"
)

var subject = report.Subject{FirstName: "Anna", LastName: "Specimen", DOB: "1985-02-03", DocumentID: "doc-1", DocumentType: "driving_licence", IssuingCountry: "NLD"}

func load(t *testing.T) *report.Book {
	t.Helper()
	book, err := report.Load()
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func write(t *testing.T, name string, o report.Outcome) report.Report {
	t.Helper()
	r, err := load(t).Write(name, subject, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEveryReportIsClearByDefault holds the template of every report name of Onfido contract section 2b.
func TestEveryReportIsClearByDefault(t *testing.T) {
	t.Parallel()
	book := load(t)
	if got := len(book.Names()); got != 21 {
		t.Errorf("%d report names, want 21", got)
	}
	for _, name := range book.Names() {
		r := write(t, name, report.Outcome{})
		if r.Result != report.Clear || (r.SubResult == report.Clear) != book.HasSubResult(name) {
			t.Errorf("%s: result %q, sub_result %q", name, r.Result, r.SubResult)
		}
		if len(r.Breakdown) == 0 || r.Properties == nil {
			t.Errorf("%s: breakdown %v, properties %v", name, r.Breakdown, r.Properties)
		}
	}
}

// TestEveryReportExplainsAConsider: a report that is consider has a breakdown that says why.
func TestEveryReportExplainsAConsider(t *testing.T) {
	t.Parallel()
	for _, name := range load(t).Names() {
		r := write(t, name, report.Outcome{Result: report.Consider})
		flagged := false
		for _, g := range r.Breakdown {
			flagged = flagged || g.Result != nil && *g.Result == report.Consider
		}
		if r.Result != report.Consider || !flagged {
			t.Errorf("%s: result %q, flagged breakdown: %v", name, r.Result, flagged)
		}
	}
}

// TestFlagsDeriveTheirSubResult holds the two tables to each other: what a sub-result flags derives to it.
func TestFlagsDeriveTheirSubResult(t *testing.T) {
	t.Parallel()
	book := load(t)
	for _, want := range []string{"clear", "caution", "suspected", "rejected"} {
		r := write(t, "document", report.Outcome{SubResult: want})
		if result, got := book.Derive(r.Breakdown); got != want || r.SubResult != want || (result == "clear") != (want == "clear") {
			t.Errorf("sub_result %s: breakdown derives to %s/%s, report says %s", want, result, got, r.SubResult)
		}
	}
	if r := write(t, "document", report.Outcome{Result: "consider"}); r.SubResult != "suspected" {
		t.Errorf("consider alone is %q, want suspected", r.SubResult)
	}
}

func TestForcedBreakdownDecides(t *testing.T) {
	t.Parallel()
	cases := []struct{ path, node, result, sub string }{
		{"image_integrity.image_quality", "consider", "consider", "rejected"},
		{"image_integrity.colour_picture", "consider", "consider", "caution"},
		{"visual_authenticity.fonts", "consider", "consider", "suspected"},
		{"data_comparison.first_name", "unidentified", "consider", "caution"},
		{"data_validation.document_expiration", "consider", "consider", "caution"},
		{"data_validation.barcode", "consider", "consider", "suspected"},
		{"police_record", "consider", "consider", "suspected"},
		{"age_validation.minimum_accepted_age", "consider", "consider", "rejected"},
		{"issuing_authority.nfc_passive_authentication", "consider", "consider", "suspected"},
		{"visual_authenticity.fonts", "not_run", "clear", "clear"},
		{"visual_authenticity", "not_run", "clear", "clear"},
	}
	for _, c := range cases {
		r := write(t, "document", report.Outcome{Breakdown: map[string]report.Node{c.path: {Result: c.node}}})
		if r.Result != c.result || r.SubResult != c.sub {
			t.Errorf("%s %s: %s/%s, want %s/%s", c.path, c.node, r.Result, r.SubResult, c.result, c.sub)
		}
	}
	r := write(t, "document", report.Outcome{Breakdown: map[string]report.Node{"visual_authenticity.fonts": {Result: "consider"}}})
	if other := r.Breakdown["visual_authenticity"].Breakdown["other"].Result; *other != "consider" {
		t.Errorf("visual_authenticity.other is %q beside a sibling that is consider", *other)
	}
}

// TestTemplateValues pins the values of Onfido contract section 2g.
func TestTemplateValues(t *testing.T) {
	t.Parallel()
	blank, err := load(t).Write("document", report.Subject{}, report.Outcome{})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"date_of_birth": "1990-01-01", "date_of_expiry": "2031-05-28", "document_type": "passport",
		"issuing_country": "GBR", "gender": nil, "nationality": nil, "first_name": nil,
	} {
		if got, there := blank.Properties[key]; !there || got != want {
			t.Errorf("document of nobody: %s is %v, want %v", key, got, want)
		}
	}
	doc := write(t, "document", report.Outcome{Properties: map[string]any{"gender": "$first_name"}})
	for key, want := range map[string]any{
		"first_name": "Anna", "last_name": "Specimen", "date_of_birth": "1985-02-03", "document_type": "driving_licence",
		"issuing_country": "NLD", "gender": "$first_name",
	} {
		if got := doc.Properties[key]; got != want {
			t.Errorf("document: %s is %v, want %v", key, got, want)
		}
	}
	if _, there := doc.Properties["document_subtype"]; there {
		t.Error("document has a document_subtype")
	}
	face := write(t, "facial_similarity_photo", report.Outcome{})
	match := face.Breakdown["face_comparison"].Breakdown["face_match"].Properties
	if match["score"] != 0.6512 || match["document_id"] != "doc-1" || len(face.Properties) != 0 {
		t.Errorf("face match %v, report properties %v", match, face.Properties)
	}
	low := write(t, "facial_similarity_photo", report.Outcome{Result: "consider"})
	if got := low.Breakdown["face_comparison"].Breakdown["face_match"].Properties; got["score"] != 0.3243 || got["document_id"] != "doc-1" {
		t.Errorf("face match of a consider: %v", got)
	}
	identity := write(t, "identity_enhanced", report.Outcome{})
	if _, there := identity.Breakdown["address"]; there || len(identity.Properties) != 0 {
		t.Errorf("identity report %v, properties %v", identity.Breakdown, identity.Properties)
	}
	licence := write(t, "document_with_driving_licence_information", report.Outcome{})
	second, _ := licence.Properties["driving_licence_information"].([]any)[1].(map[string]any)
	if second["category"] != "AM" || second["codes"] != "01" {
		t.Errorf("second category is %v", second)
	}
}

func TestCheckRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	cases := []struct {
		report, want string
		outcome      report.Outcome
	}{
		{"doc", "unknown report name", report.Outcome{}},
		{"document", "unknown result", report.Outcome{Result: "fine"}},
		{"document", "unknown sub_result", report.Outcome{SubResult: "bad"}},
		{"document", "contradict", report.Outcome{Result: "clear", SubResult: "caution"}},
		{"facial_similarity_photo", "has no sub_result", report.Outcome{SubResult: "caution"}},
		{"document", "has no breakdown", report.Outcome{Breakdown: map[string]report.Node{"visual_authenticity.smell": {Result: "clear"}}}},
		{"document", "unknown result", report.Outcome{Breakdown: map[string]report.Node{"visual_authenticity.fonts": {Result: "odd"}}}},
	}
	for _, c := range cases {
		err := load(t).Check(c.report, c.outcome)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: %v, want %q", c.report, c.outcome, err, c.want)
		}
	}
}

// TestTemplatesNameKnownPlaceholders: a misspelt placeholder would silently become null.
func TestTemplatesNameKnownPlaceholders(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("data/reports.json")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"$first_name", "$last_name", "$dob", "$document_id", "$document_type", "$issuing_country"}
	for _, name := range regexp.MustCompile(`\$\w*`).FindAllString(string(text), -1) {
		if !slices.Contains(known, name) {
			t.Errorf("unknown placeholder %s", name)
		}
	}
}

// TestWriteLeavesTheTemplateAlone: the book is shared by all requests.
func TestWriteLeavesTheTemplateAlone(t *testing.T) {
	t.Parallel()
	book := load(t)
	for _, o := range []report.Outcome{{Result: "consider"}, {Breakdown: map[string]report.Node{"issuing_authority.nfc_active_authentication": {Result: "consider"}}}} {
		if _, err := book.Write("document", subject, o); err != nil {
			t.Fatal(err)
		}
	}
	r, err := book.Write("document", subject, report.Outcome{})
	if err != nil || r.Result != "clear" || len(r.Breakdown) != 8 {
		t.Errorf("after others: %s with %d groups, %v", r.Result, len(r.Breakdown), err)
	}
}
