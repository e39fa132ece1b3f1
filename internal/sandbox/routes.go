package sandbox

import (
	"net/http"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/panel"
)

// route is one operation of the API.
type route struct {
	pattern string // method and path below prefix
	serve   endpoint
}

// routes makes the handler of everything: the API behind its token, the token endpoint, which is open, what the SDKs
// call, the controls and the page that works on them. Only the API is recorded and suffers faults.
func (s *Sandbox) routes() (http.Handler, error) {
	api := http.NewServeMux()
	api.Handle("POST "+prefix+"/oauth/token", s.serve(s.createAccessToken))
	for _, rt := range s.operations() {
		api.Handle(absolute(rt.pattern), s.authorize(s.serve(rt.serve)))
	}
	api.Handle("/", s.authorize(s.serve(noEndpoint)))

	control := http.NewServeMux()
	for _, rt := range s.controls() {
		control.Handle(rt.pattern, s.guard(s.serve(rt.serve)))
	}
	control.Handle("/sandbox/", s.guard(s.serve(noEndpoint)))
	page, err := s.newPanel(control)
	if err != nil {
		return nil, err
	}

	all := http.NewServeMux()
	all.Handle("/", fromPages(s.record(s.faults.Wrap(s.forSDKs(api), s.refuse))))
	all.Handle("/sandbox", control)
	all.Handle("/sandbox/", control)
	all.Handle(panel.Root+"{$}", page)
	all.Handle(panel.Below, page)
	return all, nil
}

// absolute puts the prefix into "METHOD /path".
func absolute(pattern string) string {
	method, path, _ := strings.Cut(pattern, " ")
	return method + " " + prefix + path
}

// operations are all operations of the API.
func (s *Sandbox) operations() []route {
	all := append(s.core(), s.uploads()...)
	all = append(all, s.studio()...)
	all = append(all, s.periphery()...)
	for _, k := range []mediaKind{livePhotos(), liveVideos(), motionCaptures(), idPhotos()} {
		all = append(all, k.routes(s)...)
	}
	return all
}

// core are the operations on what is there (Onfido contract section 1, "Core for us").
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

// studio are the operations of workflows (Onfido contract section 1, "Studio and periphery").
func (s *Sandbox) studio() []route {
	return []route{
		{"POST /workflow_runs", s.createRun},
		{"GET /workflow_runs", s.listRuns},
		{"GET /workflow_runs/{id}", s.findRun},
		{"GET /workflow_runs/{id}/signed_evidence_file", s.signedEvidence},
		{"GET /workflow_runs/{id}/evidence_folder", s.evidenceFolder},
		{"POST /workflow_runs/{id}/timeline_file", s.createTimeline},
		{"GET /workflow_runs/{id}/timeline_file/{file}", s.findTimeline},
		{"GET /workflow_runs/{id}/tasks", s.listTasks},
		{"GET /workflow_runs/{id}/tasks/{task}", s.findTask},
		{"POST /workflow_runs/{id}/tasks/{task}/complete", s.completeTask},
		{"GET /qualified_electronic_signature/documents", s.signature},
		{"GET /advanced_electronic_signature/documents", s.signature},
		{"GET /simple_electronic_signature/documents", s.signature},
	}
}

// periphery are the small operations around the core.
func (s *Sandbox) periphery() []route {
	return []route{
		{"GET /addresses/pick", s.pickAddresses},
		{"POST /extractions", s.extract},
		{"GET /repeat_attempts/{id}", s.repeatAttempts},
		{"POST /results_feedback", s.giveFeedback},
		{"GET /signing_documents", s.listSigningDocuments},
		{"GET /signing_documents/{id}", s.findSigningDocument},
		{"GET /signing_documents/{id}/download", s.downloadSigningDocument},
		{"POST /watchlist_monitors", s.createMonitor},
		{"GET /watchlist_monitors", s.listMonitors},
		{"GET /watchlist_monitors/{id}", s.findMonitor},
		{"DELETE /watchlist_monitors/{id}", s.deleteMonitor},
		{"GET /watchlist_monitors/{id}/matches", s.listMatches},
		{"PATCH /watchlist_monitors/{id}/matches", s.updateMatches},
		{"POST /watchlist_monitors/{id}/new_report", s.renewReport},
		{"GET /complyadvantage_watchlists/alerts/{id}/risks", s.alertRisks},
		{"GET /passkeys/{user}", s.listPasskeys},
		{"DELETE /passkeys/{user}", s.deletePasskeys},
		{"GET /passkeys/{user}/{id}", s.findPasskey},
		{"PUT /passkeys/{user}/{id}", s.updatePasskey},
		{"DELETE /passkeys/{user}/{id}", s.deletePasskeys},
		{"GET /biometric_tokens/{user}", s.listBiometricTokens},
		{"DELETE /biometric_tokens/{user}", s.deleteBiometricTokens},
		{"GET /biometric_tokens/{user}/{id}", s.findBiometricToken},
		{"PUT /biometric_tokens/{user}/{id}", s.updateBiometricToken},
		{"DELETE /biometric_tokens/{user}/{id}", s.deleteBiometricToken},
	}
}

// uploads are the operations that bring files.
func (s *Sandbox) uploads() []route {
	return []route{
		{"POST /documents", s.uploadDocument},
		{"POST /live_photos", s.uploadPhoto(livePhotos())},
		{"POST /id_photos", s.uploadPhoto(idPhotos())},
		{"POST /signing_documents", s.uploadSigningDocument},
	}
}

func (s *Sandbox) ping(http.ResponseWriter, *http.Request) (reply, error) {
	return fileReply(file{data: []byte("OK"), mime: "text/plain; charset=utf-8"})
}
