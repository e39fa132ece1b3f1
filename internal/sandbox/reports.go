package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/report"
)

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
	if kind := s.reports.Media(name); kind != "" {
		body.faces = newFaces(kind, uses.media[kind])
	}
	s.state.reports.put(id, c.ID, body)
	return id, nil
}

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

// complete writes the reports of a running check, ends it and tells the webhooks.
func (s *Sandbox) complete(checkID string) {
	c, ended := s.finish(checkID)
	if !ended {
		return
	}
	for _, id := range c.ReportIDs {
		s.notify("report.completed", id)
	}
	s.notify("check.completed", checkID)
}

// finish is false when the check does not run (any more).
func (s *Sandbox) finish(checkID string) (check, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.state.checks.get(checkID)
	if !known || c.Status != statusInProgress {
		return c, false
	}
	result := report.Clear
	for _, id := range c.ReportIDs {
		body, _ := s.state.reports.get(id)
		s.writeReport(&body, c)
		s.state.reports.put(id, checkID, body)
		if body.Result == nil || *body.Result != report.Clear {
			result = report.Consider // when any report is not clear (Onfido contract section 2a)
		}
	}
	c.Status, c.Result = statusComplete, &result
	s.state.checks.put(checkID, c.ApplicantID, c)
	close(s.done[checkID])
	delete(s.done, checkID)
	return c, true
}

// writeReport writes one report. The caller holds mu.
func (s *Sandbox) writeReport(body *reportBody, c check) {
	written, err := s.reports.Write(body.Name, s.subject(c, *body), s.state.plans[c.ID].Outcomes[body.Name])
	if err != nil { // outcomes are checked when they are planned
		s.log.Error("write report", "name", body.Name, "error", err)
		return
	}
	body.Status = statusComplete
	body.Result = &written.Result
	if written.SubResult != "" {
		body.SubResult = &written.SubResult
	}
	body.Breakdown, body.Properties = written.Breakdown, written.Properties
}

// subject is what the report repeats of the applicant and the document. Onfido's own sandbox says passport and GBR
// whatever was uploaded (Onfido contract section 2g); here the four main types and a given country are repeated,
// because whoever uploads a driving licence expects to read of one.
func (s *Sandbox) subject(c check, body reportBody) report.Subject {
	a, _ := s.state.applicants.get(c.ApplicantID)
	about := report.Subject{FirstName: a.FirstName, LastName: a.LastName, DOB: text(a.DOB)}
	if len(body.Documents) == 0 {
		return about
	}
	d, _ := s.state.documents.get(body.Documents[0].ID)
	about.DocumentID = d.ID
	about.IssuingCountry = text(d.IssuingCountry)
	if slices.Contains([]string{"passport", "driving_licence", "national_identity_card", "residence_permit"}, d.Type) {
		about.DocumentType = d.Type
	}
	return about
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
	return ok(map[string][]reportBody{"reports": s.state.reports.of(id)})
}

func (s *Sandbox) findReport(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	body, err := s.state.liveReport(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(body)
}

func (st *state) liveReport(id string) (reportBody, error) {
	body, known := st.reports.get(id)
	if !known {
		return body, notFound("Report", id)
	}
	return body, st.alive(st.checks.owner(body.CheckID), "Report", id)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
