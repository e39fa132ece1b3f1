package sandbox_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// run makes a check of the reports, waits for it and gives check and reports.
func (b *box) run(applicantID string, names ...string) (check, reports object) {
	b.t.Helper()
	check = b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": names, "asynchronous": false}).want(201)
	return check, b.call("GET", "/reports?check_id="+id(check), nil).want(200)
}

func TestScenarioOfAnApplicant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID, _ := b.ready("X", "passport")
		b.call("POST", "/sandbox/scenarios", object{"applicant_id": applicantID, "reports": object{"document": object{
			"breakdown": object{
				"image_integrity.image_quality":                object{"result": "consider", "properties": object{"glare_on_photo": "yes"}},
				"issuing_authority.nfc_passive_authentication": "consider",
			},
			"properties": object{"gender": "Female"},
		}}}).want(201)
		check, reports := b.run(applicantID, bothReports...)
		doc := dig(reports, "reports", 0)
		if check["result"] != "consider" || dig(doc, "sub_result") != "rejected" || dig(doc, "properties", "gender") != "Female" {
			t.Errorf("check %v, document report %v", check["result"], doc)
		}
		if dig(doc, "breakdown", "image_integrity", "breakdown", "image_quality", "properties", "glare_on_photo") != "yes" ||
			dig(doc, "breakdown", "issuing_authority", "result") != "consider" {
			t.Errorf("breakdown %v", dig(doc, "breakdown"))
		}
		if dig(reports, "reports", 1, "result") != "clear" {
			t.Error("the other report is not clear")
		}
		other, _ := b.ready("Y", "passport")
		if check, _ := b.run(other, bothReports...); check["result"] != "clear" {
			t.Error("another applicant is not clear")
		}
	})
}

func TestScenarioOfARunningCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID, _ := b.ready("X", "passport")
		made := b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports}).want(201)
		b.call("POST", "/sandbox/scenarios", object{"check_id": id(made), "reports": object{"*": object{"result": "consider", "sub_result": "caution"}}}).want(201)
		time.Sleep(time.Second)
		synctest.Wait()
		reports := b.call("GET", "/reports?check_id="+id(made), nil).want(200)
		if dig(reports, "reports", 0, "sub_result") != "caution" || dig(reports, "reports", 1, "result") != "consider" || dig(reports, "reports", 1, "sub_result") != nil {
			t.Errorf("reports %v", reports)
		}
		late := b.call("POST", "/sandbox/scenarios", object{"check_id": id(made), "reports": object{"*": object{"result": "clear"}}})
		late.refused(422, "validation_error")
	})
}

func TestScenarioOfTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		b.call("POST", "/sandbox/scenarios", object{"next": "document", "reports": object{"document": object{"sub_result": "rejected"}}}).want(201)
		first, _ := b.ready("X", "passport")
		second, _ := b.ready("Y", "passport")
		b.call("POST", "/sandbox/scenarios", object{"next": "check", "reports": object{"facial_similarity_photo": object{"result": "consider"}}}).want(201)
		for i, want := range []struct {
			applicant, document, face string
		}{{second, "clear", "consider"}, {first, "rejected", "clear"}, {second, "clear", "clear"}} {
			_, reports := b.run(want.applicant, bothReports...)
			if doc, face := dig(reports, "reports", 0, "sub_result"), dig(reports, "reports", 1, "result"); doc != want.document || face != want.face {
				t.Errorf("check %d: document %v, face %v, want %v", i+1, doc, face, want)
			}
		}
	})
}

