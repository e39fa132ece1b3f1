package sandbox

import (
	"net/http"

	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

type signingDocument struct {
	ID           string `json:"id"`
	ApplicantID  string `json:"applicant_id"`
	CreatedAt    string `json:"created_at"`
	Href         string `json:"href"`
	DownloadHref string `json:"download_href"`
	FileName     string `json:"file_name"`
	FileType     string `json:"file_type"` // an extension
	FileSize     int64  `json:"file_size"`
}

// signingSizes are the specification's, held to in strict mode.
func signingSizes() sizes { return sizes{2 << 10, 3 << 20} }

func (s *Sandbox) uploadSigningDocument(w http.ResponseWriter, r *http.Request) (reply, error) {
	form, err := s.receive(w, r, "file", invalid("file", textFileSize))
	if err != nil {
		return reply{}, err
	}
	in := fieldsOf(form)
	d := signingDocument{ApplicantID: in.require("applicant_id"), CreatedAt: s.stamp(), FileName: form.FileName, FileType: "pdf", FileSize: int64(len(form.Data))}
	switch {
	case !form.HasFile:
		in.fail("file", textBlank)
	case upload.Sniff(form.Data) != upload.PDF:
		in.fail("file", textFile)
	case !s.sizeFits(form.Data, signingSizes()):
		in.fail("file", textFileSize)
	}
	if err := in.err(); err != nil {
		return reply{}, err
	}
	if d.ID, err = s.newID(); err != nil {
		return reply{}, err
	}
	d.Href = prefix + "/signing_documents/" + d.ID
	d.DownloadHref = d.Href + "/download"
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.owner(d.ApplicantID)
	if err != nil {
		return reply{}, err
	}
	s.state.signing.put(d.ID, a.ID, d)
	s.state.files.put(d.ID, file{form.Data, upload.PDF, d.FileName}, s.state.isOrphan)
	return created(d)
}

func (s *Sandbox) listSigningDocuments(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.state.listOwner(r)
	if err != nil {
		return reply{}, err
	}
	return ok(map[string][]signingDocument{"signing_documents": s.state.signing.of(a.ID)})
}

func (s *Sandbox) findSigningDocument(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, err := s.state.liveSigning(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(d)
}

func (s *Sandbox) downloadSigningDocument(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, err := s.state.liveSigning(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return s.state.download("Signing document", d.ID)
}

func (st *state) liveSigning(id string) (signingDocument, error) {
	d, known := st.signing.get(id)
	if !known {
		return d, notFound("Signing document", id)
	}
	return d, st.alive(d.ApplicantID, "Signing document", id)
}
