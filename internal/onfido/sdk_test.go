package onfido

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// brings puts uploads of an app to the applicant of a bench, one a second.
func (b *bench) brings(of *[]resource, kind string, more ...resource) {
	for _, x := range more {
		x["applicant_id"] = "applicants-1"
		b.onfido.add(of, kind, x)
		b.clock.move(time.Second)
	}
}

// newAppBench is a bench whose images an app brings, which is admitted.
func newAppBench(t *testing.T, kind idv.ProcessType) *bench {
	t.Helper()
	b := newBench(t)
	b.Process.Path, b.Process.Type, b.Process.DocumentType, b.Images = idv.PathSDK, kind, "", nil
	if token, err := b.Admit(t.Context(), b.Case, idv.Software{AppID: "com.example.app"}); err != nil || token != "sdk.token.x" {
		t.Fatalf("%q, %v", token, err)
	}
	return b
}

func missingOf(err error) (names []string) {
	refused, ok := errors.AsType[*idv.Error](err)
	if !ok || refused.Code != idv.CodeImagesMissing {
		return []string{fmt.Sprint(err)}
	}
	for _, p := range refused.Params {
		names = append(names, p.Name)
	}
	return names
}

// TestWhatAnAppBroughtIsChecked: the newest of each, and the same ones again after
// a crash, whatever has come since.
func TestWhatAnAppBroughtIsChecked(t *testing.T) {
	t.Parallel()
	b := newAppBench(t, idv.TypeDocumentSelfie)
	if got := missingOf(b.Prepare(t.Context(), b.Case)); !slices.Equal(got, []string{"front", "selfie"}) {
		t.Errorf("at first %q is missing", got)
	}
	b.brings(&b.onfido.documents, "documents",
		resource{"side": "front", "type": "passport"}, resource{"side": "back", "type": "driving_licence"},
		resource{"side": "front", "type": "national_identity_card"}, resource{"side": "back", "type": "national_identity_card"},
		resource{"side": "front", "type": "national_identity_card"})
	if got := missingOf(b.Prepare(t.Context(), b.Case)); !slices.Equal(got, []string{"selfie"}) {
		t.Errorf("then %q is missing", got)
	}
	b.brings(&b.onfido.photos, "live_photos", resource{}, resource{})
	if err := b.Prepare(t.Context(), b.Case); err != nil {
		t.Fatal(err)
	}
	b.journal.deaths["after request of check"] = true
	if _, err := b.Advance(t.Context(), b.Case); !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	b.brings(&b.onfido.documents, "documents", resource{"side": "front", "type": "passport"})
	if _, err := b.work(); err != nil {
		t.Fatal(err)
	}
	check := b.onfido.checks[0]
	if got := fmt.Sprint(check["document_ids"], len(b.onfido.checks)); got != "[documents-5 documents-4] 1" {
		t.Errorf("checked %s", got)
	}
	if ref := b.journal.Step(stepLivePhoto).Ref; ref != "live_photos-2" {
		t.Errorf("the face is %s", ref)
	}
}

