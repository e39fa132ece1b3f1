package onfidoapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSDKToken(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if want := `{"applicant_id":"` + applicantID + `","application_id":"com.example.app"}`; r.URL.Path != "/v3.6/sdk_token" || string(body) != want {
			t.Errorf("%s %s", r.URL.Path, body)
		}
		answer(200, `{"token":"aa.bb_-.cc"}`)(w, r)
	})
	token, err := c.CreateSDKToken(t.Context(), NewSDKToken{ApplicantID: applicantID, ApplicationID: "com.example.app"})
	if err != nil || token != "aa.bb_-.cc" {
		t.Errorf("%q, %v", token, err)
	}
	for _, unusable := range []string{`{}`, `{"token":""}`, `{"token":"a b"}`, `{"token":"a\r\nX: y"}`, `{"token":"` + strings.Repeat("a", 20_000) + `"}`} {
		if _, err := serve(t, answer(200, unusable)).CreateSDKToken(t.Context(), NewSDKToken{}); err == nil || strings.Contains(err.Error(), "a b") {
			t.Errorf("%.40s: %v", unusable, err)
		}
	}
}

// TestLiveVideoGoesWhereTheSDKsSendIt: below another version than the API's, with
// the token of the person and not that of the account.
func TestLiveVideoGoesWhereTheSDKsSendIt(t *testing.T) {
	t.Parallel()
	const posed = `[{"type":"recite","query":[7,1,3]},{"type":"movement","query":"turnLeft"}]`
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer sdk.token.x" {
			t.Errorf("%s goes in with %q", r.URL.Path, got)
		}
		if r.URL.Path == "/v3/live_video_challenge" {
			answer(200, `{"data":{"id":"c1","challenge":`+posed+`}}`)(w, r)
			return
		}
		checkFile(t, r, "video.webm", "video/webm", []byte("film"))
		for name, want := range map[string]string{
			"challenge": posed, "challenge_id": "c1", "challenge_switch_at": "3500", "languages": `[{"language_code":"de","source":"sdk"}]`,
		} {
			if got := r.FormValue(name); got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
		answer(201, `{"id":"v1","file_name":"video.webm","file_size":4}`)(w, r)
	})
	challenge, err := c.NewChallenge(t.Context(), "sdk.token.x")
	if err != nil || challenge.ID != "c1" || len(challenge.Tasks) != 2 {
		t.Fatalf("%+v, %v", challenge, err)
	}
	v, err := c.UploadLiveVideo(t.Context(), NewLiveVideo{
		SDKToken: "sdk.token.x", Challenge: challenge, SwitchedAt: 3500 * time.Millisecond, Language: "de",
		File: File{Name: "video.webm", MediaType: "video/webm", Size: 4, Body: strings.NewReader("film")},
	})
	if err != nil || v.ID != "v1" {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestMediaAndDownloads(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.String() {
		case "/v3.6/live_videos?applicant_id=a1":
			answer(200, `{"live_videos":[{"id":"v1","created_at":"2026-01-02T03:04:05Z","file_name":"f","file_size":9}],"undeclared":1}`)(w, r)
		case "/v3.6/motion_captures?applicant_id=a1":
			answer(200, `{}`)(w, r)
		case "/v3.6/live_videos/v1/download":
			_, _ = io.WriteString(w, "a film")
		default:
			answer(410, `{"error":{"type":"gone","message":"m","fields":{}}}`)(w, r)
		}
	})
	list, err := c.Media(t.Context(), LiveVideos, "a1")
	if err != nil || len(list) != 1 || list[0].ID != "v1" || list[0].CreatedAt.Second() != 5 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := c.Media(t.Context(), MotionCaptures, "a1"); err == nil {
		t.Error("an answer without a list is taken for an empty one")
	}
	body, err := c.Download(t.Context(), LiveVideos, "v1")
	if err != nil {
		t.Fatal(err)
	}
	if film, err := io.ReadAll(body); err != nil || string(film) != "a film" || body.Close() != nil {
		t.Errorf("%q, %v", film, err)
	}
	if _, err := c.Download(t.Context(), Documents, "d1"); !isStatus(err, http.StatusGone) {
		t.Errorf("a document that is gone: %v", err)
	}
	if _, err := c.Download(t.Context(), Documents, "../webhooks"); OutcomeOf(err) != NotDone {
		t.Errorf("a path instead of an id: %v", err)
	}
}

func isStatus(err error, status int) bool {
	answer, ok := errors.AsType[*Error](err)
	return ok && answer.Status == status
}

func TestChallengeOfAnUnusableForm(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"data":{"id":"","challenge":[]}}`, `{"data":{"id":"../x","challenge":[]}}`, `[]`} {
		c, err := serve(t, answer(200, body)).NewChallenge(t.Context(), "sdk.token.x")
		if err == nil {
			text, _ := json.Marshal(c)
			t.Errorf("%s is taken as %s", body, text)
		}
	}
}
