package sandbox_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// FuzzBodies: whatever JSON, or not JSON, is sent anywhere, the answer is no fault of the sandbox, and it answers
// afterwards.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		`{"first_name":"A","last_name":"B","address":{"postcode":"1","country":"NLD"},"location":{"ip_address":"::1%eth0"}}`,
		`{"applicant_id":"APPLICANT","report_names":["document"],"consider":[],"us_driving_licence":{}}`,
		`{"url":"http://[::1]:99999/","events":[],"environments":null}`,
		`{"data":[{"resource_id":null,"event":7}]}`,
		`{"applicant_id":"APPLICANT","workflow_id":"x","link":{"language":"xx"},"custom_data":[]}`,
		`{"next":"check","reports":{"document":{"raw":{"breakdown":{"document_id":[]}}}}}`,
		`{"seed":1,"faults":[{"kind":"rate_limit","per_minute":1,"times":1}]}`,
		`{"version":1,"checks":[{"id":"c","row":{"id":"c","status":"in_progress","report_ids":["r"]}}],"applicants":[{"id":"a","row":{"delete_at":"x"}}]}`,
		`{"duration":"1h"}`, `[]`, `null`, `{`, "",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		b := newBox(t, sandbox.Options{CompleteAfter: time.Nanosecond, Transport: &inbox{}, MaxApplicants: 3, MaxFileBytes: 1 << 20})
		applicantID, _ := b.ready("X", "passport")
		body = strings.ReplaceAll(body, "APPLICANT", applicantID)
		for _, call := range []string{
			"POST /v3.6/applicants", "PUT /v3.6/applicants/" + applicantID, "POST /v3.6/documents", "POST /v3.6/checks", "POST /v3.6/sdk_token",
			"POST /v3.6/webhooks", "POST /v3.6/webhooks/resend", "POST /v3.6/extractions", "POST /v3.6/results_feedback", "POST /v3.6/workflow_runs",
			"POST /v3.6/watchlist_monitors", "POST /v3.6/oauth/token", "POST /sandbox/scenarios", "POST /sandbox/clock/advance",
			"POST /sandbox/live_videos", "PUT /sandbox/state", "GET /v3.6/applicants", "GET /v3.6/workflow_runs",
		} {
			method, path, _ := strings.Cut(call, " ")
			req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
			req.Header.Set("Authorization", "Token token="+b.Token())
			w := httptest.NewRecorder()
			b.Handler().ServeHTTP(w, req)
			if w.Code >= 500 {
				t.Errorf("%s: %d %s", call, w.Code, w.Body)
			}
		}
	})
}
