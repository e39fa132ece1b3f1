package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/idv"

	"github.com/dossier-id/dossier/internal/signing"
)

// verifyZip runs the command on a file and gives its output and exit status.
func (s *stack) verifyZip(file []byte, args ...string) (string, int) {
	s.t.Helper()
	name := filepath.Join(s.t.TempDir(), "result.zip")
	check(s.t, os.WriteFile(name, file, 0o600))
	var out, errs bytes.Buffer
	none := func(string) (string, bool) { return "", false }
	status := run(world{ctx: s.t.Context(), out: &out, err: &errs, lookup: none}, append([]string{"verify-zip", name}, args...))
	return out.String() + errs.String(), status
}

func TestFullResult(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token, ref := s.token(), s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna", LastName: "Specimen"}, "front", "selfie")
		s.wantRefusal(s.call(token, http.MethodGet, pathOf(ref)+"/download", ""), 409, "invalid_state")
		if p := s.result(ref); p.Status != "accepted" {
			t.Fatal(p.Status)
		}
		first := s.call(token, http.MethodGet, pathOf(ref)+"/download", "")
		again := s.call(token, http.MethodGet, pathOf(ref)+"/download", "")
		if first.status != 200 || first.header.Get("Content-Type") != "application/zip" || !bytes.Equal(first.body, again.body) {
			t.Fatalf("%d %s, equal %v", first.status, first.header.Get("Content-Type"), bytes.Equal(first.body, again.body))
		}
		if got := first.header.Get("Content-Disposition"); got != `attachment; filename="`+ref.ProcessID+`.zip"` {
			t.Errorf("Content-Disposition %s", got)
		}
		files := s.unzip(first.body)
		process := s.call(token, http.MethodGet, pathOf(ref), "")
		if !bytes.Equal(files["process.json"], process.body) {
			t.Errorf("process.json is not Get process:\n%s\n%s", files["process.json"], process.body)
		}
		for _, name := range []string{"front", "selfie"} {
			if !bytes.Equal(files["images/"+name+".jpg"], specimenFile(s.t, name)) {
				t.Errorf("images/%s.jpg is not the image", name)
			}
		}
		s.wantRawReports(files)
		for _, want := range []string{"ANNA", "Accepted", "data:image/jpeg;base64,"} {
			if !strings.Contains(strings.ToUpper(string(files["report.html"])), strings.ToUpper(want)) {
				t.Errorf("report.html lacks %s", want)
			}
		}
		if len(files) != 8 {
			t.Errorf("files %v", len(files))
		}
		s.wantChecked(first.body)
	})
}

// wantRawReports holds the reports in the zip to what the sandbox answers, byte
// for byte.
func (s *stack) wantRawReports(files map[string][]byte) {
	s.t.Helper()
	var checks struct{ Checks []struct{ ID string } }
	check(s.t, json.Unmarshal(s.atSandbox("/checks?applicant_id="+s.onlyApplicant()).body, &checks))
	var reports struct{ Reports []json.RawMessage }
	check(s.t, json.Unmarshal(s.atSandbox("/reports?check_id="+checks.Checks[0].ID).body, &reports))
	for _, raw := range reports.Reports {
		name := "document_verification.json"
		if bytes.Contains(raw, []byte(`"facial_similarity_photo"`)) {
			name = "facial_similarity.json"
		}
		if !bytes.Equal(files[name], raw) {
			s.t.Errorf("%s is not the raw report", name)
		}
	}
}

func (s *stack) unzip(file []byte) map[string][]byte {
	s.t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	check(s.t, err)
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		check(s.t, err)
		files[f.Name], err = io.ReadAll(r)
		check(s.t, err)
	}
	return files
}

