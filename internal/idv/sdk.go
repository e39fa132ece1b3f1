package idv

import (
	"context"
	"io"
	"time"
)

// Admitter is a Provider whose own software on the end-user's device can bring
// the images (PathSDK): an app with the provider's SDK, or a page with it.
type Admitter interface {
	// Admit makes the person of a case at the provider, if that was not done
	// before, and gives a short-lived token with which the provider's software may
	// upload images of that person and nothing else. Its errors are those of
	// Provider.
	Admit(ctx context.Context, c Case, to Software) (token Personal, err error)
}

// Software says who may use a token: exactly one field is set.
type Software struct {
	// AppID is an iOS bundle id or an Android application id.
	AppID string
	// Referrer is a pattern of the addresses of a page, such as
	// https://id.example.com/*.
	Referrer string
}

// Holder is a Provider that holds images which did not come from here.
type Holder interface {
	// Fetch gives to keep each image and film that the check of a case was made of
	// and that c.Images lacks, one after another. What the provider does not have
	// any more is passed over. An error of keep is given back as it is.
	Fetch(ctx context.Context, c Case, keep Keep) error
}

// Keep takes one image or film: what it shows and its bytes.
type Keep func(ctx context.Context, d Depiction, body io.Reader) error

// Filmer is a Provider to which a film is brought by us, for a documentVideo
// process whose images we take ourselves (PathCapture).
type Filmer interface {
	// TakesFilms says whether this installation does that.
	TakesFilms() bool
	// Pose makes the person of a case at the provider, if that was not done
	// before, and gives what the end-user is to do before the camera. Each call
	// gives another one. Its errors are those of Provider.
	Pose(ctx context.Context, c Case) (Challenge, error)
}

// Challenge is what an end-user does before the camera, one task after another.
type Challenge struct {
	// Ref is the provider's id of it.
	Ref   string
	Tasks []Task
}

// TaskKind says what is to be done in a task.
type TaskKind string

// The two kinds of tasks.
const (
	// TaskRecite is to read Task.Digits aloud.
	TaskRecite TaskKind = "recite"
	// TaskTurn is to turn the head to Task.Side.
	TaskTurn TaskKind = "turn"
)

// Side is where a head is turned to, as its owner sees it.
type Side string

// The two sides.
const (
	Left  Side = "left"
	Right Side = "right"
)

// Task is one part of a challenge.
type Task struct {
	Kind   TaskKind
	Digits []int
	Side   Side
}

// Film is what belongs to the film of a process beside its bytes: the challenge
// that was posed last, and how the end-user did it.
type Film struct {
	Challenge Challenge
	// Blob names the bytes that answer the challenge; empty until they are there.
	Blob string
	// SwitchedAt is when in the film the second task was shown.
	SwitchedAt time.Duration
	// Language is that in which the tasks were shown, such as de.
	Language string
}

// MaxFilmBytes bounds a film that is taken here (Onfido Web SDK page section 4:
// its client takes no more).
const MaxFilmBytes = 10_000_000

// The media types of a film.
const (
	MediaMP4       = "video/mp4"
	MediaWebM      = "video/webm"
	MediaQuickTime = "video/quicktime"
)

// FilmType tells the media type of a film by its first twelve bytes, and gives
// "" for anything else (ISO/IEC 14496-12 section 4.3, RFC 8794 section 8.1.1).
func FilmType(head []byte) string {
	switch {
	case len(head) >= 12 && string(head[4:12]) == "ftypqt  ":
		return MediaQuickTime
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return MediaMP4
	case len(head) >= 4 && string(head[:4]) == "\x1a\x45\xdf\xa3":
		return MediaWebM
	}
	return ""
}
