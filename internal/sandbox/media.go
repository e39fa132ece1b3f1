package sandbox

import (
	"net/http"
	"slices"

	"github.com/dossier-id/dossier/internal/sandbox/evidence"
	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// mediaKind is one of the collections of pictures and films of an applicant's face.
type mediaKind struct {
	name string // as errors call it
	key  string // of the list, and the path
	rows func(*state) *table[media]
}

func livePhotos() mediaKind {
	return mediaKind{"Live photo", "live_photos", func(st *state) *table[media] { return st.photos }}
}

func liveVideos() mediaKind {
	return mediaKind{"Live video", "live_videos", func(st *state) *table[media] { return st.videos }}
}

func motionCaptures() mediaKind {
	return mediaKind{"Motion capture", "motion_captures", func(st *state) *table[media] { return st.motions }}
}

func idPhotos() mediaKind {
	return mediaKind{"ID photo", "id_photos", func(st *state) *table[media] { return st.idPhotos }}
}

// routes are what every kind can do.
func (k mediaKind) routes(s *Sandbox) []route {
	return []route{
		{"GET /" + k.key, s.listMedia(k)},
		{"GET /" + k.key + "/{id}", s.findMedia(k)},
		{"GET /" + k.key + "/{id}/download", s.downloadMedia(k)},
	}
}

// wire is m as the API shows it. The challenge of a live video is null in lists (Onfido contract section 1).
func (st *state) wire(k mediaKind, m media, alone bool) any {
	about, filmed := st.filmed[m.ID]
	switch {
	case k.key != liveVideos().key:
		return m
	case !alone:
		return liveVideo{media: m}
	case filmed:
		return liveVideo{m, about}
	default:
		return liveVideo{m, filming{Challenge: challenge()}}
	}
}

// listMedia answers all of an applicant.
func (s *Sandbox) listMedia(k mediaKind) endpoint {
	return func(_ http.ResponseWriter, r *http.Request) (reply, error) {
		s.mu.RLock()
		defer s.mu.RUnlock()
		a, err := s.state.listOwner(r)
		if err != nil {
			return reply{}, err
		}
		rows := []any{}
		for _, m := range k.rows(s.state).of(a.ID) {
			rows = append(rows, s.state.wire(k, m, false))
		}
		return ok(map[string][]any{k.key: rows})
	}
}

func (s *Sandbox) findMedia(k mediaKind) endpoint {
	return func(_ http.ResponseWriter, r *http.Request) (reply, error) {
		s.mu.RLock()
		defer s.mu.RUnlock()
		m, err := s.state.liveMedia(k, r.PathValue("id"))
		if err != nil {
			return reply{}, err
		}
		return ok(s.state.wire(k, m, true))
	}
}

func (s *Sandbox) downloadMedia(k mediaKind) endpoint {
	return func(_ http.ResponseWriter, r *http.Request) (reply, error) {
		s.mu.RLock()
		defer s.mu.RUnlock()
		m, err := s.state.liveMedia(k, r.PathValue("id"))
		if err != nil {
			return reply{}, err
		}
		return s.state.download(k.name, m.ID)
	}
}

func (st *state) liveMedia(k mediaKind, id string) (media, error) {
	rows := k.rows(st)
	m, known := rows.get(id)
	if !known {
		return m, notFound(k.name, id)
	}
	return m, st.alive(rows.owner(id), k.name, id)
}

// uploadPhoto takes a live photo or an ID photo. With a live token its faces are counted, unless advanced_validation
// is false.
func (s *Sandbox) uploadPhoto(k mediaKind) endpoint {
	return func(w http.ResponseWriter, r *http.Request) (reply, error) {
		form, err := s.receive(w, r, "file", invalid("attachment_file_size", textFileSize))
		if err != nil {
			return reply{}, err
		}
		in := fieldsOf(form, "advanced_validation")
		applicantID := applicantOf(r.Context(), in)
		unchecked := isFalse(in.boolean("advanced_validation"))
		mime := s.judgePhoto(in, form)
		if err := in.err(); err != nil {
			return reply{}, err
		}
		if err := mayUploadTo(r.Context(), applicantID); err != nil {
			return reply{}, err
		}
		seen, err := s.lookForFace(r.Context(), form.Data, unchecked)
		if err != nil {
			return reply{}, err
		}
		m, err := s.newMedia(k, file{form.Data, mime, form.FileName})
		if err != nil {
			return reply{}, err
		}
		if k.key == "id_photos" {
			m.FileName = m.ID + "." + extension("", mime) // the one kind that is renamed (Onfido contract section 1)
		}
		if err := s.keepMedia(k, applicantID, m, form.Data, seen); err != nil {
			return reply{}, err
		}
		return created(m)
	}
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

// newMedia describes a file that was received.
func (s *Sandbox) newMedia(k mediaKind, f file) (media, error) {
	id, err := s.newID()
	if err != nil {
		return media{}, err
	}
	href := prefix + "/" + k.key + "/" + id
	m := media{
		ID: id, CreatedAt: s.stamp(), Href: href, DownloadHref: href + "/download",
		FileName: f.name, FileType: f.mime, FileSize: int64(len(f.data)),
	}
	if m.FileName == "" {
		m.FileName = id
	}
	return m, nil
}

func (s *Sandbox) keepMedia(k mediaKind, applicantID string, m media, data []byte, seen *evidence.View) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.owner(applicantID)
	if err != nil {
		return err
	}
	if k.key == livePhotos().key {
		if err := s.state.meet(nextLivePhoto, m.ID, a.ID); err != nil {
			return err
		}
	}
	k.rows(s.state).put(m.ID, a.ID, m)
	s.state.files.put(m.ID, file{data, m.FileType, m.FileName}, s.state.isOrphan)
	if seen != nil {
		s.state.views[m.ID] = seen
	}
	return nil
}