// TestTheReportIsOfTheFilmThatIsThere, the kind of the installation first.
func TestTheReportIsOfTheFilmThatIsThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		motion, film, captured bool
		want                   string
	}{
		"a film":                          {false, true, false, "facial_similarity_video"},
		"a motion capture":                {true, false, true, "facial_similarity_motion"},
		"a film instead":                  {true, true, false, "facial_similarity_video"},
		"a motion capture instead":        {false, false, true, "facial_similarity_motion"},
		"both, and the film is wanted":    {false, true, true, "facial_similarity_video"},
		"both, and the capture is wanted": {true, true, true, "facial_similarity_motion"},
	} {
		b := newAppBench(t, idv.TypeDocumentVideo)
		b.motion = c.motion
		b.brings(&b.onfido.documents, "documents", resource{"type": "passport"})
		if got := missingOf(b.Prepare(t.Context(), b.Case)); !slices.Equal(got, []string{"video"}) {
			t.Errorf("%s: %q is missing", name, got)
		}
		if c.film {
			b.brings(&b.onfido.films, "live_videos", resource{})
		}
		if c.captured {
			b.brings(&b.onfido.motions, "motion_captures", resource{})
		}
		if _, err := b.work(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := b.onfido.checks[0]["report_names"]; !reflect.DeepEqual(got, []any{"document", c.want}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestFetch gives what was checked and is not here yet, and passes over what
// Onfido has no more.
func TestFetch(t *testing.T) {
	t.Parallel()
	b := newAppBench(t, idv.TypeDocumentSelfie)
	b.brings(&b.onfido.documents, "documents", resource{"side": "front", "type": "x"}, resource{"side": "back", "type": "x"})
	b.brings(&b.onfido.photos, "live_photos", resource{})
	kept := map[idv.Depiction]string{}
	keep := func(_ context.Context, d idv.Depiction, body io.Reader) error {
		content, err := io.ReadAll(body)
		kept[d] = string(content)
		return err
	}
	if err := b.Fetch(t.Context(), b.Case, keep); err != nil || len(kept) > 0 {
		t.Errorf("before anything is checked: %v, %v", kept, err)
	}
	if _, err := b.work(); err != nil {
		t.Fatal(err)
	}
	b.Images = []idv.Image{{Depiction: idv.Back}}
	b.onfido.faults["GET /live_photos"] = []fault{missing}
	if err := b.Fetch(t.Context(), b.Case, keep); err != nil || !reflect.DeepEqual(kept, map[idv.Depiction]string{idv.Front: "the bytes of documents-1"}) {
		t.Errorf("%v, %v", kept, err)
	}
	b.onfido.faults["GET /documents"] = []fault{down}
	if err := b.Fetch(t.Context(), b.Case, keep); err == nil {
		t.Error("an Onfido that is down is taken for one that has nothing")
	}
	b.Process.Path = idv.PathUpload
	if err := b.Fetch(t.Context(), b.Case, nil); err != nil {
		t.Errorf("what we have brought ourselves: %v", err)
	}
}

// TestAFilmOfOurs poses, sends and says what was asked, and sends it once.
func TestAFilmOfOurs(t *testing.T) {
	t.Parallel()
	for _, broken := range []fault{none, answerLost, made500, down, cut} {
		b := newBench(t)
		b.Process.Path, b.Process.Type = idv.PathCapture, idv.TypeDocumentVideo
		b.onfido.challenge = []any{map[string]any{"type": "movement", "query": "turnRight"}, map[string]any{"type": "recite", "query": []int{7, 0, 3}}}
		if _, err := b.Pose(t.Context(), b.Case); !errors.Is(err, errNoFilms) || b.TakesFilms() {
			t.Fatalf("where films are not sent: %v", err)
		}
		b.films = true
		challenge, err := b.Pose(t.Context(), b.Case)
		want := idv.Challenge{Ref: "challenge-1", Tasks: []idv.Task{{Kind: idv.TaskTurn, Side: idv.Right}, {Kind: idv.TaskRecite, Digits: []int{7, 0, 3}}}}
		if err != nil || !reflect.DeepEqual(challenge, want) {
			t.Fatalf("%+v, %v", challenge, err)
		}
		b.Images = []idv.Image{b.Images[0], {Depiction: idv.Video, Blob: "film", MediaType: idv.MediaWebM, Size: 5000}}
		b.Film = &idv.Film{Challenge: challenge, Blob: "film", SwitchedAt: 2 * time.Second, Language: "de"}
		if broken != none {
			b.onfido.faults["POST /v3"] = []fault{broken}
		}
		if _, err := b.work(); err != nil {
			t.Fatalf("%s: %v", broken, err)
		}
		film := b.onfido.films[0]
		if len(b.onfido.films) != 1 || film["file_name"] != "video.webm" || film["challenge_id"] != "challenge-1" || film["challenge_switch_at"] != "2000" ||
			film["challenge"] != `[{"type":"movement","query":"turnRight"},{"type":"recite","query":[7,0,3]}]` {
			t.Errorf("%s: %d films, %v", broken, len(b.onfido.films), film)
		}
		if names := b.onfido.checks[0]["report_names"]; !reflect.DeepEqual(names, []any{"document", "facial_similarity_video"}) {
			t.Errorf("%s: %v", broken, names)
		}
	}
}

func TestAFilmOfAnotherChallenge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Process.Path, b.Process.Type, b.films = idv.PathCapture, idv.TypeDocumentVideo, true
	b.Images = []idv.Image{{Depiction: idv.Video, Blob: "film", MediaType: idv.MediaMP4, Size: 5000}}
	for _, film := range []*idv.Film{nil, {Blob: ""}, {Blob: "another"}} {
		b.Film = film
		_, err := b.work()
		if failure, ok := errors.AsType[*idv.Failure](err); !ok || failure.Type != idv.FailCapture {
			t.Errorf("%+v: %v", film, err)
		}
	}
}

func TestAChallengeThatNobodyCouldShow(t *testing.T) {
	t.Parallel()
	for _, posed := range []any{
		[]any{},
		[]any{map[string]any{"type": "sing", "query": "la"}},
		[]any{map[string]any{"type": "recite", "query": "7"}},
		[]any{map[string]any{"type": "recite", "query": []int{}}},
		[]any{map[string]any{"type": "movement", "query": "jump"}},
	} {
		b := newBench(t)
		b.films, b.onfido.challenge = true, posed
		if c, err := b.Pose(t.Context(), b.Case); err == nil {
			t.Errorf("%v is posed as %+v", posed, c)
		}
	}
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Process.Location = idv.Location{}
	b.onfido.faults["POST /sdk_token"] = []fault{invalid, down}
	b.onfido.refusals["POST /sdk_token"] = `{"error":{"type":"validation_error","message":"m","fields":{"application_id":["is invalid"]}}}`
	_, err := b.Admit(t.Context(), b.Case, idv.Software{AppID: "x"})
	if idv.CodeOf(err) != idv.CodeInvalid {
		t.Errorf("an app that Onfido does not take: %v", err)
	}
	if _, err := b.Admit(t.Context(), b.Case, idv.Software{AppID: "x"}); err == nil || idv.CodeOf(err) != "" {
		t.Errorf("an Onfido that is down: %v", err)
	}
	if _, err := b.Admit(t.Context(), b.Case, idv.Software{AppID: "x"}); err != nil || len(b.onfido.applicants) != 1 {
		t.Errorf("%d applicants, %v", len(b.onfido.applicants), err)
	}
	if _, has := b.onfido.applicants[0]["location"]; has {
		t.Errorf("a location that nobody knows is sent: %v", b.onfido.applicants[0])
	}
}
