package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// reportRow is a report as it is kept.
type reportRow struct {
	Body  reportBody     `json:"body"`
	Faces *faces         `json:"faces,omitempty"` // of facial similarity reports
	Basis []basisLine    `json:"basis,omitempty"` // where pictures were looked at
	Raw   map[string]any `json:"raw,omitempty"`   // a recorded report to be shown instead, its ids filled in
}

// wire is the report as the API shows it.
func (row reportRow) wire() any {
	switch {
	case row.Raw != nil && row.Body.Status == statusComplete:
		return row.Raw
	case row.Faces != nil:
		return faceReport{row.Body, *row.Faces}
	default:
		return row.Body
	}
}

// addReport stores a report that is not written yet. The caller holds mu.
func (s *Sandbox) addReport(name string, c check, uses materials) (string, error) {
	id, err := s.newID()
	if err != nil {
		return "", err
	}
	body := reportBody{
		ID: id, CreatedAt: c.CreatedAt, Href: prefix + "/reports/" + id, Name: name, Status: statusAwaitingData,
		CheckID: c.ID, Documents: []ref{}, Breakdown: map[string]any{}, Properties: map[string]any{},
	}
	if slices.Contains(s.reports.Needs(name), "document") {
		for _, d := range uses.documents {
			body.Documents = append(body.Documents, ref{d.ID})
		}
	}
	row := reportRow{Body: body}
	if kind := s.reports.Media(name); kind != "" {
		row.Faces = newFaces(kind, uses.media[kind])
	}
	s.state.reports.put(id, c.ID, row)
	return id, nil
}

// all is the one medium that is compared, none where an applicant has none.
func (f *faces) all() []ref { return slices.Concat(f.LivePhotos, f.LiveVideos, f.MotionCaptures) }

// newFaces lists the one medium that a facial similarity report compares; the other lists are empty, not null.
func newFaces(kind, id string) *faces {
	f := &faces{LivePhotos: []ref{}, LiveVideos: []ref{}, MotionCaptures: []ref{}, IDPhotos: []ref{}}
	if id == "" {
		return f
	}
	switch kind {
	case "live_photo":
		f.LivePhotos = []ref{{id}}
	case "live_video":
		f.LiveVideos = []ref{{id}}
	case "motion_capture":
		f.MotionCaptures = []ref{{id}}
	}
	return f
}

func (s *Sandbox) listReports(_ http.ResponseWriter, r *http.Request) (reply, error) {
	id := strings.TrimSpace(r.URL.Query().Get("check_id"))
	if id == "" {
		return reply{}, invalid("check_id", textBlank)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, err := s.state.liveCheck(id); err != nil {
		return reply{}, err
	}
	reports := []any{}
	for _, row := range s.state.reports.of(id) {
		reports = append(reports, row.wire())
	}
	return ok(map[string][]any{"reports": reports})
}

func (s *Sandbox) findReport(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	row, err := s.state.liveReport(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(row.wire())
}

func (st *state) liveReport(id string) (reportRow, error) {
	row, known := st.reports.get(id)
	if !known {
		return row, notFound("Report", id)
	}
	return row, st.alive(st.checks.owner(row.Body.CheckID), "Report", id)
}
