package sandbox

// makeRoom forgets the oldest applicants, with everything that is theirs, until there are fewer than the limit. The
// caller holds mu.
func (s *Sandbox) makeRoom() {
	for len(s.state.applicants.ids) >= s.opts.MaxApplicants {
		s.forget(s.state.applicants.ids[0])
	}
}

// forget removes an applicant without a trace. The caller holds mu.
func (s *Sandbox) forget(id string) {
	st := s.state
	for _, fileID := range st.fileIDs(id) {
		st.files.drop(fileID)
		delete(st.views, fileID)
		delete(st.filmed, fileID)
	}
	st.documents.removeAll(id)
	st.signing.removeAll(id)
	for _, t := range st.faces() {
		t.removeAll(id)
	}
	for _, c := range st.checks.of(id) {
		st.reports.removeAll(c.ID)
		delete(st.plans, c.ID)
		s.release(c.ID)
	}
	st.checks.removeAll(id)
	for _, run := range st.runs.of(id) {
		st.tasks.removeAll(run.ID)
		delete(st.bases, run.ID)
	}
	st.runs.removeAll(id)
	for _, m := range st.monitors.of(id) {
		delete(st.matches, m.ID)
	}
	st.monitors.removeAll(id)
	delete(st.consents, id)
	delete(st.posed, id)
	st.applicants.remove(id)
}
