package sandbox

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"

	"github.com/dossier-id/dossier/internal/sandbox/chip"
	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// resumeCheck lets a paused check run on. Onfido's sandbox answers 204 whether it was paused or not (Onfido contract
// section 1).
func (s *Sandbox) resumeCheck(_ http.ResponseWriter, r *http.Request) (reply, error) {
	id := r.PathValue("id")
	s.mu.RLock()
	c, err := s.state.liveCheck(id)
	s.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	if c.Status != statusPaused {
		return noContent()
	}
	if err := s.turn(id, "", statusInProgress, statusPaused); err != nil {
		return reply{}, err
	}
	s.run(id)
	return noContent()
}

// downloadCheck is the check as a PDF: one page that says which check and how it stands.
func (s *Sandbox) downloadCheck(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.state.liveCheck(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	page := pdf("Check "+c.ID, "Status: "+c.Status, "Result: "+text(c.Result))
	return fileReply(file{page, upload.PDF, "check_" + c.ID + ".pdf"})
}

// resumeReport and cancelReport answer 204 even to a report that is not paused (Onfido contract section 1).
func (s *Sandbox) resumeReport(_ http.ResponseWriter, r *http.Request) (reply, error) {
	return s.settle(r.PathValue("id"), statusAwaitingData, "report.resumed")
}

func (s *Sandbox) cancelReport(_ http.ResponseWriter, r *http.Request) (reply, error) {
	return s.settle(r.PathValue("id"), statusCancelled, "report.cancelled")
}

// settle decides about a report that awaits approval, which those of a paused check do.
func (s *Sandbox) settle(id, status, event string) (reply, error) {
	s.mu.Lock()
	row, err := s.state.liveReport(id)
	waited := row.Body.Status == statusAwaitingApproval
	if err == nil && waited {
		row.Body.Status = status
		s.state.reports.put(id, row.Body.CheckID, row)
	}
	s.mu.Unlock()
	if err != nil {
		return reply{}, err
	}
	if waited {
		s.notify(event, id)
	}
	return noContent()
}

// nfcFace is the picture from the chip of a document whose file is the chip's data (Onfido contract section 5). A grey
// one stands for a picture that cannot be decoded, as the JPEG 2000 of most chips.
func (s *Sandbox) nfcFace(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	d, err := s.state.liveDocument(r.PathValue("id"))
	content, held := s.state.files.get(d.ID)
	s.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	if !held || content.mime != upload.JSON {
		return reply{}, notFound("NFC face", d.ID)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, chipFace(content.data)); err != nil {
		return reply{}, fmt.Errorf("draw NFC face: %w", err)
	}
	return fileReply(file{picture.Bytes(), upload.PNG, d.ID + ".png"})
}

// chipFace is the portrait in a chip file, grey when there is none that can be decoded.
func chipFace(data []byte) image.Image {
	const most = 2 << 20 // pixels
	f, err := chip.Read(data)
	if err != nil {
		return grey()
	}
	size, err := jpeg.DecodeConfig(bytes.NewReader(f.Face()))
	if err != nil || size.Width*size.Height > most {
		return grey()
	}
	img, err := jpeg.Decode(bytes.NewReader(f.Face()))
	if err != nil {
		return grey()
	}
	return img
}

// documentVideo is the film of a document, which only SDKs upload: the sandbox has none.
func (s *Sandbox) documentVideo(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, err := s.state.liveDocument(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return reply{}, notFound("Document video", d.ID)
}

// resendWebhooks tells the webhooks once more of completed checks; no other event can be resent.
func (s *Sandbox) resendWebhooks(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	var ids []string
	for _, n := range in.objects("data") {
		id := n.require("resource_id")
		n.require("event", oneOf("check.completed"))
		if id != "" && !s.isComplete(id) {
			n.fail("resource_id", textNotFound)
		}
		in.adopt("data", n)
		ids = append(ids, id)
	}
	if len(ids) == 0 && len(in.problems) == 0 {
		in.fail("data", textBlank)
	}
	if err := in.err(); err != nil {
		return reply{}, err
	}
	for _, id := range ids {
		s.notify("check.completed", id)
	}
	return noContent()
}

func (s *Sandbox) isComplete(checkID string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.state.liveCheck(checkID)
	return err == nil && c.Status == statusComplete
}
