package sandbox_test

import (
	"bytes"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/specimen"
)

// film is one of those that package film was tested with.
func film(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("..", "vision", "film", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestTheSandboxLooksAtFilms: VP8 by itself, H.264 by ffmpeg; one face in each frame, and no still picture. Whether
// anybody is alive is not said.
func TestTheSandboxLooksAtFilms(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{Live: true, CompleteAfter: time.Millisecond, ReadWithin: time.Minute})
	passport := drawing(t, specimen.Order{Type: specimen.Passport})
	for name, want := range map[string]string{
		"moving.webm": "clear nothing", "still.webm": "clear consider", "two.webm": "consider nothing", "h264.mp4": "clear nothing",
		"made up": "nothing nothing",
	} {
		applicantID := b.applicant("Specimen")
		b.upload("/documents", map[string]string{"applicant_id": applicantID, "type": "passport"}, "front.jpg", passport).want(201)
		var video object
		if name == "made up" {
			video = b.call("POST", "/sandbox/live_videos", object{"applicant_id": applicantID}).want(201)
		} else {
			video = b.upload("/sandbox/live_videos", map[string]string{"applicant_id": applicantID}, name, film(t, name)).want(201)
		}
		_, reports := b.run(applicantID, "facial_similarity_video")
		report, _ := dig(reports, "reports", 0).(object)
		got := strings.Fields(shown(report, "image_integrity.face_detected"))[0] + " " + strings.Fields(shown(report, "image_integrity.source_integrity"))[0]
		if got != want || shown(report, "visual_authenticity.liveness_detected") != "nothing" {
			t.Errorf("%s: %s, want %s: %v", name, got, want, report["breakdown"])
		}
		frame := b.call("GET", "/live_videos/"+id(video)+"/frame", nil)
		if _, err := jpeg.Decode(bytes.NewReader(frame.body)); err != nil || frame.status != 200 {
			t.Errorf("%s: frame %d, %v", name, frame.status, err)
		}
		score := dig(report, "breakdown", "face_comparison", "breakdown", "face_match", "properties", "score")
		if (score == nil) != (name == "made up") {
			t.Errorf("%s: score %v", name, score)
		}
	}
}

// TestTheSandboxLooksWithTheUsersOwnProgram: FACE_CMD decides whether two faces are one person's.
func TestTheSandboxLooksWithTheUsersOwnProgram(t *testing.T) {
	t.Parallel()
	for want, answer := range map[string]string{
		"clear":    `cat >/dev/null; echo '[1, 0.1]'`,
		"consider": `[ $(wc -c) -gt 200000 ] && echo '[1, 0]' || echo '[0, 1]'`, // a selfie's face is of more bytes than a portrait
		"nothing":  `exit 1`,
	} {
		command := filepath.Join(t.TempDir(), "face")
		if err := os.WriteFile(command, []byte("#!/bin/sh\n"+answer+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		b := newBox(t, sandbox.Options{Live: true, CompleteAfter: time.Millisecond, ReadWithin: time.Minute, FaceCommand: command})
		applicantID := b.applicant("Specimen")
		b.upload("/documents", map[string]string{"applicant_id": applicantID, "type": "passport"}, "front.jpg", drawing(t, specimen.Order{Type: specimen.Passport})).want(201)
		b.upload("/live_photos", map[string]string{"applicant_id": applicantID}, "me.jpg", drawing(t, specimen.Order{Type: specimen.Selfie})).want(201)
		_, reports := b.run(applicantID, "facial_similarity_photo")
		report, _ := dig(reports, "reports", 0).(object)
		if got := shown(report, "face_comparison.face_match"); !strings.HasPrefix(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
