package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// app stands for a customer's app with Onfido's SDK in it: all it has is the
// token, and the token says where to.
type app struct {
	*stack
	ref            client.Ref
	token          string
	applicant, url string
	// file is what its files are called, "blob" if it is empty.
	file string
}

// newApp makes a process whose images an app brings.
func (s *stack) newApp(processType string) *app {
	s.t.Helper()
	d, err := s.api.CreateDossier(s.t.Context(), "")
	check(s.t, err)
	p, err := s.api.CreateProcess(s.t.Context(), d.DossierID, appOrder(processType))
	check(s.t, err)
	a := &app{stack: s, ref: client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}, token: p.Authorization}
	parts := strings.Split(p.Authorization, ".")
	if len(parts) != 3 {
		s.t.Fatalf("authorization is %q, which is no SDK token", p.Authorization)
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	check(s.t, err)
	var token struct {
		Payload struct{ App string }
		URLs    map[string]string
	}
	check(s.t, json.Unmarshal(claims, &token))
	a.applicant, a.url = token.Payload.App, token.URLs["onfido_api_url"]
	return a
}

func appOrder(processType string) client.ProcessRequest {
	return client.ProcessRequest{Provider: "onfido", ProcessType: processType, ProcessParameters: &client.ProcessParameters{
		MobileAppID: "com.example.app", Location: &client.Location{CountryOfResidence: "NLD"},
	}}
}

// bring uploads a file as the SDK does and gives what Onfido answers.
func (a *app) bring(method, path, part string, file []byte, fields map[string]string) map[string]any {
	a.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w, err := form.CreateFormFile(part, cmp.Or(a.file, "blob"))
	check(a.t, err)
	_, err = w.Write(file)
	check(a.t, err)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		check(a.t, form.WriteField(name, fields[name]))
	}
	check(a.t, form.Close())
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, &body)
	check(a.t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+a.token)
	answer, err := http.DefaultClient.Do(r)
	check(a.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(a.t, err)
	if answer.StatusCode >= 300 {
		a.t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, text)
	}
	got := map[string]any{}
	check(a.t, json.Unmarshal(text, &got))
	return got
}

func (a *app) bringDocument(side, picture string) {
	a.t.Helper()
	a.bring(http.MethodPost, "/v3.3/documents", "file", specimenFile(a.t, picture), map[string]string{"type": "driving_licence", "side": side})
}

func (a *app) bringSelfie() {
	a.t.Helper()
	a.bring(http.MethodPost, "/v3.3/live_photos", "file", specimenFile(a.t, "selfie"), nil)
}

// wantKept demands that the server now has what was brought.
func (a *app) wantKept(depictions ...string) {
	a.t.Helper()
	shown, err := a.api.GetProcess(a.t.Context(), a.ref)
	check(a.t, err)
	if !slices.Equal(shown.Depictions, depictions) {
		a.t.Errorf("depictions %v, want %v", shown.Depictions, depictions)
	}
	files := a.unzip(a.call(a.stack.token(), http.MethodGet, pathOf(a.ref)+"/download", "").body)
	for _, d := range depictions {
		want := specimenFile(a.t, d)
		got := a.call(a.stack.token(), http.MethodGet, pathOf(a.ref)+"/images/"+d, "")
		if got.status != 200 || !bytes.Equal(got.body, want) {
			a.t.Errorf("%s: %d, %d bytes of %d", d, got.status, len(got.body), len(want))
		}
		if !bytes.Equal(files["images/"+d+".jpg"], want) {
			a.t.Errorf("the zip has not the %s, but %v", d, slices.Sorted(maps.Keys(files)))
		}
	}
}

// TestAnAppBringsTheImages is the SDK path of the contract: the token, the start
// that waits for the images, the verdict, and the images kept here.
func TestAnAppBringsTheImages(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		a := s.newApp("documentSelfie")
		start := func() reply { return s.call(s.token(), http.MethodPost, pathOf(a.ref), "") }
		s.wantRefusal(start(), 400, "images_missing", "front", "selfie")
		a.bringDocument("back", "back")
		s.wantRefusal(start(), 400, "images_missing", "front", "selfie")
		a.bringDocument("front", "back") // the wrong side; the end-user does it again
		a.bringDocument("front", "front")
		s.wantRefusal(start(), 400, "images_missing", "selfie")
		a.bringSelfie()
		if p := s.result(a.ref); p.Status != "accepted" {
			t.Fatalf("%s: %s", p.Status, p.Raw)
		}
		a.wantKept("front", "back", "selfie")
		if again, err := s.api.GetProcess(t.Context(), a.ref); err != nil || again.Authorization != "" {
			t.Errorf("the token is shown again: %v", err)
		}
	})
}

