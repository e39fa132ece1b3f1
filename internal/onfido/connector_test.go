package onfido

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

func wantLater(t *testing.T, err error, after time.Duration) {
	t.Helper()
	later, ok := errors.AsType[*idv.Later](err)
	if !ok || later.After != after {
		t.Errorf("%v (%+v), want one that says: again after %v", err, later, after)
	}
}

func wantFailure(t *testing.T, err error, want idv.Failure) {
	t.Helper()
	failure, ok := errors.AsType[*idv.Failure](err)
	if !ok {
		t.Fatalf("%v, want a failure", err)
	}
	if *failure != want {
		t.Errorf("got  %+v\nwant %+v", *failure, want)
	}
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Process.PrivacyConsent = new(true)
	b.Process.Location = idv.Location{Country: "USA", IPAddress: "192.0.2.7"}
	b.UserData = &idv.UserData{
		FirstName: "Anna", LastName: "Specimen", DateOfBirth: "1965-03-10", Email: "anna@a.example", PhoneNumber: "+3112345678",
		Address: &idv.Address{Street: "Main St", BuildingNumber: "1", Town: "Springfield", State: "IL", Postcode: "62701", Country: "USA"},
	}
	b.finish(t)
	asJSON := func(x resource) string {
		delete(x, "created_at")
		s, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		return string(s)
	}
	for what, pair := range map[string][2]string{
		"applicant": {asJSON(b.onfido.applicants[0]), `{"address":{"building_number":"1","country":"USA","postcode":"62701","state":"IL","street":"Main St","town":"Springfield"},` +
			`"consents":[{"granted":true,"name":"privacy_notices_read"}],"dob":"1965-03-10","email":"anna@a.example","first_name":"Anna","id":"applicants-1","last_name":"Specimen",` +
			`"location":{"country_of_residence":"USA","ip_address":"192.0.2.7"},"phone_number":"+3112345678"}`},
		"front": {asJSON(b.onfido.documents[0]), `{"applicant_id":"applicants-1","file_name":"front.jpg","file_size":3000,"id":"documents-1","media_type":"image/jpeg","side":"front","type":"national_identity_card"}`},
		"back":  {asJSON(b.onfido.documents[1]), `{"applicant_id":"applicants-1","file_name":"back.jpg","file_size":3001,"id":"documents-2","media_type":"image/jpeg","side":"back","type":"national_identity_card"}`},
		"photo": {asJSON(b.onfido.photos[0]), `{"advanced_validation":"true","applicant_id":"applicants-1","file_name":"selfie.png","file_size":3002,"id":"live_photos-1","media_type":"image/png"}`},
		"check": {asJSON(b.onfido.checks[0]), `{"applicant_id":"applicants-1","asynchronous":true,"document_ids":["documents-1","documents-2"],"id":"checks-1","privacy_notices_read_consent_given":true,` +
			`"report_names":["document","facial_similarity_photo"],"status":"complete","tags":["dossier-process:686f23a4-b50e-4e36-9387-d94b95ef8ed0"]}`},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s\ngot  %s\nwant %s", what, pair[0], pair[1])
		}
	}
}

func TestWithoutNamesOrConsentNoneIsSent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.UserData = &idv.UserData{FirstName: "Anna"}
	b.Process.PrivacyConsent = new(false)
	b.finish(t)
	a := b.onfido.applicants[0]
	if a["first_name"] != "Anna" || a["last_name"] != "ref-686f23a4b50e4e369387d94b95ef8ed0" || a["consents"] != nil || b.onfido.checks[0]["privacy_notices_read_consent_given"] != nil {
		t.Errorf("%v, %v", a, b.onfido.checks[0])
	}
}

func TestReportNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind     idv.ProcessType
		document idv.DocumentType
		extra    bool
		want     []string
		motion   bool
	}{
		{idv.TypeDocument, idv.Passport, false, []string{"document"}, false},
		{idv.TypeDocument, idv.DriversLicense, false, []string{"document"}, false},
		{idv.TypeDocument, idv.DriversLicense, true, []string{"document_with_driver_verification"}, false},
		{idv.TypeDocument, "", true, []string{"document_with_driver_verification"}, false},
		{idv.TypeDocument, idv.Passport, true, []string{"document"}, false},
		{idv.TypeDocumentSelfie, idv.DriversLicense, true, []string{"document_with_driver_verification", "facial_similarity_photo"}, false},
		{idv.TypeDocumentVideo, idv.Passport, false, []string{"document", "facial_similarity_video"}, false},
		{idv.TypeDocumentVideo, idv.Passport, false, []string{"document", "facial_similarity_motion"}, true},
		{idv.TypeDocumentSelfie, idv.Passport, false, []string{"document", "facial_similarity_photo"}, true},
	}
	for _, test := range tests {
		p := &idv.Process{Type: test.kind, DocumentType: test.document, ExtraLicenceData: test.extra}
		if got := (&Connector{motion: test.motion}).reportNames(idv.Case{Process: p, Journal: &memory{}}); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

func TestDocumentAloneNeedsNoSelfie(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Process.Type = idv.TypeDocument
	v, err := b.work()
	if err != nil || v.Status != idv.StatusAccepted || len(v.Reports) != 1 || len(b.onfido.photos) != 0 {
		t.Errorf("%+v, %v, %d photos", v, err, len(b.onfido.photos))
	}
}

func TestRefusalsThatRepeatingCannotMend(t *testing.T) {
	t.Parallel()
	faces := string(readTestdata(t, "refusal-multiple-faces.json"))
	var golden struct {
		FailReason struct{ Type, Message string }
	}
	decodeInto(t, readTestdata(t, "golden", "get-process-failed.json"), &golden)
	example := idv.Failure{Type: idv.FailureType(golden.FailReason.Type), Message: golden.FailReason.Message}
	const noCheck = `{"error":{"type":"validation_error","message":"There was a validation error on this request","fields":{"applicant":["You must provide a live photo"]}}}`
	tests := map[string]struct {
		body string
		want idv.Failure
	}{
		"POST /live_photos": {faces, example},
		"POST /documents":   {`{"error":{"message":"No","fields":{"file":["is empty"]}}}`, idv.Failure{Type: idv.FailUpload, Message: "No (status code 422) | Field errors: {file=[is empty]}"}},
		"POST /checks": {noCheck, idv.Failure{
			Type: idv.FailProvider, Message: "There was a validation error on this request (status code 422) | Field errors: {applicant=[You must provide a live photo]}",
		}},
		"POST /applicants": {`{}`, idv.Failure{Type: idv.FailProvider, Message: "The provider refused the request (status code 422)"}},
	}
	for call, test := range tests {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.onfido.faults[call] = []fault{invalid}
			b.onfido.refusals[call] = test.body
			_, err := b.work()
			wantFailure(t, err, test.want)
			if b.onfido.requests(call) != 1 {
				t.Errorf("it was asked %d times", b.onfido.requests(call))
			}
		})
	}
}

func TestWhenToTryAgain(t *testing.T) {
	t.Parallel()
	tests := map[fault]time.Duration{busy: 7 * time.Second, denied: time.Minute, unprivileged: time.Minute, cut: 30 * time.Second, down: 30 * time.Second}
	for f, want := range tests {
		b := newBench(t)
		b.onfido.faults["POST /live_photos"] = []fault{f}
		_, err := b.Advance(t.Context(), b.Case)
		wantLater(t, err, want)
	}
	b := newBench(t)
	b.onfido.faults["GET /checks"] = []fault{down}
	_, err := b.Advance(t.Context(), b.Case)
	if _, isLater := errors.AsType[*idv.Later](err); err == nil || isLater {
		t.Errorf("%v: nothing is known of the time, the caller backs off", err)
	}
}

// TestApplicantIsGone: the operator deleted the person in Onfido's dashboard.
func TestApplicantIsGone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.journal.steps[idv.StepCheck] = idv.Step{IntendedAt: b.clock.now(), Ref: "checks-7"}
	_, err := b.work()
	wantFailure(t, err, idv.Failure{Type: idv.FailProvider, Message: "Could not find it (status code 404)"})
}

func TestWaitingGrowsWithTheCheck(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.polls = 1000
	age := time.Duration(0)
	for _, step := range []struct{ age, want time.Duration }{
		{0, time.Second}, {4 * time.Second, time.Second}, {time.Minute, 15 * time.Second}, {10 * time.Minute, 150 * time.Second}, {time.Hour, 5 * time.Minute},
	} {
		b.clock.move(step.age - age)
		age = step.age
		progress, err := b.Advance(t.Context(), b.Case)
		if err != nil || progress.Verdict != nil || progress.Wait != step.want {
			t.Errorf("after %v: %+v, %v; want %v", step.age, progress, err, step.want)
		}
	}
}

