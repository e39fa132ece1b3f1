package program

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// script is a program of a line of shell.
func script(t *testing.T, line string) Set {
	t.Helper()
	path := filepath.Join(t.TempDir(), "face")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+line+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := Find(path + " --model small")
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

func TestFind(t *testing.T) {
	t.Parallel()
	if _, err := Find("no-such-program-of-mine"); err == nil || !strings.Contains(err.Error(), "no-such-program-of-mine") {
		t.Error(err)
	}
	s, err := Find("")
	if err != nil || s.Describes() {
		t.Errorf("%+v, %v", s, err)
	}
	frames, err := (Set{}).Frames(t.Context(), []byte("a film"))
	if err != nil || frames != nil {
		t.Errorf("without ffmpeg: %v, %v", frames, err)
	}
}

// TestFrames asks the real ffmpeg for the frames of films that cannot be decoded otherwise.
func TestFrames(t *testing.T) {
	t.Parallel()
	s, err := Find("")
	if err != nil || s.FFmpeg == "" {
		t.Fatalf("no ffmpeg: scripts/test-needs installs it; %v", err)
	}
	for _, name := range []string{"h264.mp4", "fragments.mp4", "vp9.webm"} {
		film, err := os.ReadFile(filepath.Join("..", "..", "vision", "film", "testdata", name))
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
