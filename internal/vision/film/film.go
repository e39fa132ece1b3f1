package film

import (
	"bytes"
	"errors"
	"time"
)

// Container is the kind of a file.
type Container string

// The containers.
const (
	WebM Container = "WebM"
	MP4  Container = "MP4" // and QuickTime, which it comes from
)

// ErrFormat says that a file is no film in one of the containers, or a broken one.
var ErrFormat = errors.New("not a film that can be read: WebM and MP4 can")

// maxFrames bounds what is kept of a film: a key frame every half second for a minute.
const maxFrames = 120

// Film is what a file says of itself, and its key frames.
type Film struct {
	Container     Container
	Codec         string // of the pictures: VP8, VP9, AV1, H.264, H.265, or as the file writes it
	Length        time.Duration
	Width, Height int  // pixels
	Sound         bool // there is a track of it

	frames [][]byte // VP8 key frames
}

// Read reads a film. What is cut off at its end is no failure, as long as it says what it holds. It fails with
// [ErrFormat], also for a film without pictures.
func Read(file []byte) (*Film, error) {
	f := &Film{}
	switch {
	case bytes.HasPrefix(file, []byte("\x1a\x45\xdf\xa3")):
		f.Container = WebM
		f.readWebM(file)
	case len(file) > 12 && string(file[4:8]) == "ftyp":
		f.Container = MP4
		f.readMP4(file)
	default:
		return nil, ErrFormat
	}
	if f.Codec == "" {
		return nil, ErrFormat
	}
	return f, nil
}
