package sandbox

import (
	"net/http"
)

// route is one operation of the API.
type route struct {
	pattern string // method and path below prefix
	serve   endpoint
}

// routes makes the handler of everything: the API behind its token, and the token endpoint, which is open.
func (s *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+prefix+"/oauth/token", s.serve(s.createAccessToken))
	for _, rt := range s.core() {
		mux.Handle(absolute(rt.pattern), s.authorize(s.serve(rt.serve)))
	}
	for _, rt := range s.uploadRoutes() {
		mux.Handle(absolute(rt.pattern), s.authorizeUpload(s.serve(rt.serve)))
	}
	mux.Handle("/", s.authorize(s.serve(noEndpoint)))
	return mux
}

// absolute puts the prefix into "METHOD /path".
func absolute(pattern string) string {
	for i := range pattern {
		if pattern[i] == '/' {
			return pattern[:i] + prefix + pattern[i:]
		}
	}
	return pattern
}

// core are the operations that take the API token (Onfido contract section 1, "Core for us").
func (s *Sandbox) core() []route {
	return []route{
		{"GET /ping", s.ping},
		{"POST /applicants", s.createApplicant},
		{"GET /applicants", s.listApplicants},
		{"GET /applicants/{id}", s.findApplicant},
		{"PUT /applicants/{id}", s.updateApplicant},
		{"DELETE /applicants/{id}", s.deleteApplicant},
		{"POST /applicants/{id}/restore", s.restoreApplicant},
		{"GET /applicants/{id}/consents", s.findConsents},
		{"GET /documents", s.listDocuments},
		{"GET /documents/{id}", s.findDocument},
		{"GET /documents/{id}/download", s.downloadDocument},
		{"GET /live_photos", s.listPhotos},
		{"GET /live_photos/{id}", s.findPhoto},
		{"GET /live_photos/{id}/download", s.downloadPhoto},
		{"POST /checks", s.createCheck},
		{"GET /checks", s.listChecks},
		{"GET /checks/{id}", s.findCheck},
		{"GET /reports", s.listReports},
		{"GET /reports/{id}", s.findReport},
		{"POST /sdk_token", s.createSDKToken},
		{"POST /webhooks", s.createWebhook},
		{"GET /webhooks", s.listWebhooks},
		{"GET /webhooks/{id}", s.findWebhook},
		{"PUT /webhooks/{id}", s.updateWebhook},
		{"DELETE /webhooks/{id}", s.deleteWebhook},
	}
}

// uploadRoutes are the operations that take an SDK token as well (Onfido contract section 0).
func (s *Sandbox) uploadRoutes() []route {
	return []route{
		{"POST /documents", s.uploadDocument},
		{"POST /live_photos", s.uploadPhoto},
	}
}

func (s *Sandbox) ping(http.ResponseWriter, *http.Request) (reply, error) {
	return fileReply(file{data: []byte("OK"), mime: "text/plain; charset=utf-8"})
}
