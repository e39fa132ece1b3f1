package evidence

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/report"
	"github.com/dossier-id/dossier/internal/vision"
	"github.com/dossier-id/dossier/internal/vision/film"
)

// Bounds of what is looked at in a film.
const (
	maxFrames   = 12               // frames that are read, spread over the film
	longestFilm = 60 * time.Second // that a recorder makes of a face
	still       = 1.5              // mean difference of grey values up to which two frames are one picture
)

// Film is what is kept of a film that was looked at.
type Film struct {
	About  string // what it is, for people
	Faces  []int  // counted in each frame that was seen
	Moves  bool   // some frame differs from another
	Picked []byte // the best frame as JPEG; nil without a frame
	whole  bool   // it has a length that a film of a face can have
}

// LookAtFilm looks at the key frames of a VP8 film, and at those that ffmpeg gives of any other. It fails like Look.
func (e *Eye) LookAtFilm(ctx context.Context, file []byte, today time.Time) (*View, error) {
	about, err := film.Read(file)
	if err != nil {
		return &View{Unreadable: true, Film: &Film{About: "the file is no WebM or MP4 film that can be understood"}}, nil //nolint:nilerr // the view tells of it
	}
	v := &View{Film: newFilm(about)}
	var best *vision.Reading
	var before image.Image
	for _, img := range spread(e.frames(ctx, about, file)) {
		reading, picture, err := e.readFrame(ctx, img, today)
		if err != nil {
			return nil, err
		}
		v.Film.Faces = append(v.Film.Faces, len(reading.Faces))
		v.Film.Moves = v.Film.Moves || before != nil && difference(before, img) > still
		if before = img; best == nil || better(reading, best) {
			best, v.Film.Picked = reading, picture
		}
	}
	if best != nil {
		seen := e.view(ctx, best)
		seen.Film = v.Film
		return seen, nil
	}
	return v, nil
}

func newFilm(f *film.Film) *Film {
	sound := "without sound"
	if f.Sound {
		sound = "with sound"
	}
	return &Film{
		About: fmt.Sprintf("%s film of %s, %.1f s, %d × %d, %s", f.Container, f.Codec, f.Length.Seconds(), f.Width, f.Height, sound),
		whole: f.Length > 0 && f.Length <= longestFilm,
	}
}

// frames are those that can be had. A frame that cannot be decoded is left out.
func (e *Eye) frames(ctx context.Context, f *film.Film, file []byte) []image.Image {
	var out []image.Image
	for i := range f.KeyFrames() {
		if img, err := f.Frame(i); err == nil {
			out = append(out, img)
		}
	}
	if len(out) > 0 {
		return out
	}
	files, err := e.programs.Frames(ctx, file)
	if err != nil {
		e.log.WarnContext(ctx, "ffmpeg gave no frames", "error", err)
	}
	for _, frame := range files {
		if img, err := jpeg.Decode(bytes.NewReader(frame)); err == nil {
			out = append(out, img)
		}
	}
	return out
}

// spread leaves out frames so that those that are left lie all over the film.
func spread(frames []image.Image) []image.Image {
	if len(frames) <= maxFrames {
		return frames
	}
	out := make([]image.Image, maxFrames)
	for i := range out {
		out[i] = frames[i*(len(frames)-1)/(maxFrames-1)]
	}
	return out
}

// readFrame counts the faces of a frame and gives it as a file.
func (e *Eye) readFrame(ctx context.Context, img image.Image, today time.Time) (*vision.Reading, []byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		return nil, nil, fmt.Errorf("keep a frame: %w", err)
	}
	reading, err := e.read(ctx, b.Bytes(), vision.Options{Today: today, FacesOnly: true})
	if err != nil {
		return nil, nil, err
	}
	return reading, b.Bytes(), nil
}

// better prefers one face to any other number, and then the sharper picture.
func better(a, b *vision.Reading) bool {
	if one := len(a.Faces) == 1; one != (len(b.Faces) == 1) {
		return one
	}
	return a.Quality.Sharpness > b.Quality.Sharpness
}

// difference is the mean difference of the grey values of two frames, looked at in 64 × 64 places; 255 for frames of
// two sizes.
func difference(a, b image.Image) float64 {
	const places = 64
	box := a.Bounds()
	if box.Size() != b.Bounds().Size() {
		return 255
	}
	sum := 0.0
	for i := range places * places {
		dx, dy := box.Dx()*(i%places)/places, box.Dy()*(i/places)/places
		sum += apart(grey(a, dx, dy), grey(b, dx, dy))
	}
	return sum / (places * places)
}

func grey(img image.Image, dx, dy int) float64 {
	r, g, b, _ := img.At(img.Bounds().Min.X+dx, img.Bounds().Min.Y+dy).RGBA()
	return (0.299*float64(r) + 0.587*float64(g) + 0.114*float64(b)) / 257
}

func apart(a, b float64) float64 { return max(a-b, b-a) }

// judgeFilm says what a film shows: one face in each frame that was seen, and that somebody moves. It does not say that
// anybody is alive.
func (f *Findings) judgeFilm(seen *Film) {
	const detected, source = "image_integrity.face_detected", "image_integrity.source_integrity"
	if len(seen.Faces) == 0 {
		f.ByPath[detected] = Finding{Result: report.NotRun, How: seen.About + ": no frame could be decoded"}
		return
	}
	for _, faces := range seen.Faces {
		if faces != 1 {
			f.consider(detected, fmt.Sprintf("%s: a frame of %d shows %d faces", seen.About, len(seen.Faces), faces))
		}
	}
	if _, judged := f.ByPath[detected]; !judged {
		f.clear(detected, fmt.Sprintf("%s: one face in each of %d frames", seen.About, len(seen.Faces)))
	}
	switch {
	case len(seen.Faces) > 1 && !seen.Moves:
		f.consider(source, "all frames that were seen are one picture")
	case !seen.whole:
		f.consider(source, seen.About+": a film of a face takes up to 60 s")
	}
}