// wantChecked runs dossier verify-zip with the server's keys, from the server
// and from a file, on the file as it is and changed.
func (s *stack) wantChecked(file []byte) {
	s.t.Helper()
	jwks := s.call("", http.MethodGet, "/.well-known/jwks.json", "")
	keys := filepath.Join(s.t.TempDir(), "keys.json")
	check(s.t, os.WriteFile(keys, jwks.body, 0o600))
	changed := bytes.Clone(file)
	changed[bytes.Index(changed, specimenFile(s.t, "selfie"))+1000] ^= 1
	for _, source := range [][]string{{"--jwks", keys}, {"--jwks", s.url + "/.well-known/jwks.json"}, {"--url", s.url}} {
		if out, status := s.verifyZip(file, source...); status != 0 || !strings.HasPrefix(out, "genuine: every byte is as the server signed it") {
			s.t.Errorf("%v: status %d: %s", source, status, out)
		}
		if out, status := s.verifyZip(changed, source...); status != 2 || !strings.Contains(out, "images/selfie.jpg was changed") || strings.Contains(out, "front.jpg was") {
			s.t.Errorf("%v: a changed selfie: status %d: %s", source, status, out)
		}
	}
	if out, status := s.verifyZip(file, "--jwks", "http://example.org/keys"); status != 1 || !strings.Contains(out, "must be https") {
		s.t.Errorf("keys by http: status %d: %s", status, out)
	}
	if err := os.WriteFile(keys, []byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if out, status := s.verifyZip(file, "--jwks", keys); status != 2 || !strings.Contains(out, "no signature by a known key fits") {
		s.t.Errorf("another server's keys: status %d: %s", status, out)
	}
}

// TestFullResultOfEachStatus: a check that completed has one, a process that
// failed has not.
func TestFullResultOfEachStatus(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token := s.token()
		considered := s.pendingProcess(passportOrder(), client.UserData{LastName: "Consider"}, "front", "selfie")
		if p := s.result(considered); p.Status != "inconclusive" {
			t.Fatal(p.Status)
		}
		got := s.call(token, http.MethodGet, pathOf(considered)+"/download", "")
		keys, err := signing.ParseKeySet(s.call("", http.MethodGet, "/.well-known/jwks.json", "").body)
		check(t, err)
		v, err := archive.Verify(bytes.NewReader(got.body), int64(len(got.body)), keys)
		check(t, err)
		if !v.Genuine() || v.Manifest.Status != "inconclusive" || v.Manifest.DossierID != considered.DossierID {
			t.Errorf("%+v", v)
		}
		canceled := s.pendingProcess(passportOrder(), client.UserData{})
		if got := s.call(token, http.MethodPost, pathOf(canceled)+"/cancel", ""); got.status != 200 || got.json(t)["status"] != "canceled" || got.json(t)["processId"] != canceled.ProcessID {
			t.Errorf("cancel: %d %s", got.status, got.body)
		}
		if specific, there := s.call(token, http.MethodGet, pathOf(canceled), "").json(t)["providerSpecific"]; !there || len(specific.(map[string]any)) != 0 {
			t.Errorf("a canceled process has the provider's %v", specific)
		}
		s.wantRefusal(s.call(token, http.MethodGet, pathOf(canceled)+"/download", ""), 409, "invalid_state")
		for _, path := range []string{"/cancel", "", "/images/from-files"} {
			s.wantRefusal(s.call(token, http.MethodPost, pathOf(canceled)+path, ""), 409, "invalid_state")
		}
		s.wantRefusal(s.call(token, http.MethodPost, pathOf(considered)+"/cancel", ""), 409, "invalid_state")
		s.wantRefusal(s.call(token, http.MethodGet, pathOf(canceled)+"/video", ""), 404, "not_found")
	})
}

// TestVideo stores a film as a capture will, and gets it back.
func TestVideo(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		ref, token := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie"), s.token()
		film := s.putVideo(ref)
		got := s.call(token, http.MethodGet, pathOf(ref)+"/video", "")
		if got.status != 200 || got.header.Get("Content-Type") != "video/webm" || !bytes.Equal(got.body, film) {
			t.Errorf("%d %s, %d bytes", got.status, got.header.Get("Content-Type"), len(got.body))
		}
		if p := s.result(ref); !slices.Equal(p.Depictions, []string{"front", "selfie"}) {
			t.Errorf("depictions %v", p.Depictions)
		}
		if files := s.unzip(s.call(token, http.MethodGet, pathOf(ref)+"/download", "").body); !bytes.Equal(files["video/video.webm"], film) {
			t.Error("the video is not in the full result")
		}
	})
}

// putVideo keeps a film for a process, as a capture will.
func (s *stack) putVideo(ref client.Ref) []byte {
	s.t.Helper()
	film := bytes.Repeat([]byte("film"), 50_000)
	video := idv.Image{
		TenantID: "default", DossierID: ref.DossierID, ProcessID: ref.ProcessID, Depiction: idv.Video,
		Blob: newID(), MediaType: "video/webm", Size: int64(len(film)), CreatedAt: s.server.auth.Now(),
	}
	check(s.t, s.server.blobs.Put(s.t.Context(), idv.BlobOf(video), bytes.NewReader(film)))
	check(s.t, s.server.db.Update(s.t.Context(), func(tx idv.Tx) error {
		p, err := tx.Process(s.t.Context(), video.TenantID, video.DossierID, video.ProcessID)
		if err != nil {
			return err
		}
		return tx.PutImages(s.t.Context(), p, []idv.Image{video}, nil)
	}))
	return film
}
