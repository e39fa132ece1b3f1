package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/idv"
)

// TestDocumentVideo verifies by film. Nothing of ours brings one to Onfido yet,
// so the test stands in for the app: it gives the applicant a film at the
// sandbox while the sandbox keeps the check from being made.
func TestDocumentVideo(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		ref := s.appProcess()
		check(t, s.api.SetImages(t.Context(), ref, s.picture("front")))
		s.steer(http.MethodPut, "/sandbox/faults", `{"faults":[{"kind":"status","status":503,"method":"POST","path":"/checks"}]}`)
		_, err := s.api.StartVerification(t.Context(), ref)
		check(t, err)
		s.steer(http.MethodPost, "/sandbox/live_videos", `{"applicant_id":"`+s.onlyApplicant()+`"}`)
		s.steer(http.MethodDelete, "/sandbox/faults", "")
		p, err := s.api.WaitForResult(t.Context(), ref, nil)
		check(t, err)
		if p.Status != "accepted" {
			t.Fatalf("%s: %s", p.Status, p.Raw)
		}
		type part struct {
			Result     string
			Properties map[string]any
			Breakdown  map[string]*part
		}
		var specific struct {
			FacialSimilarity struct {
				Result, SimilarityScore, VisualAuthenticity string
				Breakdowns                                  map[string]*part
			}
		}
		check(t, json.Unmarshal(p.ProviderSpecific, &specific))
		face := specific.FacialSimilarity
		if face.Result != "clear" || face.VisualAuthenticity != "clear" || face.SimilarityScore == "" ||
			face.Breakdowns["visualAuthenticity"].Breakdown["livenessDetected"].Result != "clear" {
			t.Errorf("facial similarity %s", p.ProviderSpecific)
		}
		if id, _ := face.Breakdowns["faceComparison"].Breakdown["faceMatch"].Properties["liveVideoId"].(string); s.atSandbox("/live_videos/"+id).status != 200 {
			t.Errorf("faceMatch names the film %q", id)
		}
		s.wantRefusal(s.call(s.token(), http.MethodGet, pathOf(ref)+"/video", ""), 404, "not_found")
		if slices.Contains(p.Depictions, "video") {
			t.Errorf("depictions %v without a film", p.Depictions)
		}
		files := s.unzip(s.call(s.token(), http.MethodGet, pathOf(ref)+"/download", "").body)
		var raw struct{ Name string }
		check(t, json.Unmarshal(files["facial_similarity.json"], &raw))
		if raw.Name != "facial_similarity_video" {
			t.Errorf("the raw report is %s", raw.Name)
		}
		for name := range files {
			if strings.HasPrefix(name, "video/") {
				t.Errorf("the full result has %s, and there is no film", name)
			}
		}
	})
}

// appProcess makes a documentVideo process as create process will with
// mobileAppId.
func (s *stack) appProcess() client.Ref {
	s.t.Helper()
	d, err := s.api.CreateDossier(s.t.Context(), "")
	check(s.t, err)
	now := s.server.auth.Now().UTC()
	p := &idv.Process{
		ID: newID(), TenantID: "default", DossierID: d.DossierID, Provider: idv.ProviderOnfido, Type: idv.TypeDocumentVideo,
		DocumentType: idv.Passport, Path: idv.PathSDK, Location: idv.Location{Country: "NLD"}, MobileAppID: "com.example.app",
		Status: idv.StatusPending, CreatedAt: now, UpdatedAt: now,
	}
	check(s.t, s.server.db.Update(s.t.Context(), func(tx idv.Tx) error {
		return tx.CreateProcess(s.t.Context(), p, idv.Effects{Event: p.Created()})
	}))
	return client.Ref{DossierID: d.DossierID, ProcessID: p.ID}
}
