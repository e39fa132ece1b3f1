package sandbox

import (
	"net/http"
	"slices"
)

type monitor struct {
	ID          string   `json:"id"`
	ApplicantID string   `json:"applicant_id"`
	ReportName  string   `json:"report_name"`
	Tags        []string `json:"tags"`
	IsSandbox   bool     `json:"is_sandbox"`
	CreatedAt   string   `json:"created_at"`
	DeletedAt   *string  `json:"deleted_at"`
}

type match struct {
	ID      string `json:"id"`
	Enabled bool   `json:"enabled"`
}

// createMonitor makes a monitor and the first check of its applicant (Onfido contract section 2g).
func (s *Sandbox) createMonitor(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	m := monitor{
		ApplicantID: in.require("applicant_id"), ReportName: in.require("report_name", oneOf("watchlist_standard", "watchlist_aml")),
		Tags: in.list("tags"), IsSandbox: true, CreatedAt: s.stamp(),
	}
	if m.Tags == nil {
		m.Tags = []string{}
	}
	if err := in.err(); err != nil {
		return reply{}, err
	}
	if m.ID, err = s.newID(); err != nil {
		return reply{}, err
	}
	if _, err := s.checkFor(m, baseURL(r)); err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.monitors.put(m.ID, m.ApplicantID, m)
	return created(m)
}

// checkFor makes a check with the report that a monitor repeats.
func (s *Sandbox) checkFor(m monitor, base string) (check, error) {
	id, err := s.newID()
	if err != nil {
		return check{}, err
	}
	request := checkRequest{applicantID: m.ApplicantID, reportNames: []string{m.ReportName}, tags: m.Tags}
	c, _, err := s.addCheck(id, request, base)
	if err != nil {
		return check{}, err
	}
	s.notify("check.started", id)
	s.run(id)
	return c, nil
}

// renewReport makes a new check for a monitor; where it is says the Location header.
func (s *Sandbox) renewReport(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	m, err := s.state.liveMonitor(r.PathValue("id"))
	s.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	c, err := s.checkFor(m, baseURL(r))
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, header: map[string]string{"Location": c.Href}}, nil
}

func (s *Sandbox) listMonitors(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.state.listOwner(r)
	if err != nil {
		return reply{}, err
	}
	rows := s.state.monitors.of(a.ID)
	if r.URL.Query().Get("include_deleted") != "true" {
		rows = slices.DeleteFunc(rows, func(m monitor) bool { return m.DeletedAt != nil })
	}
	return ok(map[string][]monitor{"monitors": rows})
}

func (s *Sandbox) findMonitor(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id := r.PathValue("id")
	m, known := s.state.monitors.get(id)
	if !known {
		return reply{}, notFound("Watchlist monitor", id)
	}
	return ok(m)
}

func (s *Sandbox) deleteMonitor(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.state.liveMonitor(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	now := s.stamp()
	m.DeletedAt = &now
	s.state.monitors.put(m.ID, m.ApplicantID, m)
	return noContent()
}

func (st *state) liveMonitor(id string) (monitor, error) {
	m, known := st.monitors.get(id)
	switch {
	case !known:
		return m, notFound("Watchlist monitor", id)
	case m.DeletedAt != nil:
		return m, gone("Watchlist monitor", id)
	}
	return m, st.alive(m.ApplicantID, "Watchlist monitor", id)
}

func (s *Sandbox) listMatches(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, err := s.state.liveMonitor(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(map[string][]match{"matches": append([]match{}, s.state.matches[m.ID]...)})
}

// updateMatches turns matches on and off. The sandbox finds none by itself: a match is made by enabling it.
func (s *Sandbox) updateMatches(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	enable, disable := in.list("enable"), in.list("disable")
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.state.liveMonitor(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	rows := append([]match{}, s.state.matches[m.ID]...)
	for i, id := range append(slices.Clone(enable), disable...) {
		at := slices.IndexFunc(rows, func(other match) bool { return other.ID == id })
		if at < 0 {
			rows, at = append(rows, match{ID: id}), len(rows)
		}
		rows[at].Enabled = i < len(enable)
	}
	if len(rows) > maxList {
		return reply{}, invalid("enable", textTooLong)
	}
	s.state.matches[m.ID] = rows
	return ok(map[string][]match{"matches": rows})
}
