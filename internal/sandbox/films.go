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

// challenge stands for that of a film no SDK has brought (Onfido contract section 5).
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
		applicantID, f, err := s.readFilm(w, r, k)
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
		if err := s.keepMedia(k, applicantID, m, f.data, nil); err != nil {
			return reply{}, err
		}
		s.mu.RLock()
		defer s.mu.RUnlock()
		return created(s.state.wire(k, m, true))
	}
}

func (s *Sandbox) readFilm(w http.ResponseWriter, r *http.Request, k mediaKind) (applicantID string, f file, err error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		in, err := readInput(w, r)
		if err != nil {
			return "", f, err
		}
		return in.require("applicant_id"), k.madeUpFilm(), in.err()
	}
	form, err := s.receive(w, r, "file", invalid("attachment_file_size", textFileSize))
	if err != nil {
		return "", f, err
	}
	in := fieldsOf(form)
	applicantID = in.require("applicant_id")
	return applicantID, s.judgeFilm(in, form), in.err()
}

// madeUpFilm is the empty shell of a film, as long as those of Onfido's own sample applicant.
func (k mediaKind) madeUpFilm() file {
	if k.key == "motion_captures" {
		return file{shell("isom", 2_720_276), upload.MP4, "video.mp4"}
	}
	return file{shell("qt  ", 165_093), upload.QuickTime, "video.mov"}
}

// shell is the beginning of a film of that brand, and nothing after it.
func shell(brand string, size int) []byte {
	out := make([]byte, size)
	copy(out, "\x00\x00\x00\x14ftyp"+brand+"\x00\x00\x02\x00"+brand)
	return out
}

// frame is the best picture out of a film: sharp, and of one person. A grey one stands for that of a film that cannot
// be decoded.
func (s *Sandbox) frame(k mediaKind) endpoint {
	return func(_ http.ResponseWriter, r *http.Request) (reply, error) {
		s.mu.RLock()
		m, err := s.state.liveMedia(k, r.PathValue("id"))
		content, _ := s.state.files.get(m.ID)
		seen := s.state.views[m.ID]
		s.mu.RUnlock()
		if err != nil {
			return reply{}, err
		}
		if seen == nil {
			if seen, err = s.eye.LookAtFilm(r.Context(), content.data, s.clock.Now()); err != nil {
				return reply{}, fmt.Errorf("look for a frame: %w", err)
			}
		}
		picture := grey()
		if best, err := jpeg.Decode(bytes.NewReader(seen.Film.Picked)); err == nil {
			picture = best
		}
		encoded, err := jfif(picture)
		if err != nil {
			return reply{}, err
		}
		return fileReply(file{encoded, upload.JPEG, m.ID + ".jpg"})
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

// jfif encodes a picture as JPEG with the JFIF header that Go leaves out and clients look for.
func jfif(img image.Image) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		return nil, fmt.Errorf("draw frame: %w", err)
	}
	const startAndHeader = "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
	return append([]byte(startAndHeader), out.Bytes()[2:]...), nil
}
