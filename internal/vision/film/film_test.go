package film

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func film(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestReadsFilms(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		Film
		keyFrames int
	}{
		"moving.webm":   {Film{Container: WebM, Codec: "VP8", Length: 3 * time.Second, Width: 320, Height: 240, Sound: true}, 6},
		"still.webm":    {Film{Container: WebM, Codec: "VP8", Length: 3 * time.Second, Width: 320, Height: 240}, 3},
		"vp9.webm":      {Film{Container: WebM, Codec: "VP9", Length: 3 * time.Second, Width: 320, Height: 240}, 0},
		"h264.mp4":      {Film{Container: MP4, Codec: "H.264", Length: 3 * time.Second, Width: 320, Height: 240, Sound: true}, 0},
		"fragments.mp4": {Film{Container: MP4, Codec: "H.264", Length: 3 * time.Second, Width: 320, Height: 240}, 0},
	} {
		got, err := Read(film(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if apart := got.Length - want.Length; apart.Abs() > 200*time.Millisecond {
			t.Errorf("%s is %v long", name, got.Length)
		}
		if got.Container != want.Container || got.Codec != want.Codec || got.Width != want.Width || got.Height != want.Height ||
			got.Sound != want.Sound || got.KeyFrames() != want.keyFrames {
			t.Errorf("%s: %s %s %d × %d, sound %v, %d key frames", name, got.Container, got.Codec, got.Width, got.Height, got.Sound, got.KeyFrames())
		}
		for i := range got.KeyFrames() {
			if img, err := got.Frame(i); err != nil || img.Bounds().Dx() != want.Width || img.Bounds().Dy() != want.Height {
				t.Errorf("%s, frame %d: %v", name, i, err)
			}
		}
	}
}

// TestReadsWhatIsLeft: a film whose end was lost is read as far as it goes.
func TestReadsWhatIsLeft(t *testing.T) {
	t.Parallel()
	whole := film(t, "moving.webm")
	got, err := Read(whole[:len(whole)/2])
	if err != nil || got.Codec != "VP8" || got.KeyFrames() < 2 || got.Length >= 3*time.Second {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"nothing": nil, "a picture": []byte("\xff\xd8\xff\xe0"), "an empty WebM": []byte("\x1a\x45\xdf\xa3\x80"),
		"an empty MP4": append([]byte("\x00\x00\x00\x14ftypisom\x00\x00\x02\x00isom"), make([]byte, 1000)...),
		"sound alone":  bytes.ReplaceAll(film(t, "h264.mp4"), []byte("vide"), []byte("soun")),
	} {
		if got, err := Read(file); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// FuzzRead: any bytes give a film or a refusal, and its frames pictures or an error.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"still.webm", "fragments.mp4", "vp9.webm"} {
		file := film(f, name)
		f.Add(file[:min(len(file), 6000)])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := Read(file)
		if err != nil {
			return
		}
		if got.Length < 0 || got.KeyFrames() > maxFrames || got.Width < 0 || got.Height < 0 {
			t.Errorf("%+v", got)
		}
		for i := range min(got.KeyFrames(), 3) {
			if img, err := got.Frame(i); err == nil && img.Bounds().Empty() {
				t.Error("a frame without pixels")
			}
		}
	})
}
