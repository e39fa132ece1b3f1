package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

var bothReports = []string{"document", "facial_similarity_photo"}

// TestCheckCompletesByItself goes from the applicant to the reports.
func TestCheckCompletesByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID, documentID := b.ready("Specimen", "driving_licence")
		made := b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports, "document_ids": []string{documentID}, "tags": []string{"a"}}).want(201)
		if made["status"] != "in_progress" || made["result"] != nil || made["webhook_ids"] != nil || dig(made, "tags", 0) != "a" {
			t.Errorf("a new check is %v", made)
		}
		for i, name := range []string{"facial_similarity_photo", "document"} { // the last asked for comes first
			if got := b.call("GET", "/reports/"+dig(made, "report_ids", i).(string), nil).want(200); got["name"] != name {
				t.Errorf("report_ids[%d] is of %v, want %s", i, got["name"], name)
			}
		}
		waiting := b.call("GET", "/reports/"+dig(made, "report_ids", 1).(string), nil).want(200)
		if waiting["status"] != "awaiting_data" || waiting["result"] != nil || waiting["breakdown"] == nil || waiting["properties"] == nil {
			t.Errorf("a report before completion is %v", waiting)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		done := b.call("GET", "/checks/"+id(made), nil).want(200)
		if done["status"] != "complete" || done["result"] != "clear" {
			t.Errorf("after a second the check is %v", done)
		}
		reports := b.call("GET", "/reports?check_id="+id(made), nil).want(200)
		doc, face := dig(reports, "reports", 0), dig(reports, "reports", 1)
		if dig(doc, "sub_result") != "clear" || dig(doc, "properties", "document_type") != "driving_licence" ||
			dig(doc, "properties", "last_name") != "Specimen" || dig(doc, "documents", 0, "id") != documentID {
			t.Errorf("document report %v", doc)
		}
		if dig(face, "sub_result") != nil || dig(face, "live_photos", 0, "id") == nil || dig(face, "live_videos") == nil ||
			dig(face, "breakdown", "face_comparison", "breakdown", "face_match", "properties", "score") != 0.6512 {
			t.Errorf("facial similarity report %v", face)
		}
	})
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, lastName        string
		ask                   object
		check, document, face string
		sub                   any
	}{
		{"last name", "CONSIDER", nil, "consider", "consider", "consider", "suspected"},
		{"no trigger", "Considerate", nil, "clear", "clear", "clear", "clear"},
		{"one report", "X", object{"consider": []string{"facial_similarity_photo"}}, "consider", "clear", "consider", "clear"},
		{"sub_result", "X", object{"sub_result": "rejected"}, "consider", "consider", "clear", "rejected"},
		{"sub_result clear", "X", object{"sub_result": "clear"}, "clear", "clear", "clear", "clear"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBox(t, sandbox.Options{})
				applicantID, _ := b.ready(c.lastName, "passport")
				ask := object{"applicant_id": applicantID, "report_names": bothReports, "asynchronous": false}
				for k, v := range c.ask {
					ask[k] = v
				}
				done := b.call("POST", "/checks", ask).want(201)
				if done["status"] != "complete" || done["result"] != c.check {
					t.Errorf("check %v/%v, want complete/%s", done["status"], done["result"], c.check)
				}
				reports := b.call("GET", "/reports?check_id="+id(done), nil).want(200)
				if got := dig(reports, "reports", 0, "result"); got != c.document || dig(reports, "reports", 0, "sub_result") != c.sub {
					t.Errorf("document %v/%v, want %s/%v", got, dig(reports, "reports", 0, "sub_result"), c.document, c.sub)
				}
				if got := dig(reports, "reports", 1, "result"); got != c.face {
					t.Errorf("face %v, want %s", got, c.face)
				}
			})
		})
	}
}

