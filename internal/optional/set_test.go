package optional

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision/printed"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// script is a program of a line of shell.
func script(t *testing.T, line string) Set {
	t.Helper()
	path := filepath.Join(t.TempDir(), "face")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+line+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := Find(path+" --model small", None)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEmbed(t *testing.T) {
	t.Parallel()
	face := image.NewGray(image.Rect(0, 0, 30, 40))
	got, err := script(t, `[ "$1 $2" = "--model small" ] && head -c 8 | grep -q PNG && cat >/dev/null && echo '[0.5, -1, 2e-1]'`).Embed(t.Context(), face)
	if err != nil || len(got) != 3 || got[1] != -1 {
		t.Errorf("%v, %v", got, err)
	}
	for line, want := range map[string]string{
		"echo '[0, 0]'": "not understood", "echo '{}'": "not understood", "echo '[]'": "not understood", "echo": "not understood",
		"echo no model >&2; exit 3": "no model", "yes '[1]' | head -c 40000000": "answers too much",
	} {
		if _, err := script(t, "cat >/dev/null; "+line).Embed(t.Context(), face); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestAProgramThatHangsIsEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := script(t, "exec tail -f /dev/null").Embed(ctx, image.NewGray(image.Rect(0, 0, 9, 9))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestTheLimitEndsAProgram: one that hangs ends without anybody's asking, and what it has started with it. The limit is
// a short one here; that of a [Set] that names none is ten seconds.
func TestTheLimitEndsAProgram(t *testing.T) {
	t.Parallel()
	held := filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(held, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(held, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	s := script(t, "exec 9>"+held+"; sleep 600 & wait")
	s.limit = 300 * time.Millisecond
	_, err = s.Embed(t.Context(), image.NewGray(image.Rect(0, 0, 9, 9)))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a program that hangs: %v", err)
	}
	if rest, err := io.ReadAll(pipe); err != nil || len(rest) > 0 {
		t.Errorf("the program's own program goes on: %q, %v", rest, err)
	}
}

// TestAllOfItIsEnded: what a program has started goes with it. The pipe ends when nobody holds it any more.
func TestAllOfItIsEnded(t *testing.T) {
	t.Parallel()
	held := filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(held, 0o600); err != nil {
		t.Fatal(err)
	}
	s := script(t, "exec 9>"+held+"; sleep 600 & echo started >&9; wait")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error)
	go func() {
		_, err := s.Embed(ctx, image.NewGray(image.Rect(0, 0, 9, 9)))
		ended <- err
	}()
	pipe, err := os.Open(held)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	said := bufio.NewReader(pipe)
	if line, err := said.ReadString('\n'); err != nil || line != "started\n" {
		t.Fatalf("%q, %v", line, err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := said.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the program's own program goes on: %v", err)
	}
}

// TestProgramsLearnNoSecrets: of the environment they get what they need.
func TestProgramsLearnNoSecrets(t *testing.T) {
	t.Setenv("DOSSIER_KEY", "secret")
	t.Setenv("SANDBOX_TOKEN", "secret")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	s := script(t, "env")
	out, err := s.run(t.Context(), input{}, s.Face...)
	if err != nil || strings.Contains(string(out), "secret") || !strings.Contains(string(out), "PATH=") {
		t.Errorf("%v: %s", err, out)
	}
}

// tesseract is a program of a line of shell that is asked for print.
func tesseract(t *testing.T, line string) Set {
	t.Helper()
	return Set{Tesseract: script(t, line).Face[0]}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	page := image.NewGray(image.Rect(0, 0, 40, 30))
	row := `printf '5\t1\t1\t1\t1\t%s\t%s\t0\t90\t30\t95\t%s\n' `
	good := `[ "$1 $2 $3 $4 $7" = "stdin stdout --psm 11 tsv" ] && head -c 12 | grep -q P5 && cat >/dev/null && ` + row + "1 0 4b. && " + row + "2 150 07.04.2035"
	got, err := tesseract(t, good).Print(t.Context(), page)
	if err != nil || got.Fields["expiryDate"] != "2035-04-07" {
		t.Errorf("%+v, %v", got, err)
	}
	for line, want := range map[string]string{
		"head -c 65536 /dev/urandom": "", "true": "", "exit 3": "exit status 3", "yes word | head -c 40000000": "answers too much",
		"echo no such language >&2; exit 1": "no such language",
	} {
		text, err := tesseract(t, "cat >/dev/null; "+line).Print(t.Context(), page)
		if want == "" && (err != nil || len(text.Fields) > 0) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %+v, %v", line, text, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tesseract(t, "exec tail -f /dev/null").Print(ctx, page); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if text, err := (Set{}).Print(t.Context(), page); err != nil || text != nil {
		t.Errorf("without tesseract: %v, %v", text, err)
	}
}

// TestRealPrint lets the real tesseract read a licence that has nothing else to be read.
func TestRealPrint(t *testing.T) {
	t.Parallel()
	s, err := Find("", "")
	if err != nil || !s.Reads() {
		t.Fatalf("no tesseract: scripts/test-needs installs it; %v", err)
	}
	o := specimen.Default(specimen.DrivingLicence)
	img, err := specimen.Draw(o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.Print(t.Context(), raster.Grey(raster.Shrink(img, 2000)))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[printed.Field]string{
		printed.LastName: "SPECIMEN", printed.FirstName: "ANNA MARIA", printed.BirthDate: o.Holder.Birth.Format(time.DateOnly),
		printed.ExpiryDate: o.Expiry.Format(time.DateOnly), printed.DocumentNumber: o.Number,
	} {
		if text.Fields[field] != want {
			t.Errorf("%s: %q, want %q in %q", field, text.Fields[field], want, text.Lines)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	if _, err := Find("no-such-program-of-mine", ""); err == nil || !strings.Contains(err.Error(), "no-such-program-of-mine") {
		t.Error(err)
	}
	s, err := Find("", "")
	if err != nil || s.Describes() {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := Find("", None); err != nil || s.Reads() {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := Find("", "no-such-reader"); err == nil || !strings.Contains(err.Error(), "no-such-reader") {
		t.Error(err)
	}
	frames, err := (Set{}).Frames(t.Context(), []byte("a film"))
	if err != nil || frames != nil {
		t.Errorf("without ffmpeg: %v, %v", frames, err)
	}
}

// TestFrames asks the real ffmpeg for the frames of films that cannot be decoded otherwise.
func TestFrames(t *testing.T) {
	t.Parallel()
	s, err := Find("", "")
	if err != nil || s.FFmpeg == "" {
		t.Fatalf("no ffmpeg: scripts/test-needs installs it; %v", err)
	}
	for _, name := range []string{"h264.mp4", "fragments.mp4", "vp9.webm"} {
		film, err := os.ReadFile(filepath.Join("..", "vision", "film", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		frames, err := s.Frames(t.Context(), film)
		if err != nil || len(frames) < 4 || len(frames) > 8 {
			t.Errorf("%s: %d frames, %v", name, len(frames), err)
		}
		for _, frame := range frames {
			if img, err := jpeg.Decode(bytes.NewReader(frame)); err != nil || img.Bounds().Dx() != 320 {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if frames, err := s.Frames(t.Context(), []byte("#EXTM3U\nhttp://127.0.0.1:9/x.ts\n")); err == nil || len(frames) > 0 {
		t.Errorf("a list of other films gave %d frames, %v", len(frames), err)
	}
}