func TestChecksThatDoNotEndWell(t *testing.T) {
	t.Parallel()
	const complete = `"status":"complete","result":"clear","sub_result":"clear"`
	tests := []struct {
		name, status, reports string
		want                  string // of the failure; empty for waiting
	}{
		{"withdrawn", "withdrawn", `[]`, "the provider withdrew the check"},
		{"paused", "paused", `[]`, ""},
		{"awaiting the applicant", "awaiting_applicant", `[]`, ""},
		{"a new word", "contemplating", `[]`, ""},
		{"no reports", "complete", `[]`, "the check is complete but has no document report"},
		{"no face report", "complete", `[{"name":"document",` + complete + `}]`, "the check is complete but has no facial similarity report"},
		{"reports of no shape", "complete", `["x",null,7,{"name":7}]`, "the check is complete but has no document report"},
		{"a cancelled report", "complete", `[{"name":"document","status":"cancelled"},{"name":"facial_similarity_photo",` + complete + `}]`, "the provider gave up a report of the check"},
		{"a withdrawn report", "complete", `[{"name":"document",` + complete + `},{"name":"facial_similarity_photo","status":"withdrawn"}]`, "the provider gave up a report of the check"},
		{"a report to come", "complete", `[{"name":"document",` + complete + `},{"name":"facial_similarity_photo","status":"awaiting_data"}]`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.onfido.polls, b.onfido.status = 0, test.status
			decodeInto(t, []byte(test.reports), &b.onfido.reports)
			progress, err := b.Advance(t.Context(), b.Case)
			if test.want == "" {
				if err != nil || progress.Verdict != nil || progress.Wait <= 0 {
					t.Errorf("%+v, %v", progress, err)
				}
				return
			}
			wantFailure(t, err, idv.Failure{Type: idv.FailProvider, Message: test.want})
		})
	}
}

// TestLeaseLostStopsAtOnce: another worker has the process.
func TestLeaseLostStopsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.journal.deaths["before intent of document_front"] = true
	if _, err := b.Advance(t.Context(), b.Case); !errors.Is(err, errDied) {
		t.Errorf("%v", err)
	}
	if b.onfido.requests("POST /documents") != 0 {
		t.Error("it went on")
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.applicants = []resource{{"id": "a1"}}
	const call = "DELETE /applicants"
	b.onfido.faults[call] = []fault{down, busy, denied, invalid, invalid}
	b.onfido.refusals[call] = `{"error":{"type":"deletion_incomplete_checks","message":"Applicants with checks in progress cannot be deleted."}}`
	if err := b.Forget(t.Context(), "a1"); err == nil {
		t.Error("no error while Onfido is down")
	}
	wantLater(t, b.Forget(t.Context(), "a1"), 7*time.Second)
	b.clock.move(7 * time.Second)
	wantLater(t, b.Forget(t.Context(), "a1"), time.Minute)
	wantLater(t, b.Forget(t.Context(), "a1"), time.Minute)
	b.onfido.refusals[call] = `{"error":{"type":"validation_error"}}`
	if err := b.Forget(t.Context(), "a1"); err == nil || strings.Contains(err.Error(), "a1") {
		t.Errorf("%v", err)
	}
	for range 2 {
		if err := b.Forget(t.Context(), "a1"); err != nil {
			t.Error(err)
		}
	}
	if len(b.onfido.applicants) != 0 {
		t.Error("it is still there")
	}
}

// TestNoAccessTokenIsNoFailure: what the token endpoint says is about our
// account, never about the process.
func TestNoAccessTokenIsNoFailure(t *testing.T) {
	t.Parallel()
	for status, later := range map[int]time.Duration{
		http.StatusBadRequest: 0, http.StatusNotFound: 0, http.StatusServiceUnavailable: 0,
		http.StatusUnauthorized: time.Minute, http.StatusTooManyRequests: 30 * time.Second,
	} {
		b := newBench(t)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(server.Close)
		api, err := onfidoapi.New(onfidoapi.Config{BaseURL: server.URL, ClientID: "id", ClientSecret: "secret"})
		if err != nil {
			t.Fatal(err)
		}
		b.api = api
		_, err = b.Advance(t.Context(), b.Case)
		if _, isFailure := errors.AsType[*idv.Failure](err); err == nil || isFailure {
			t.Errorf("%d: %v", status, err)
		}
		if later > 0 {
			wantLater(t, err, later)
		}
		if len(b.journal.steps) != 0 {
			t.Errorf("%d: the intent is not withdrawn", status)
		}
	}
}

func TestImageThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	broken := errors.New("the disk is away")
	b.Open = func(context.Context, idv.Image) (io.ReadCloser, error) { return nil, broken }
	if _, err := b.Advance(t.Context(), b.Case); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	b.Open = openImage
	b.finish(t)
}

func TestNewNeedsAnAccount(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("no error")
	}
}

func TestWebhookTokenOfTheOperator(t *testing.T) {
	t.Parallel()
	api, err := onfidoapi.New(onfidoapi.Config{Token: "x"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{API: api, WebhookToken: knownToken})
	if err != nil {
		t.Fatal(err)
	}
	if ref, err := c.ReadHint([]byte(knownBody), knownSignature); ref != "check-123" || err != nil {
		t.Errorf("%q, %v", ref, err)
	}
}
