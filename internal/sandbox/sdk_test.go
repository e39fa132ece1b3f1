package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// pageOrigin is where the page of the tests lives that runs an SDK.
const pageOrigin = "https://id.example.com"

// sdk calls as a page with Onfido's Web SDK does: with an SDK token, from another origin, under old versions.
type sdk struct {
	*box
	applicant, token, referer string
}

func (b *box) sdk(referrer string) *sdk {
	b.t.Helper()
	s := &sdk{box: b, applicant: b.applicant("Specimen"), referer: pageOrigin + "/"}
	order := object{"applicant_id": s.applicant}
	if referrer != "" {
		order["referrer"] = referrer
	}
	s.token, _ = b.call("POST", "/sdk_token", order).want(200)["token"].(string)
	return s
}

func (s *sdk) ask(method, path, contentType string, body io.Reader) answer {
	s.t.Helper()
	req := httptest.NewRequestWithContext(s.t.Context(), method, path, body)
	req.Host = "sandbox.test"
	req.RemoteAddr = "8.8.8.8:4711"
	req.Header.Set("Origin", pageOrigin)
	req.Header.Set("Referer", s.referer)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+s.token)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, req)
	if got := w.Header().Get("Access-Control-Allow-Origin"); got != pageOrigin {
		s.t.Errorf("%s %s: the page may not read the answer: %q", method, path, got)
	}
	return answer{s.t, w.Code, w.Header(), w.Body.Bytes()}
}

func (s *sdk) json(method, path, body string) answer {
	s.t.Helper()
	return s.ask(method, path, "application/json", strings.NewReader(body))
}

