package sandbox

import (
	"net/http"
	"slices"

	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// uploadPhoto takes a live photo. advanced_validation is accepted; faces are not looked for.
func (s *Sandbox) uploadPhoto(w http.ResponseWriter, r *http.Request) (reply, error) {
	form, err := s.receive(w, r, invalid("attachment_file_size", textFileSize))
	if err != nil {
		return reply{}, err
	}
	in := fieldsOf(form, "advanced_validation")
	applicantID := in.require("applicant_id")
	in.boolean("advanced_validation")
	mime := s.judgePhoto(in, form)
	if err := in.err(); err != nil {
		return reply{}, err
	}
	if err := mayUploadTo(r.Context(), applicantID); err != nil {
		return reply{}, err
	}
	m, err := s.newMedia("/live_photos/", file{form.Data, mime, form.FileName})
	if err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.owner(applicantID)
	if err != nil {
		return reply{}, err
	}
	s.state.keepMedia(s.state.photos, a.ID, m, form.Data)
	return created(m)
}

// judgePhoto is the MIME type of the file, or a problem of it, under the names that photos have for their file
// (Onfido contract section 5).
func (s *Sandbox) judgePhoto(in *input, form *upload.Form) string {
	mime := upload.Sniff(form.Data)
	switch {
	case !form.HasFile:
		in.fail("attachment", textBlank)
	case !s.sizeFits(form.Data, photoSizes()):
		in.fail("attachment_file_size", textFileSize)
	case !slices.Contains([]string{upload.JPEG, upload.PNG, upload.PDF}, mime):
		in.fail("attachment_content_type", textInvalid)
		in.fail("attachment", textInvalid)
	}
	return mime
}

// newMedia describes an uploaded file; collection is its path below the API's prefix, between slashes.
func (s *Sandbox) newMedia(collection string, f file) (media, error) {
	id, err := s.newID()
	if err != nil {
		return media{}, err
	}
	m := media{
		ID: id, CreatedAt: s.stamp(), Href: prefix + collection + id, FileName: f.name, FileType: f.mime,
		FileSize: int64(len(f.data)), DownloadHref: prefix + collection + id + "/download",
	}
	if m.FileName == "" {
		m.FileName = id
	}
	return m, nil
}

func (st *state) keepMedia(t *table[media], applicantID string, m media, data []byte) {
	t.put(m.ID, applicantID, m)
	st.files.put(m.ID, file{data, m.FileType, m.FileName}, st.isOrphan)
}

func (s *Sandbox) listPhotos(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.state.listOwner(r)
	if err != nil {
		return reply{}, err
	}
	return ok(map[string][]media{"live_photos": s.state.photos.of(a.ID)})
}

func (s *Sandbox) findPhoto(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, err := s.state.liveMedia(s.state.photos, "Live photo", r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(m)
}

func (s *Sandbox) downloadPhoto(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, err := s.state.liveMedia(s.state.photos, "Live photo", r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return s.state.download("Live photo", m.ID)
}

func (st *state) liveMedia(t *table[media], kind, id string) (media, error) {
	m, known := t.get(id)
	if !known {
		return m, notFound(kind, id)
	}
	return m, st.alive(t.owner(id), kind, id)
}
