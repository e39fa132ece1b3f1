package sandbox

import (
	"net/http"
	"strings"
)

// route is one operation of the API.
type route struct {
	pattern string // method and path below prefix
	serve   endpoint
}

// routes makes the handler of everything: the API behind its token, the token endpoint, which is open, and the
// controls. Only the API is recorded and suffers faults.
func (s *Sandbox) routes() http.Handler {
	api := http.NewServeMux()
	api.Handle("POST "+prefix+"/oauth/token", s.serve(s.createAccessToken))
	for _, rt := range s.operations() {
		api.Handle(absolute(rt.pattern), s.authorize(s.serve(rt.serve)))
	}
	for _, rt := range s.uploadRoutes() {
		api.Handle(absolute(rt.pattern), s.authorizeUpload(s.serve(rt.serve)))
	}
	api.Handle("/", s.authorize(s.serve(noEndpoint)))

	all := http.NewServeMux()
	all.Handle("/", s.record(s.faults.Wrap(api, s.refuse)))
	for _, rt := range s.controls() {
		all.Handle(rt.pattern, s.guard(s.serve(rt.serve)))
	}
	all.Handle("/sandbox/", s.guard(s.serve(noEndpoint)))
	return all
}

// absolute puts the prefix into "METHOD /path".
func absolute(pattern string) string {
	method, path, _ := strings.Cut(pattern, " ")
	return method + " " + prefix + path
}

// operations are all operations of the API that only take the API token.
func (s *Sandbox) operations() []route {
	all := s.core()
	for _, k := range []mediaKind{livePhotos(), liveVideos(), motionCaptures(), idPhotos()} {
		all = append(all, k.routes(s)...)
	}
	return all
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
		{"GET /documents/{id}/nfc_face", s.nfcFace},
		{"GET /documents/{id}/video/download", s.documentVideo},
		{"GET /live_videos/{id}/frame", s.frame(liveVideos())},
		{"GET /motion_captures/{id}/frame", s.frame(motionCaptures())},
		{"POST /checks", s.createCheck},
		{"GET /checks", s.listChecks},
		{"GET /checks/{id}", s.findCheck},
		{"POST /checks/{id}/resume", s.resumeCheck},
		{"GET /checks/{id}/download", s.downloadCheck},
		{"GET /reports", s.listReports},
		{"GET /reports/{id}", s.findReport},
		{"POST /reports/{id}/resume", s.resumeReport},
		{"POST /reports/{id}/cancel", s.cancelReport},
		{"POST /sdk_token", s.createSDKToken},
		{"POST /webhooks", s.createWebhook},
		{"GET /webhooks", s.listWebhooks},
		{"POST /webhooks/resend", s.resendWebhooks},
		{"GET /webhooks/{id}", s.findWebhook},
		{"PUT /webhooks/{id}", s.updateWebhook},
		{"DELETE /webhooks/{id}", s.deleteWebhook},
	}
}

// uploadRoutes are the operations that take an SDK token as well (Onfido contract section 0).
func (s *Sandbox) uploadRoutes() []route {
	return []route{
		{"POST /documents", s.uploadDocument},
		{"POST /live_photos", s.uploadPhoto(livePhotos())},
		{"POST /id_photos", s.uploadPhoto(idPhotos())},
	}
}

func (s *Sandbox) ping(http.ResponseWriter, *http.Request) (reply, error) {
	return fileReply(file{data: []byte("OK"), mime: "text/plain; charset=utf-8"})
}