func TestCheckRefusals(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID, _ := b.ready("X", "passport")
	_, foreign := b.ready("Y", "passport")
	bare := b.applicant("Z")
	cases := []struct {
		name  string
		ask   object
		kind  string
		field string
		text  string
	}{
		{"no names", object{"applicant_id": applicantID}, "report_names_blank", "report_names", "can't be blank"},
		{"names are no list", object{"applicant_id": applicantID, "report_names": "document"}, "report_names_format", "report_names", ""},
		{"unknown name", object{"applicant_id": applicantID, "report_names": []string{"smell"}}, "invalid_reports_names", "report_names", ""},
		{"unknown applicant", object{"applicant_id": "nobody", "report_names": bothReports}, "validation_error", "applicant_id", ""},
		{"no applicant", object{"report_names": bothReports}, "validation_error", "applicant_id", "can't be blank"},
		{"foreign document", object{"applicant_id": applicantID, "report_names": bothReports, "document_ids": []string{foreign}}, "validation_error", "document_ids", "Document(s) don't belong to applicant."},
		{"nothing uploaded", object{"applicant_id": bare, "report_names": []string{"document"}}, "validation_error", "applicant", "You must provide the necessary documents"},
		{"no photo", object{"applicant_id": bare, "report_names": []string{"known_faces"}}, "validation_error", "applicant", "You must provide a live photo to be able to proceed with this check"},
		{"no video", object{"applicant_id": applicantID, "report_names": []string{"facial_similarity_video"}}, "validation_error", "applicant", "live video"},
		{"bad sub_result", object{"applicant_id": applicantID, "report_names": bothReports, "sub_result": "odd"}, "validation_error", "sub_result", ""},
		{"bad consider", object{"applicant_id": applicantID, "report_names": bothReports, "consider": []string{"odd"}}, "validation_error", "consider", ""},
		{"bad type", object{"applicant_id": applicantID, "report_names": bothReports, "asynchronous": "no"}, "validation_error", "asynchronous", ""},
		{"unknown webhook", object{"applicant_id": applicantID, "report_names": bothReports, "webhook_ids": []string{"w"}}, "validation_error", "webhook_ids", ""},
	}
	for _, c := range cases {
		fields := b.call("POST", "/checks", c.ask).refused(422, c.kind)
		got, _ := dig(fields, c.field, 0).(string)
		if got == "" || !strings.Contains(got, c.text) {
			t.Errorf("%s: fields %v, want %s: %q", c.name, fields, c.field, c.text)
		}
	}
	if checks, _ := b.call("GET", "/checks?applicant_id="+applicantID, nil).want(200)["checks"].([]any); len(checks) != 0 {
		t.Errorf("refused requests left %d checks", len(checks))
	}
}

// inbox receives webhooks without a network.
type inbox struct {
	mu     sync.Mutex
	got    []received
	status func(n int) int // of the answer to the n-th delivery, from 1; nil: 200
}

type received struct {
	url, signature string
	body           []byte
}

func (in *inbox) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	in.mu.Lock()
	defer in.mu.Unlock()
	in.got = append(in.got, received{r.URL.String(), r.Header.Get("X-SHA2-Signature"), body})
	status := 200
	if in.status != nil {
		status = in.status(len(in.got))
	}
	return &http.Response{StatusCode: status, Body: http.NoBody, Request: r}, err
}

// actions are what was received, sorted.
func (in *inbox) actions(t *testing.T) []string {
	t.Helper()
	in.mu.Lock()
	defer in.mu.Unlock()
	out := []string{}
	for _, r := range in.got {
		var e object
		if err := json.Unmarshal(r.body, &e); err != nil {
			t.Fatal(err)
		}
		action, _ := dig(e, "payload", "action").(string)
		out = append(out, action)
	}
	slices.Sort(out)
	return out
}

func TestWebhooksTellOfTheCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &inbox{}
		b := newBox(t, sandbox.Options{Transport: in})
		hook := b.call("POST", "/webhooks", object{"url": "https://receiver.test/all"}).want(201)
		b.call("POST", "/webhooks", object{"url": "https://receiver.test/off", "enabled": false}).want(201)
		b.call("POST", "/webhooks", object{"url": "https://receiver.test/live", "environments": []string{"live"}}).want(201)
		b.call("POST", "/webhooks", object{"url": "https://receiver.test/other", "events": []string{"check.reopened"}}).want(201)
		applicantID, _ := b.ready("X", "passport")
		made := b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports}).want(201)
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []string{"check.completed", "check.started", "report.completed", "report.completed"}
		if got := in.actions(t); !slices.Equal(got, want) {
			t.Fatalf("received %v, want %v", got, want)
		}
		for _, r := range in.got {
			mac := hmac.New(sha256.New, []byte(hook["token"].(string)))
			mac.Write(r.body)
			if r.url != "https://receiver.test/all" || r.signature != hex.EncodeToString(mac.Sum(nil)) {
				t.Errorf("delivery to %s signed %s", r.url, r.signature)
			}
		}
		href := `"href":"http://sandbox.test/v3.6/checks/` + id(made) + `"`
		if last := string(in.got[len(in.got)-1].body); !slices.ContainsFunc(in.got, func(r received) bool { return strings.Contains(string(r.body), href) }) {
			t.Errorf("no delivery has %s, e.g. %s", href, last)
		}
	})
}

func TestWebhookIDsLimitDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &inbox{}
		b := newBox(t, sandbox.Options{Transport: in})
		events := []string{"check.completed"}
		b.call("POST", "/webhooks", object{"url": "https://receiver.test/1", "events": events}).want(201)
		second := b.call("POST", "/webhooks", object{"url": "https://receiver.test/2", "events": events}).want(201)
		applicantID, _ := b.ready("X", "passport")
		for _, ids := range [][]string{{id(second)}, {}} {
			made := b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports, "webhook_ids": ids}).want(201)
			if echoed, _ := made["webhook_ids"].([]any); made["webhook_ids"] == nil || len(echoed) != len(ids) {
				t.Errorf("webhook_ids %v came back as %v", ids, made["webhook_ids"])
			}
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		if len(in.got) != 1 || in.got[0].url != "https://receiver.test/2" {
			t.Errorf("received %+v, want one at the second webhook", in.got)
		}
	})
}

func TestStrictModeDemandsLocationAndConsent(t *testing.T) {
	t.Parallel()
	big := append(picture("jpeg"), make([]byte, 40<<10)...)
	b := newBox(t, sandbox.Options{Strict: true})
	make3 := func(more object) string {
		o := object{"first_name": "A", "last_name": "B"}
		for k, v := range more {
			o[k] = v
		}
		applicantID := id(b.call("POST", "/applicants", o).want(201))
		b.upload("/documents", map[string]string{"applicant_id": applicantID, "type": "passport"}, "a.jpg", big).want(201)
		return applicantID
	}
	ask := func(applicantID string) answer {
		return b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": []string{"document"}})
	}
	if fields := ask(make3(nil)).refused(422, "validation_error"); fields["location"] == nil {
		t.Errorf("without location: fields %v", fields)
	}
	american := make3(object{"location": object{"country_of_residence": "USA"}})
	if fields := ask(american).refused(422, "validation_error"); dig(fields, "consents", 0, "privacy_notices_read", 0) == nil {
		t.Errorf("American without consent: fields %v", fields)
	}
	b.call("PUT", "/applicants/"+american, object{"consents": []object{{"name": "privacy_notices_read", "granted": true}}}).want(200)
	ask(american).want(201)
	b.call("POST", "/sandbox/clock/advance", object{"duration": "4500h"}).want(200) // more than six months
	if fields := ask(american).refused(422, "validation_error"); fields["consents"] == nil {
		t.Errorf("American whose consent is too old: fields %v", fields)
	}
	again := b.call("POST", "/checks", object{"applicant_id": american, "report_names": []string{"document"}, "privacy_notices_read_consent_given": true})
	if got := again.want(201); !is(got["privacy_notices_read_consent_given"]) {
		t.Errorf("check %v", got)
	}
	ask(make3(object{"location": object{"country_of_residence": "NLD"}})).want(201)
	tiny := map[string]string{"applicant_id": american, "type": "passport"}
	if fields := b.upload("/documents", tiny, "a.jpg", picture("jpeg")).refused(422, "validation_error"); fields["file"] == nil {
		t.Errorf("a document below 2 KB: fields %v", fields)
	}
}

func TestStrictModeLimitsTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{Strict: true})
		for range 400 {
			b.call("GET", "/ping", nil).want(200)
		}
		b.call("GET", "/ping", nil).refused(429, "rate_limit")
		time.Sleep(time.Minute)
		b.call("GET", "/ping", nil).want(200)
	})
}

// TestManyAtOnce is for the race detector.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{CompleteAfter: time.Millisecond, Transport: &inbox{}})
	b.call("POST", "/webhooks", object{"url": "https://receiver.test/"}).want(201)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			applicantID, _ := b.ready("X", "passport")
			for range 5 {
				b.call("GET", "/applicants", nil)
				b.call("PUT", "/applicants/"+applicantID, object{"dob": "1990-01-01"})
				b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports, "asynchronous": false})
				b.call("GET", "/checks?applicant_id="+applicantID, nil)
			}
		})
	}
	all.Wait()
	if got, _ := b.call("GET", "/applicants", nil).want(200)["applicants"].([]any); len(got) != 8 {
		t.Errorf("%d applicants, want 8", len(got))
	}
}
