package sandbox

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/dossier-id/dossier/internal/sandbox/evidence"
	"github.com/dossier-id/dossier/internal/sandbox/report"
)

// basisLine says what the result of one breakdown rests on. How repeats no personal data.
type basisLine struct {
	Path   string        `json:"path"`
	Result *string       `json:"result"`
	Basis  evidence.Kind `json:"basis"`
	How    string        `json:"how,omitempty"`
}

// basisOf lists the breakdowns of a report that pictures decided; nil when they did not.
func basisOf(tree report.Tree, found *evidence.Findings) []basisLine {
	if found == nil {
		return nil
	}
	known := map[string]evidence.Basis{}
	for _, b := range evidence.Bases() {
		known[b.Path] = b
	}
	var lines []basisLine
	for _, path := range tree.Paths() {
		rests, listed := known[path]
		if !listed {
			rests.Kind = evidence.Scenario
		}
		result, finding := tree.Result(path), found.ByPath[path]
		line := basisLine{Path: path, Result: result, Basis: cmp.Or(finding.Basis, rests.Kind), How: cmp.Or(finding.How, rests.How)}
		if result != nil && *result != finding.Result && path != report.OtherPath {
			line.Basis, line.How = evidence.Scenario, "a scenario says so"
		}
		lines = append(lines, line)
	}
	return lines
}

// findBasis tells what a report rests on: an extension of ours. Before the report is complete there is nothing.
func (s *Sandbox) findBasis(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	row, err := s.state.liveReport(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	lines := row.Basis
	if lines == nil && row.Body.Status == statusComplete {
		for _, path := range s.reports.Paths(row.Body.Name) {
			lines = append(lines, basisLine{Path: path, Basis: evidence.Scenario, How: "canned, or forced by a trigger or a scenario"})
		}
	}
	return ok(map[string]any{
		"report_id": row.Body.ID, "name": row.Body.Name, "status": row.Body.Status,
		"from_pictures": row.Basis != nil, "breakdown": slices.Concat([]basisLine{}, lines),
	})
}
