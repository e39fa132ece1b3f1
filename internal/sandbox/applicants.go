package sandbox

import (
	"net/http"
	"slices"
	"time"
)

func (s *Sandbox) createApplicant(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	a := applicant{Sandbox: true, IDNumbers: []idNumber{}, CreatedAt: s.stamp()}
	in.applicantInto(&a, true)
	consents := in.consents(a.CreatedAt)
	if err := in.err(); err != nil {
		return reply{}, err
	}
	if a.ID, err = s.newID(); err != nil {
		return reply{}, err
	}
	a.Href = prefix + "/applicants/" + a.ID
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom()
	s.state.applicants.put(a.ID, "", a)
	s.state.consents[a.ID] = consents
	return created(a)
}

func (s *Sandbox) findApplicant(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	a, err := s.state.liveApplicant(r.PathValue("id"))
	s.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	return ok(a)
}

// updateApplicant changes the fields that are given. Consents are replaced as a whole.
func (s *Sandbox) updateApplicant(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.liveApplicant(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	in.applicantInto(&a, false)
	consents := in.consents(s.stamp())
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.state.applicants.put(a.ID, "", a)
	if in.has("consents") {
		s.state.consents[a.ID] = consents
	}
	return ok(a)
}

// deleteApplicant schedules the deletion; a restore takes it back until it is due.
func (s *Sandbox) deleteApplicant(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.liveApplicant(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	running := func(c check) bool { return c.Status == statusInProgress }
	if slices.ContainsFunc(s.state.checks.of(a.ID), running) {
		return reply{}, refused("deletion_incomplete_checks", textChecksRunning, problems{})
	}
	due := timestamp(s.clock.Now().Add(deleteAfter))
	a.DeleteAt = &due
	s.state.applicants.put(a.ID, "", a)
	s.scheduleDeletion(a.ID, due)
	return noContent()
}

// scheduleDeletion purges the applicant when that is due.
func (s *Sandbox) scheduleDeletion(id, due string) {
	at, err := time.Parse(time.RFC3339, due)
	if err != nil {
		return // no timestamp of ours
	}
	s.clock.After(max(0, at.Sub(s.clock.Now())), func() { s.purge(id, due) })
}

func (s *Sandbox) restoreApplicant(_ http.ResponseWriter, r *http.Request) (reply, error) {
	id := r.PathValue("id")
	s.mu.Lock()
	defer s.mu.Unlock()
	a, known := s.state.applicants.get(id)
	switch {
	case !known:
		return reply{}, notFound("Applicant", id)
	case a.DeleteAt == nil:
		// The one error whose fields are a plain string (Onfido contract section 0).
		return reply{}, refused("validation_error", textValidation, "Applicant "+id+" is not scheduled for deletion")
	case *a.DeleteAt <= s.stamp():
		return reply{}, gone("Applicant", id)
	}
	a.DeleteAt = nil
	s.state.applicants.put(id, "", a)
	return noContent()
}

// purge forgets the files of an applicant whose deletion, due at that time, was not taken back.
func (s *Sandbox) purge(id, due string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, known := s.state.applicants.get(id)
	if !known || a.DeleteAt == nil || *a.DeleteAt != due {
		return
	}
	for _, fileID := range s.state.fileIDs(id) {
		s.state.files.drop(fileID)
	}
}

func (s *Sandbox) findConsents(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.state.liveApplicant(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(append([]consent{}, s.state.consents[a.ID]...))
}

// faces are all collections of media.
func (st *state) faces() []*table[media] {
	return []*table[media]{st.photos, st.videos, st.motions, st.idPhotos}
}

// fileIDs are the uploads of an applicant.
func (st *state) fileIDs(applicantID string) []string {
	ids := append(slices.Clone(st.documents.owners[applicantID]), st.signing.owners[applicantID]...)
	for _, t := range st.faces() {
		ids = append(ids, t.owners[applicantID]...)
	}
	return ids
}
