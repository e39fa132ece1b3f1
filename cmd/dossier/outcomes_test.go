package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
)

// TestVerifyTellsTheOutcome: the exit status of `dossier verify` for each end
// of a verification, as the sandbox brings it about.
func TestVerifyTellsTheOutcome(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		dir := s.t.TempDir()
		for _, name := range []string{"front", "selfie"} {
			check(s.t, os.WriteFile(filepath.Join(dir, name+".jpg"), specimenFile(s.t, name), 0o600))
		}
		for _, c := range []struct {
			scenario, want string
			status         int
		}{
			{"", `"status":"accepted"`, 0},
			{`{"next":"check","reports":{"document":{"breakdown":{"image_integrity.image_quality":"unidentified"}}}}`, `"status":"rejected"`, 2},
			{`{"next":"check","reports":{"document":{"breakdown":{"visual_authenticity.fonts":"consider"}}}}`, `"status":"inconclusive"`, 3},
			{
				`{"next":"live_photo","error":{"status":422,"type":"validation_error","message":"There was a validation error on this request",` +
					`"fields":{"face_detection":["Multiple faces in image. Please note this validation can be disabled by setting the advanced_validation parameter to false."]}}}`,
				`"failReason":{"type":"upload_failed","message":"There was a validation error on this request (status code 422) | Field errors: ` +
					`{face_detection=[Multiple faces in image. Please note this validation can be disabled by setting the advanced_validation parameter to false.]}"}`, 4,
			},
			{
				`{"next":"check","error":{"status":422,"type":"validation_error","message":"There was a validation error on this request","fields":{}}}`,
				`"failReason":{"type":"provider_error"`, 4,
			},
		} {
			if c.scenario != "" {
				s.steer(http.MethodPost, "/sandbox/scenarios", c.scenario)
			}
			var out, progress bytes.Buffer
			w := world{ctx: s.t.Context(), out: &out, err: &progress, lookup: func(string) (string, bool) { return "", false }}
			status := run(w, []string{
				"verify", "--url", s.url, "--token-url", s.config.TokenURL, "--client-id", s.config.ID, "--client-secret", s.config.Secret,
				"--front", filepath.Join(dir, "front.jpg"), "--selfie", filepath.Join(dir, "selfie.jpg"), "--document-type", "passport", "--json",
			})
			if status != c.status || !strings.Contains(out.String(), c.want) {
				s.t.Errorf("exit status %d, want %d with %s:\n%s%s", status, c.status, c.want, out.String(), progress.String())
			}
		}
	})
}

// TestHowProcessesLook holds Get process to the contract's examples of a failed
// and of a canceled process: which members there are.
func TestHowProcessesLook(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		s.steer(http.MethodPost, "/sandbox/scenarios", `{"next":"live_photo","error":{"status":422,"type":"validation_error","message":"x","fields":{}}}`)
		failed := s.result(s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie"))
		s.wantMembers(failed.Raw, "processId", "provider", "processType", "status", "depictions", "failReason", "createdAt", "updatedAt")
		accepted := s.result(s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie"))
		s.wantMembers(accepted.Raw, "processId", "provider", "processType", "status", "depictions", "finalResult", "providerSpecific", "createdAt", "updatedAt")
		if bytes.Contains(accepted.Raw, []byte("null")) {
			s.t.Errorf("a null is sent: %s", accepted.Raw)
		}
	})
}

func (s *stack) wantMembers(object []byte, want ...string) {
	s.t.Helper()
	var got map[string]json.RawMessage
	check(s.t, json.Unmarshal(object, &got))
	for _, name := range want {
		if _, there := got[name]; !there {
			s.t.Errorf("%s is missing: %s", name, object)
		}
	}
	if len(got) != len(want) {
		s.t.Errorf("%d members, want %v: %s", len(got), want, object)
	}
}

// steer sends a control to the sandbox.
func (s *stack) steer(method, path, body string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, strings.TrimSuffix(s.sandbox.url(), "/v3.6")+path, strings.NewReader(body))
	check(s.t, err)
	r.Header.Set("Authorization", "Token token="+s.sandbox.Token())
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	check(s.t, err)
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		text, _ := io.ReadAll(answer.Body)
		s.t.Fatalf("the sandbox refused %s: %d %s", path, answer.StatusCode, text)
	}
}