func TestAnAppGivesUp(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(s *stack) {
		a := s.newApp("document")
		got := s.call(s.token(), http.MethodPost, pathOf(a.ref)+"/cancel", "")
		if got.status != 200 || got.json(s.t)["status"] != "canceled" {
			s.t.Fatalf("%d %s", got.status, got.body)
		}
		s.wantRefusal(s.call(s.token(), http.MethodPost, pathOf(a.ref), ""), 409, "invalid_state")
		check(s.t, s.api.DeleteDossier(s.t.Context(), a.ref.DossierID))
		s.eventually("the applicant is forgotten", func() bool { return s.atSandbox("/applicants/"+a.applicant).status == http.StatusGone })
	})
}

// TestNoTokenNoProcess: what cannot be given to the app is not left behind, and
// asking again under the same key gives what the first try would have.
func TestNoTokenNoProcess(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		d, err := s.api.CreateDossier(t.Context(), "")
		check(t, err)
		path, order := "/assure/dossiers/"+d.DossierID+"/processes", `{"provider":"onfido","processType":"document","processParameters":{"mobileAppId":"com.example.app","location":{"countryOfResidence":"NLD"}}}`
		none := func() {
			t.Helper()
			if shown := s.call(s.token(), http.MethodGet, "/assure/dossiers/"+d.DossierID, "").json(t); shown["processes"] != nil && len(shown["processes"].([]any)) > 0 {
				t.Errorf("left behind: %v", shown["processes"])
			}
		}
		s.wantRefusal(s.call(s.token(), http.MethodPost, path, strings.Replace(order, "com.example.app", "not an app", 1)), 400, "invalid_request", "processParameters.mobileAppId")
		s.wantRefusal(s.call(s.token(), http.MethodPost, path, strings.Replace(order, `"countryOfResidence":"NLD"`, `"ipAddress":"192.0.2.1"`, 1)), 400, "location_unresolvable", "processParameters.location.ipAddress")
		s.steer(http.MethodPut, "/sandbox/faults", `{"faults":[{"kind":"status","status":503,"path":"/sdk_token","times":1}]}`)
		s.wantRefusal(s.call(s.token(), http.MethodPost, path, order, "Idempotency-Key", "k"), 503, "provider_unavailable")
		none()
		first := s.call(s.token(), http.MethodPost, path, order, "Idempotency-Key", "k")
		again := s.call(s.token(), http.MethodPost, path, order, "Idempotency-Key", "k")
		if first.status != 201 || first.json(t)["authorization"] == nil || !bytes.Equal(first.body, again.body) {
			t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
		}
	})
}

// TestTheCustomerSetsNoImagesOfAnApp: they would not be those that are checked.
func TestTheCustomerSetsNoImagesOfAnApp(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(s *stack) {
		a := s.newApp("document")
		body := `{"front":"` + dataURL(specimenFile(s.t, "front")) + `"}`
		s.wantRefusal(s.call(s.token(), http.MethodPost, pathOf(a.ref)+"/images", body), 400, "invalid_request")
	})
}

// TestAVerdictWaitsForTheImages also sees that what Onfido has no more, or what
// is no picture, does not stop it.
func TestAVerdictWaitsForTheImages(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(s *stack) {
		a := s.newApp("documentSelfie")
		a.bringDocument("front", "front")
		a.bring(http.MethodPost, "/v3/documents", "file", []byte("%PDF-1.4 a back"), map[string]string{"type": "driving_licence", "side": "back"})
		a.bringSelfie()
		s.steer(http.MethodPut, "/sandbox/faults", `{"faults":[
			{"kind":"status","status":503,"method":"GET","path":"/download","times":1},
			{"kind":"half_body","method":"GET","path":"/download","times":1},
			{"kind":"status","status":410,"method":"GET","path":"/live_photos/"}]}`)
		if p := s.result(a.ref); p.Status != "accepted" {
			s.t.Fatalf("%s: %s", p.Status, p.Raw)
		}
		a.wantKept("front")
	})
}

// TestTheImagesMayStayAtOnfido: then nothing here pretends to have them.
func TestTheImagesMayStayAtOnfido(t *testing.T) {
	t.Parallel()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly}, "DOSSIER_FETCH_IMAGES", "off")
	a := s.newApp("documentVideo")
	a.bringDocument("front", "front")
	a.bring(http.MethodPut, "/v3/biometrics/media", "media", append([]byte("\x00\x00\x00\x14ftypisom"), aFilm...), map[string]string{"type": "liveness"})
	p := s.result(a.ref)
	if p.Status != "accepted" || len(p.Depictions) > 0 {
		t.Errorf("%s with %v", p.Status, p.Depictions)
	}
	s.wantRefusal(s.call(s.token(), http.MethodGet, pathOf(a.ref)+"/video", ""), 404, "not_found")
	s.wantRefusal(s.call(s.token(), http.MethodGet, pathOf(a.ref)+"/images/front", ""), 404, "not_found")
	for name := range s.unzip(s.call(s.token(), http.MethodGet, pathOf(a.ref)+"/download", "").body) {
		if strings.HasPrefix(name, "video/") || strings.HasPrefix(name, "images/") {
			t.Errorf("the full result has %s", name)
		}
	}
}
