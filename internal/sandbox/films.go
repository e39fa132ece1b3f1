package sandbox

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// challenge is a challenge as the SDKs pose it (Onfido contract section 5).
func challenge() any {
	return []map[string]any{
		{"type": "recite", "query": []int{7, 1, 3}},
		{"type": "movement", "query": "turnLeft"},
	}
}

// addFilm stands in for the upload by an SDK of a live video or a motion capture, which the API itself has not: an
// extension of ours. It takes a multipart upload, or JSON with an applicant_id only, for a film made up here.
func (s *Sandbox) addFilm(k mediaKind) endpoint {
	return func(w http.ResponseWriter, r *http.Request) (reply, error) {
		applicantID, f, err := s.readFilm(w, r)
		if err != nil {
			return reply{}, err
		}
		m, err := s.newMedia(k, f)
		if err != nil {
			return reply{}, err
		}
		if k.key == "motion_captures" {
			m.FileName = m.ID + ".mp4"
		}
		if err := s.keepMedia(k, applicantID, m, f.data); err != nil {
			return reply{}, err
		}
		return created(k.wire(m, true))
	}
}

func (s *Sandbox) readFilm(w http.ResponseWriter, r *http.Request) (applicantID string, f file, err error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		in, err := readInput(w, r)
		if err != nil {
			return "", f, err
		}
		return in.require("applicant_id"), file{madeUpFilm(), upload.MP4, "video.mp4"}, in.err()
	}
	form, err := s.receive(w, r, invalid("attachment_file_size", textFileSize))
	if err != nil {
		return "", f, err
	}
	in := fieldsOf(form)
	applicantID = in.require("applicant_id")
	f = file{form.Data, upload.Sniff(form.Data), form.FileName}
	if f.mime != upload.MP4 && f.mime != upload.WebM {
		in.fail("attachment_content_type", textInvalid)
	}
	return applicantID, f, in.err()
}

// madeUpFilm is the empty shell of an MP4 file.
func madeUpFilm() []byte {
	return []byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\x00\x00\x00\x08mdat")
}

// frame is a picture out of a film. The sandbox decodes no films: it is always the same picture.
func (s *Sandbox) frame(k mediaKind) endpoint {
	return func(_ http.ResponseWriter, r *http.Request) (reply, error) {
		s.mu.RLock()
		m, err := s.state.liveMedia(k, r.PathValue("id"))
		s.mu.RUnlock()
		if err != nil {
			return reply{}, err
		}
		var picture bytes.Buffer
		if err := jpeg.Encode(&picture, grey(), nil); err != nil {
			return reply{}, fmt.Errorf("draw frame: %w", err)
		}
		return fileReply(file{picture.Bytes(), upload.JPEG, m.ID + ".jpg"})
	}
}

// grey is the picture that stands for those the sandbox does not have.
func grey() image.Image {
	img := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range img.Pix {
		img.Pix[i] = 0x99
	}
	return img
}
