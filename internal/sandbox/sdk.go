package sandbox

import (
	"context"
	"net/http"
	"regexp"
	"strings"
)

// What Onfido's SDKs call is not part of its documented API: other versions, an SDK token, and calls from pages of
// other origins (Onfido Web SDK page sections 2 and 4). One handler serves all versions of a call.

// sdkVersion is one under which SDKs of some age call: v2 to v4, with or without a minor version.
var sdkVersion = regexp.MustCompile(`^v[1-4](\.[0-9])?$`)

// sdkRoutes are the calls of the SDKs, below the version.
func (s *Sandbox) sdkRoutes() []route {
	return []route{
		{"POST /sdk/configurations", s.sdkConfiguration},
		{"PATCH /applicants/{id}/location", s.own(s.sdkLocation)},
		{"GET /applicants/{id}/consents", s.own(s.sdkConsents)},
		{"PATCH /applicants/{id}/consents", s.own(s.sdkConsent)},
		{"GET /supported_documents", s.sdkSupportedDocuments},
		{"GET /report_types/proof_of_address/supported_countries", s.sdkAddressCountries},
		{"POST /documents", s.uploadDocument},
		{"POST /id_photos", s.uploadPhoto(idPhotos())},
		{"POST /signing_documents", s.uploadSigningDocument},
		{"POST /snapshots", s.sdkSnapshot},
		{"POST /live_photos", s.uploadPhoto(livePhotos())},
		{"POST /live_video_challenge", s.sdkChallenge},
		{"POST /live_videos", s.sdkLiveVideo},
		{"PUT /biometrics/media", s.sdkMotion},
		{"POST /document_video_media", s.sdkDocumentVideo},
		{"POST /binary_media", s.sdkDocumentVideo},
		{"GET /workflow_runs/{id}/tasks/current", s.sdkTask},
		{"POST /workflow_runs/{id}/tasks/{task}/complete", s.sdkCompleteTask},
		{"POST /cross_device_sms", s.sdkMessage},
		{"POST /analytics", s.sdkNoise},
		{"POST /sdk/analytics", s.sdkNoise},
		{"POST /sdk/logger", s.sdkNoise},
		{"POST /sdk/performance", s.sdkNoise},
	}
}

// forSDKs sends requests with an SDK token to what the SDKs call, and all others to the API.
func (s *Sandbox) forSDKs(api http.Handler) http.Handler {
	calls := http.NewServeMux()
	for _, rt := range s.sdkRoutes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		calls.Handle(method+" /{version}"+path, s.authorizeSDK(s.serve(anyVersion(rt.serve))))
	}
	calls.Handle("/", s.authorizeSDK(s.serve(func(http.ResponseWriter, *http.Request) (reply, error) {
		return reply{}, unauthorized() // the token opens nothing else
	})))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token, isBearer := bearer(r); isBearer && isJWT(token) {
			calls.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	})
}

func anyVersion(e endpoint) endpoint {
	return func(w http.ResponseWriter, r *http.Request) (reply, error) {
		if !sdkVersion.MatchString(r.PathValue("version")) {
			return noEndpoint(w, r)
		}
		return e(w, r)
	}
}

// fromPages lets pages of any origin call, errors and faults included. A preflight needs no token.
func fromPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin == "" {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Allow-Origin", origin)
		if r.Method != http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH")
		h.Set("Access-Control-Allow-Headers", "authorization, content-type, x-onfido-sdk-platform, x-onfido-sdk-version, "+
			"x-onfido-sdk-metadata, x-onfido-sdk-client-nonce, x-onfido-sdk-media-signature")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	})
}

// authorizeSDK lets requests with an SDK token through, from the pages that it is for.
func (s *Sandbox) authorizeSDK(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := bearer(r)
		claims, err := s.signer.verify(token, s.clock.Now())
		if err == nil && !refers(r.Referer(), claims.Payload.Ref) {
			err = badReferrer()
		}
		s.admit(w, r.WithContext(withSDKApplicant(r.Context(), claims.Payload.App)), next, err)
	})
}

// refers tells whether an address fits a referrer pattern, in which a * stands for any text.
func refers(address, pattern string) bool {
	if pattern == anyReferrer {
		return true
	}
	form := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$"
	fits, err := regexp.MatchString(form, address)
	return err == nil && fits
}

// own lets an SDK ask only about the applicant of its token.
func (s *Sandbox) own(e endpoint) endpoint {
	return func(w http.ResponseWriter, r *http.Request) (reply, error) {
		if err := mayUploadTo(r.Context(), r.PathValue("id")); err != nil {
			return reply{}, err
		}
		return e(w, r)
	}
}

type sdkApplicantKey struct{}

func withSDKApplicant(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, sdkApplicantKey{}, id)
}

// sdkApplicant is the applicant of the SDK token, empty for a request with another token.
func sdkApplicant(ctx context.Context) string {
	id, _ := ctx.Value(sdkApplicantKey{}).(string)
	return id
}

// applicantOf is the applicant that an upload names; an SDK token stands for its own.
func applicantOf(ctx context.Context, in *input) string {
	if own := sdkApplicant(ctx); own != "" && !in.has("applicant_id") {
		return own
	}
	return in.require("applicant_id")
}

// mayUploadTo refuses an SDK token that belongs to another applicant.
func mayUploadTo(ctx context.Context, applicantID string) error {
	if own := sdkApplicant(ctx); own != "" && own != applicantID {
		return unauthorized()
	}
	return nil
}