func TestForcedErrors(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID, _ := b.ready("X", "passport")
	glare := object{"status": 422, "type": "validation_error", "message": "There was a validation error on this request", "fields": object{"detect_glare": []string{"glare found in image"}}}
	b.call("POST", "/sandbox/scenarios", object{"next": "document", "error": glare}).want(201)
	b.call("POST", "/sandbox/scenarios", object{"next": "live_photo", "times": 2, "error": object{"status": 503, "type": "internal_server_error", "message": "later"}}).want(201)
	b.call("POST", "/sandbox/scenarios", object{"applicant_id": applicantID, "times": 1, "error": object{"status": 402, "type": "missing_billing_info", "message": "pay"}}).want(201)
	fields := map[string]string{"applicant_id": applicantID, "type": "passport"}
	b.upload("/documents", map[string]string{"applicant_id": applicantID}, "a.png", picture("png")).refused(422, "validation_error") // no type: strikes nothing
	if got := b.upload("/documents", fields, "a.png", picture("png")).refused(422, "validation_error"); dig(got, "detect_glare", 0) != "glare found in image" {
		t.Errorf("fields %v", got)
	}
	b.upload("/documents", fields, "a.png", picture("png")).want(201)
	for _, want := range []int{503, 503, 201} {
		if got := b.upload("/live_photos", map[string]string{"applicant_id": applicantID}, "a.png", picture("png")).status; got != want {
			t.Errorf("live photo: %d, want %d", got, want)
		}
	}
	ask := object{"applicant_id": applicantID, "report_names": bothReports}
	b.call("POST", "/checks", ask).refused(402, "missing_billing_info")
	b.call("POST", "/checks", ask).want(201)
	if left := b.call("GET", "/sandbox/scenarios", nil).want(200); len(left["scenarios"].([]any)) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestReplayOfARecordedReport: a recorded case comes back as it was, about the new check.
func TestReplayOfARecordedReport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID, documentID := b.ready("X", "passport")
		recorded := object{
			"id": "old", "name": "facial_similarity_photo", "result": "consider", "sub_result": nil, "check_id": "old", "undeclared": object{"kept": 1}, "properties": object{},
			"breakdown": object{"face_comparison": object{"result": "consider", "breakdown": object{"face_match": object{"result": "consider", "properties": object{"score": 0.1, "document_id": "old"}}}}},
		}
		b.call("POST", "/sandbox/scenarios", object{"applicant_id": applicantID, "reports": object{"facial_similarity_photo": object{"raw": recorded}}}).want(201)
		check, reports := b.run(applicantID, bothReports...)
		face := dig(reports, "reports", 1)
		match := dig(face, "breakdown", "face_comparison", "breakdown", "face_match", "properties")
		if check["result"] != "consider" || dig(face, "result") != "consider" || dig(face, "undeclared", "kept") != 1.0 || dig(match, "score") != 0.1 {
			t.Errorf("check %v, report %v", check["result"], face)
		}
		if dig(face, "check_id") != id(check) || dig(face, "id") != dig(check, "report_ids", 0) || dig(match, "document_id") != documentID || dig(face, "live_photos", 0, "id") == nil {
			t.Errorf("ids not filled in: %v", face)
		}
		alone := b.call("GET", "/reports/"+dig(check, "report_ids", 0).(string), nil).want(200)
		if dig(alone, "undeclared", "kept") != 1.0 {
			t.Errorf("found alone: %v", alone)
		}
	})
}

func TestScenarioRefusals(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID := b.applicant("X")
	good := object{"document": object{"result": "clear"}}
	failure := object{"status": 500, "type": "internal_server_error"}
	cases := []struct {
		want string
		body any
	}{
		{"unknown field", object{"applicant": applicantID, "reports": good}},
		{"unknown field", object{"applicant_id": applicantID, "reports": object{"document": object{"results": "clear"}}}},
		{"exactly one of", object{"reports": good}},
		{"exactly one of", object{"applicant_id": applicantID, "next": "check", "reports": good}},
		{"unknown next", object{"next": "applicant", "reports": good}},
		{"either reports or an error", object{"next": "check"}},
		{"either reports or an error", object{"next": "check", "reports": good, "error": failure}},
		{"unknown report name", object{"next": "check", "reports": object{"smell": object{"result": "clear"}}}},
		{"has no breakdown", object{"next": "check", "reports": object{"document": object{"breakdown": object{"image_integrity.smell": "clear"}}}}},
		{"unknown result", object{"next": "check", "reports": object{"document": object{"breakdown": object{"image_integrity.image_quality": "bad"}}}}},
		{"takes result and sub_result only", object{"next": "check", "reports": object{"*": object{"properties": object{"a": 1}}}}},
		{"the recorded report is called", object{"next": "check", "reports": object{"document": object{"raw": object{"name": "known_faces"}}}}},
		{"status between", object{"next": "check", "error": object{"status": 200, "type": "x"}}},
		{"can only be answered with an error", object{"next": "live_photo", "reports": good}},
		{"times", object{"next": "check", "times": 2, "reports": good}},
		{"decode the body", "{"},
		{"more than one", `{"next":"check","reports":{"document":{"result":"clear"}}}{}`},
	}
	for _, c := range cases {
		a := b.call("POST", "/sandbox/scenarios", c.body)
		a.refused(422, "validation_error")
		if got, _ := dig(a.want(422), "error", "message").(string); !strings.Contains(got, c.want) {
			t.Errorf("%v: %q, want %q", c.body, got, c.want)
		}
	}
	b.call("POST", "/sandbox/scenarios", object{"applicant_id": "nobody", "reports": good}).refused(404, "resource_not_found")
	b.call("DELETE", "/sandbox/scenarios/nothing", nil).refused(404, "resource_not_found")
	made := b.call("POST", "/sandbox/scenarios", object{"applicant_id": applicantID, "reports": good}).want(201)
	b.call("DELETE", "/sandbox/scenarios/"+id(made), nil).want(204)
	b.call("DELETE", "/sandbox/scenarios", nil).want(204)
}
