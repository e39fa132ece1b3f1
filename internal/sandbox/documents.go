package sandbox

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/dossier-id/dossier/internal/sandbox/evidence"
	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// uploadDocument takes a document. Its format is looked at, its picture only for an SDK that asks for it:
// validate_image_quality is accepted and finds nothing.
func (s *Sandbox) uploadDocument(w http.ResponseWriter, r *http.Request) (reply, error) {
	form, err := s.receive(w, r, "file", invalid("file", textFileSize))
	if err != nil {
		return reply{}, err
	}
	in := fieldsOf(form, "validate_image_quality", "location")
	d := document{CreatedAt: s.stamp(), ApplicantID: applicantOf(r.Context(), in), FileName: form.FileName, FileSize: int64(len(form.Data))}
	d.Type = in.require("type", isDocumentType)
	d.Side = in.text("side", oneOf("front", "back"))
	d.IssuingCountry = in.text("issuing_country", isCountry)
	in.boolean("validate_image_quality")
	where := in.location("location")
	mime := s.judgeDocument(in, form)
	if err := in.err(); err != nil {
		return reply{}, err
	}
	if err := mayUploadTo(r.Context(), d.ApplicantID); err != nil {
		return reply{}, err
	}
	seen, err := s.validate(r.Context(), form)
	if err != nil {
		return reply{}, err
	}
	if d.ID, err = s.newID(); err != nil {
		return reply{}, err
	}
	d.Href = prefix + "/documents/" + d.ID
	d.DownloadHref = d.Href + "/download"
	d.FileType = extension(form.FileName, mime)
	if d.FileName == "" {
		d.FileName = d.ID + "." + d.FileType
	}
	if err := s.keepDocument(d, file{form.Data, mime, d.FileName}, where, seen.view); err != nil {
		return reply{}, err
	}
	return created(uploadedDocument{d, seen.warnings})
}

// judgeDocument is the MIME type of the file, or a problem of it. The JSON of an NFC chip is accepted as well
// (Onfido contract section 5).
func (s *Sandbox) judgeDocument(in *input, form *upload.Form) string {
	mime := upload.Sniff(form.Data)
	switch {
	case !form.HasFile:
		in.fail("file", textBlank)
	case !slices.Contains([]string{upload.JPEG, upload.PNG, upload.PDF, upload.JSON}, mime):
		in.fail("file", textFile)
	case !s.sizeFits(form.Data, documentSizes()):
		in.fail("file", textFileSize)
	}
	return mime
}

func (s *Sandbox) keepDocument(d document, content file, where *location, seen *evidence.View) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.owner(d.ApplicantID)
	if err != nil {
		return err
	}
	if err := s.state.meet(nextDocument, d.ID, a.ID); err != nil {
		return err
	}
	if where != nil {
		a.Location = where
		s.state.applicants.put(a.ID, "", a)
	}
	s.state.documents.put(d.ID, a.ID, d)
	s.state.files.put(d.ID, content, s.state.isOrphan)
	if seen != nil {
		s.state.views[d.ID] = seen
	}
	return nil
}

func (s *Sandbox) listDocuments(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.state.listOwner(r)
	if err != nil {
		return reply{}, err
	}
	return ok(map[string][]document{"documents": s.state.documents.of(a.ID)})
}

func (s *Sandbox) findDocument(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, err := s.state.liveDocument(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(d)
}

func (s *Sandbox) downloadDocument(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, err := s.state.liveDocument(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return s.state.download("Document", d.ID)
}

func (st *state) liveDocument(id string) (document, error) {
	d, known := st.documents.get(id)
	if !known {
		return d, notFound("Document", id)
	}
	return d, st.alive(d.ApplicantID, "Document", id)
}

// download is the content of an upload, 410 when it was forgotten to make room.
func (st *state) download(kind, id string) (reply, error) {
	content, held := st.files.get(id)
	if !held {
		return reply{}, gone(kind, id)
	}
	return fileReply(content)
}

// isOrphan tells of an upload whether its applicant is deleted.
func (st *state) isOrphan(fileID string) bool {
	owner := cmp.Or(st.documents.owner(fileID), st.signing.owner(fileID))
	for _, t := range st.faces() {
		owner = cmp.Or(owner, t.owner(fileID))
	}
	a, known := st.applicants.get(owner)
	return !known || a.DeleteAt != nil
}

// listOwner is the applicant whose things are to be listed.
func (st *state) listOwner(r *http.Request) (applicant, error) {
	id := r.URL.Query().Get("applicant_id")
	if id == "" {
		return applicant{}, invalid("applicant_id", textBlank)
	}
	return st.liveApplicant(id)
}
