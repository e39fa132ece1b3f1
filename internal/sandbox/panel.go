package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/panel"
)

// newPanel makes the page for people, which works on the control API.
func (s *Sandbox) newPanel(control http.Handler) (http.Handler, error) {
	key, err := s.bytes(32)
	if err != nil {
		return nil, fmt.Errorf("make the page: %w", err)
	}
	page, err := panel.New(panel.Source{
		Control: control, Token: s.opts.Token, Key: key, Now: s.opts.Now, People: s.people, Person: s.person,
		Reports: s.reports.Names(), Paths: s.reports.Paths, Specimens: s.opts.Specimens,
	})
	if err != nil {
		return nil, fmt.Errorf("make the page: %w", err)
	}
	return page, nil
}

// people are n applicants after the first from, newest first, with the heads of their checks, and how many there are.
func (s *Sandbox) people(from, n int) ([]panel.Person, int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	ids := s.state.applicants.ids
	var out []panel.Person
	for i := len(ids) - 1 - from; i >= 0 && len(out) < n; i-- {
		out = append(out, s.state.described(ids[i]))
	}
	return out, len(ids)
}

// described is an applicant and the heads of their checks. The caller holds mu.
func (st *state) described(id string) panel.Person {
	a, _ := st.applicants.get(id)
	p := panel.Person{ID: id, Name: strings.TrimSpace(a.FirstName + " " + a.LastName), Created: a.CreatedAt, Deleted: text(a.DeleteAt)}
	for _, c := range slices.Backward(st.checks.of(id)) {
		p.Checks = append(p.Checks, panel.Check{ID: c.ID, Created: c.CreatedAt, Status: c.Status, Result: text(c.Result)})
	}
	return p
}

// person is an applicant with uploads, checks and reports.
func (s *Sandbox) person(id string) (panel.Person, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, known := s.state.applicants.get(id); !known {
		return panel.Person{}, false
	}
	p := s.state.described(id)
	p.Uploads = s.state.uploadsOf(id)
	for i, c := range p.Checks {
		for _, row := range s.state.reports.of(c.ID) {
			p.Checks[i].Reports = append(p.Checks[i].Reports, shown(row))
		}
	}
	return p, true
}

// uploadsOf are the files of an applicant. The caller holds mu.
func (st *state) uploadsOf(id string) (out []panel.Upload) {
	for _, d := range st.documents.of(id) {
		out = append(out, panel.Upload{ID: d.ID, Kind: strings.TrimSpace(d.Type + " " + text(d.Side)), Created: d.CreatedAt})
	}
	for i, kind := range []string{"live_photo", "live_video", "motion_capture", "id_photo"} {
		for _, m := range st.faces()[i].of(id) {
			out = append(out, panel.Upload{ID: m.ID, Kind: kind, Created: m.CreatedAt})
		}
	}
	return out
}

// shown is a report for people, as the API would show it.
func shown(row reportRow) panel.Report {
	b := row.Body
	r := panel.Report{ID: b.ID, Name: b.Name, Status: b.Status, Result: text(b.Result), SubResult: text(b.SubResult)}
	if b.Status != statusComplete {
		return r
	}
	wire, err := json.Marshal(row.wire())
	var body struct {
		Result     string                    `json:"result"`
		SubResult  string                    `json:"sub_result"`
		Breakdown  map[string]panelBreakdown `json:"breakdown"`
		Properties json.RawMessage           `json:"properties"`
	}
	if err == nil {
		err = json.Unmarshal(wire, &body)
	}
	if err != nil { // A recorded report may have any shape; then it is shown as it is.
		r.Properties = string(wire)
		return r
	}
	r.Result, r.SubResult, r.Properties = body.Result, body.SubResult, string(body.Properties)
	bases := map[string]basisLine{}
	for _, line := range row.Basis {
		bases[line.Path] = line
	}
	r.Lines = lines(body.Breakdown, "", bases)
	return r
}

// panelBreakdown is a breakdown as it is on the wire.
type panelBreakdown struct {
	Result    *string                   `json:"result"`
	Breakdown map[string]panelBreakdown `json:"breakdown"`
}

// lines are breakdowns in the order of their names, what is below one right after it.
func lines(tree map[string]panelBreakdown, above string, bases map[string]basisLine) (out []panel.Line) {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		path := above + name
		rests := bases[path]
		out = append(out, panel.Line{
			Path: path, Result: text(tree[name].Result), Nested: above != "", Basis: string(rests.Basis), How: rests.How,
		})
		out = append(out, lines(tree[name].Breakdown, path+".", bases)...)
	}
	return out
}
