package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// aFilm has the beginning of a WebM file, which is all that anybody looks at.
var aFilm = append([]byte("\x1a\x45\xdf\xa3"), bytes.Repeat([]byte("film"), 50_000)...)

// TestAnAppBringsAFilm verifies by a live video, and by a motion capture where the
// app has made one.
func TestAnAppBringsAFilm(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		a := s.newApp("documentVideo")
		a.bringDocument("front", "front")
		s.wantRefusal(s.call(s.token(), http.MethodPost, pathOf(a.ref), ""), 400, "images_missing", "video")
		posed := a.bring(http.MethodPost, "/v3/live_video_challenge", "x", nil, nil)["data"].(map[string]any)
		challenge, err := json.Marshal(posed["challenge"])
		check(s.t, err)
		a.bring(http.MethodPost, "/v3/live_videos", "file", aFilm, map[string]string{"challenge_id": posed["id"].(string), "challenge": string(challenge)})
		s.wantFilmChecked(a.ref, "facial_similarity_video", "liveVideoId", "/live_videos/", aFilm)

		m := s.newApp("documentVideo")
		m.bringDocument("front", "front")
		motion := append([]byte("\x00\x00\x00\x14ftypisom"), aFilm...)
		m.bring(http.MethodPut, "/v3/biometrics/media", "media", motion, map[string]string{"type": "liveness"})
		s.wantFilmChecked(m.ref, "facial_similarity_motion", "motionCaptureId", "/motion_captures/", motion)
	})
}

// wantFilmChecked starts a process and demands an accepted film, in the report of
// that name, and kept here.
func (s *stack) wantFilmChecked(ref client.Ref, report, property, path string, film []byte) {
	s.t.Helper()
	p := s.result(ref)
	if p.Status != "accepted" {
		s.t.Fatalf("%s: %s", p.Status, p.Raw)
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
	check(s.t, json.Unmarshal(p.ProviderSpecific, &specific))
	face := specific.FacialSimilarity
	if face.Result != "clear" || face.VisualAuthenticity != "clear" || face.SimilarityScore == "" ||
		face.Breakdowns["visualAuthenticity"].Breakdown["livenessDetected"].Result != "clear" {
		s.t.Errorf("facial similarity %s", p.ProviderSpecific)
	}
	if id, _ := face.Breakdowns["faceComparison"].Breakdown["faceMatch"].Properties[property].(string); s.atSandbox(path+id).status != 200 {
		s.t.Errorf("faceMatch names the film %q in %v", id, face.Breakdowns["faceComparison"].Breakdown["faceMatch"].Properties)
	}
	files := s.unzip(s.call(s.token(), http.MethodGet, pathOf(ref)+"/download", "").body)
	var raw struct{ Name string }
	check(s.t, json.Unmarshal(files["facial_similarity.json"], &raw))
	if raw.Name != report {
		s.t.Errorf("the raw report is %s", raw.Name)
	}
	if got := s.call(s.token(), http.MethodGet, pathOf(ref)+"/video", ""); got.status != 200 || !bytes.Equal(got.body, film) {
		s.t.Errorf("the film here: %d, %d bytes", got.status, len(got.body))
	}
}

// TestAFilmOfOurOwn goes the way of our pages, by the use cases that they call:
// pose a challenge, take the film, send it to where the SDKs send theirs.
func TestAFilmOfOurOwn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		ref, k := s.capturing()
		challenge, err := s.server.use.Pose(s.t.Context(), k)
		check(s.t, err)
		if challenge.Ref == "" || len(challenge.Tasks) != 2 {
			s.t.Fatalf("challenge %+v", challenge)
		}
		answer := service.FilmAnswer{Challenge: challenge.Ref, SwitchedAt: 3 * time.Second, Language: "de"}
		check(s.t, s.server.use.SetVideo(s.t.Context(), k, answer, bytes.NewReader(aFilm)))
		s.wantFilmChecked(ref, "facial_similarity_video", "liveVideoId", "/live_videos/", aFilm)
		var list struct {
			LiveVideos []struct{ ID string } `json:"live_videos"`
		}
		check(s.t, json.Unmarshal(s.atSandbox("/live_videos?applicant_id="+s.onlyApplicant()).body, &list))
		found := s.atSandbox("/live_videos/" + list.LiveVideos[0].ID).json(s.t)
		if found["file_name"] != "video.webm" || len(found["challenge"].([]any)) != 2 || len(found["languages"].([]any)) != 1 {
			s.t.Errorf("at the sandbox %v", found)
		}
	})
}

// capturing makes a pending documentVideo process of a capture flow that has its
// front.
func (s *stack) capturing() (client.Ref, idv.ProcessKey) {
	s.t.Helper()
	d, err := s.api.CreateDossier(s.t.Context(), "")
	check(s.t, err)
	v, err := s.server.use.CreateProcess(s.t.Context(), "default", d.DossierID, &idv.Process{
		Provider: idv.ProviderOnfido, Type: idv.TypeDocumentVideo, DocumentType: idv.Passport, Path: idv.PathCapture, Location: idv.Location{Country: "NLD"},
	})
	check(s.t, err)
	ref := client.Ref{DossierID: d.DossierID, ProcessID: v.ID}
	check(s.t, s.api.SetImages(s.t.Context(), ref, s.picture("front")))
	return ref, idv.ProcessKey{Tenant: "default", Dossier: d.DossierID, Process: v.ID}
}