// send uploads the file as the part of that name.
func (s *sdk) send(method, path, part string, file []byte, fields map[string]string) answer {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w, err := form.CreateFormFile(part, "blob")
	if err == nil {
		_, err = w.Write(file)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err == nil {
			err = form.WriteField(name, fields[name])
		}
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return s.ask(method, path, form.FormDataContentType(), &body)
}

func (s *sdk) list(path string) []any {
	s.t.Helper()
	rows, _ := s.call("GET", "/"+path+"?applicant_id="+s.applicant, nil).want(200)[path].([]any)
	return rows
}

var webm = []byte("\x1a\x45\xdf\xa3 and then a film")

func TestWhatTheWebSDKCallsForAPhotoFlow(t *testing.T) {
	t.Parallel()
	s := newBox(t, sandbox.Options{}).sdk("")
	features := s.json("POST", "/v3.3/sdk/configurations", `{"sdk_source":"onfido_web_sdk"}`).want(200)
	if is(dig(features, "sdk_features", "enable_require_applicant_consents")) || !is(dig(features, "document_capture", "allow_disabling_cross_device")) {
		t.Errorf("configuration %v", features)
	}
	s.json("PATCH", "/v3.3/applicants/"+s.applicant+"/location", "").want(204)
	s.json("GET", "/v3.3/applicants/"+s.applicant+"/consents", "").want(200)
	for _, version := range []string{"v2", "v3", "v3.3", "v3.6", "v4"} {
		s.send("POST", "/"+version+"/documents", "file", picture("jpeg"), map[string]string{
			"type": "passport", "side": "front", "sdk_metadata": "{}", "sdk_validations": `{"detect_document":"error"}`,
		}).want(201)
	}
	uuid, _ := s.send("POST", "/v3/snapshots", "file", picture("png"), nil).want(201)["uuid"].(string)
	photo := s.send("POST", "/v3/live_photos", "file", picture("png"), map[string]string{"snapshot_uuids": `["` + uuid + `"]`, "n": "x", "s": "x"}).want(201)
	if uuid == "" || id(photo) == "" || len(s.list("documents")) != 5 || len(s.list("live_photos")) != 1 {
		t.Errorf("snapshot %q, photo %v", uuid, photo)
	}
	for _, noise := range []string{"/v4/analytics", "/v4/sdk/analytics", "/v4/sdk/logger", "/v4/sdk/performance", "/v3/analytics"} {
		s.json("POST", noise, `{"events":[]}`).want(200)
	}
	s.json("GET", "/v3.4/supported_documents", "").want(200)
	s.json("GET", "/v3.6/report_types/proof_of_address/supported_countries", "").want(200)
	s.json("POST", "/v1/cross_device_sms", `{"to":"+311"}`).refused(429, "rate_limit")
	s.json("POST", "/v9/documents", "").refused(404, "resource_not_found")
}

func TestALiveVideoAnswersItsChallenge(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	s := b.sdk("")
	posed := s.json("POST", "/v3/live_video_challenge", "").want(200)
	challengeID, _ := dig(posed, "data", "id").(string)
	tasks, err := json.Marshal(dig(posed, "data", "challenge"))
	if err != nil || !regexp.MustCompile(`"query":\[\d,\d,\d\]`).Match(tasks) || !strings.Contains(string(tasks), "turn") {
		t.Fatalf("challenge %v", posed)
	}
	fields := map[string]string{"challenge": string(tasks), "challenge_id": challengeID, "challenge_switch_at": "3100", "languages": `[{"source":"sdk","language_code":"de"}]`}
	film := s.send("POST", "/v3/live_videos", "file", webm, fields).want(201)
	found := s.call("GET", "/live_videos/"+id(film), nil).want(200)
	if again, _ := json.Marshal(found["challenge"]); !bytes.Equal(again, tasks) || dig(found, "languages", 0, "language_code") != "de" || found["file_type"] != "video/webm" {
		t.Errorf("the film is %v, its challenge was %s", found, tasks)
	}
	if list := s.list("live_videos"); len(list) != 1 || dig(list[0], "challenge") != nil {
		t.Errorf("in the list %v", list)
	}

	saved := b.call("GET", "/sandbox/state?files=true", nil).want(200)
	other := newBox(t, sandbox.Options{})
	other.call("PUT", "/sandbox/state", saved).want(204)
	if moved := other.call("GET", "/live_videos/"+id(film), nil).want(200); dig(moved, "languages", 0, "language_code") != "de" {
		t.Errorf("in another sandbox %v", moved)
	}

	foreign := b.sdk("")
	foreign.send("POST", "/v3/live_videos", "file", webm, fields).refused(422, "validation_error")
	s.send("POST", "/v3/live_videos", "file", []byte("no film"), fields).refused(422, "validation_error")
	s.send("POST", "/v3/live_videos", "other", webm, fields).refused(422, "validation_error")
	fields["challenge_id"] = ""
	s.send("POST", "/v3/live_videos", "file", webm, fields).refused(422, "validation_error")
}

func TestAMotionCapture(t *testing.T) {
	t.Parallel()
	s := newBox(t, sandbox.Options{}).sdk("")
	film := append([]byte("\x00\x00\x00\x14ftypisom"), make([]byte, 64)...)
	media := s.send("PUT", "/v3/biometrics/media", "media", film, map[string]string{"type": "liveness", "metadata": "{}"}).want(201)
	list := s.list("motion_captures")
	if uuid, _ := dig(media, "media", "uuid").(string); len(list) != 1 || dig(list[0], "id") != uuid {
		t.Errorf("%v is not in %v", media, list)
	}
	s.send("PUT", "/v3/biometrics/media", "media", film, map[string]string{"type": "another"}).refused(422, "validation_error")
	s.send("POST", "/v3/document_video_media", "media", film, nil).want(201)
	s.send("POST", "/v4/binary_media", "media", film, nil).want(201)
}

// TestAnSDKTokenOpensOnlyItsOwn also says from where it may be used.
func TestAnSDKTokenOpensOnlyItsOwn(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	s, other := b.sdk("https://*.example.com/*"), b.sdk("")
	for _, path := range []string{"GET /v3.3/applicants/{}/consents", "PATCH /v3.3/applicants/{}/consents", "PATCH /v3.3/applicants/{}/location"} {
		method, path, _ := strings.Cut(path, " ")
		s.json(method, strings.ReplaceAll(path, "{}", other.applicant), "[]").refused(401, "authorization_error")
		s.json(method, strings.ReplaceAll(path, "{}", s.applicant), "[]")
	}
	s.send("POST", "/v3/documents", "file", picture("png"), map[string]string{"applicant_id": other.applicant, "type": "passport"}).refused(401, "authorization_error")
	s.json("GET", "/v3.6/documents?applicant_id="+s.applicant, "").refused(401, "authorization_error")
	for _, elsewhere := range []string{"", "https://example.org/", "http://id.example.com/", "https://example.com.evil.test/x"} {
		s.referer = elsewhere
		s.json("POST", "/v3.3/sdk/configurations", "{}").refused(403, "bad_referrer")
	}
}

func TestConsentsAreAskedOfTheUSAOnly(t *testing.T) {
	t.Parallel()
	s := newBox(t, sandbox.Options{}).sdk("")
	path := "/v3.3/applicants/" + s.applicant
	asked := func() []any {
		var list []any
		if err := json.Unmarshal(s.json("GET", path+"/consents", "").body, &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := asked(); len(got) != 0 {
		t.Errorf("before anybody knows where they live: %v", got)
	}
	s.json("PATCH", path+"/location", "").want(204)
	if got := asked(); len(got) != 1 || dig(got[0], "name") != "privacy_notices_read" || is(dig(got[0], "granted")) {
		t.Errorf("from the USA: %v", got)
	}
	s.json("PATCH", path+"/consents", `[{"name":"privacy_notices_read","granted":true}]`).want(204)
	if got := asked(); len(got) != 0 {
		t.Errorf("after the consent: %v", got)
	}
	for _, wrong := range []string{"", "{", `{"name":1}`, `[{"name":"another","granted":true}]`} {
		if got := s.json("PATCH", path+"/consents", wrong); got.status != 400 && got.status != 422 {
			t.Errorf("%q: %d", wrong, got.status)
		}
	}
}

func TestPreflightsNeedNoToken(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	req := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, "/v3.3/documents", http.NoBody)
	req.Header.Set("Origin", pageOrigin)
	req.Header.Set("Access-Control-Request-Method", "POST")
	req.Header.Set("Access-Control-Request-Headers", "authorization,x-onfido-sdk-platform,x-onfido-sdk-version")
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, req)
	for name, want := range map[string]string{"Allow-Origin": pageOrigin, "Allow-Methods": "PATCH", "Allow-Headers": "x-onfido-sdk-version"} {
		if got := w.Header().Get("Access-Control-" + name); w.Code != 204 || !strings.Contains(got, want) {
			t.Errorf("%d, %s: %q", w.Code, name, got)
		}
	}
	b.call("PUT", "/sandbox/faults", object{"faults": []object{{"kind": "status", "status": 500, "path": "configurations"}}}).want(200)
	b.sdk("").json("POST", "/v3.3/sdk/configurations", "{}").refused(500, "internal_server_error")
}

func TestAnSDKGoesThroughAWorkflow(t *testing.T) {
	t.Parallel()
	s := newBox(t, sandbox.Options{}).sdk("")
	run := id(s.call("POST", "/workflow_runs", object{"applicant_id": s.applicant, "workflow_id": "any"}).want(201))
	for range 5 {
		got := s.json("GET", "/v3.5/workflow_runs/"+run+"/tasks/current", "")
		if got.status == 204 {
			return
		}
		task := got.want(200)
		if task["task_def_id"] == "" {
			t.Fatalf("task %v", task)
		}
		s.json("POST", "/v3.5/workflow_runs/"+run+"/tasks/"+id(task)+"/complete", `{"data":[{"id":"x"}]}`).want(200)
	}
	t.Error("the run never ends")
}

// TestAnSDKHearsOfABadPicture: with a live token the sandbox looks for what the SDK asks for.
func TestAnSDKHearsOfABadPicture(t *testing.T) {
	t.Parallel()
	s := newBox(t, sandbox.Options{Live: true, ReadWithin: time.Minute}).sdk("")
	blurred, err := os.ReadFile("../vision/testdata/blurred.jpg")
	if err != nil {
		t.Fatal(err)
	}
	upload := func(validations string) answer {
		return s.send("POST", "/v3.3/documents", "file", blurred, map[string]string{"type": "passport", "sdk_validations": validations})
	}
	if fields := upload(`{"detect_document":"error","detect_blur":"error"}`).refused(422, "validation_error"); fields["detect_blur"] == nil {
		t.Errorf("blurred: %v", fields)
	}
	got := upload(`{"detect_blur":"warn","detect_glare":"warn","detect_cutoff":"error"}`).want(201)
	if dig(got, "sdk_warnings", "detect_blur") == nil || is(dig(got, "sdk_warnings", "detect_blur", "valid")) ||
		!is(dig(got, "sdk_warnings", "detect_glare", "valid")) || dig(got, "sdk_warnings", "detect_cutoff") != nil {
		t.Errorf("with a warning: %v", got["sdk_warnings"])
	}
}

// TestTableOfSDKCalls: docs/sandbox.md has a row for each call of the SDKs, and no row for any other.
func TestTableOfSDKCalls(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, m := range regexp.MustCompile("(?m)^\\| SDK `([A-Z]+ /[^`]*)` \\| (faithful|scripted|discarded)").FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, m[1])
	}
	served := sandbox.SDKCalls()
	slices.Sort(rows)
	slices.Sort(served)
	if !slices.Equal(rows, served) {
		t.Errorf("in the table only: %v\nserved only: %v", minus(rows, served), minus(served, rows))
	}
}
