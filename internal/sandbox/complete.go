package sandbox

import (
	"encoding/json"

	"github.com/dossier-id/dossier/internal/sandbox/report"
)

// complete looks at the pictures of a running check, writes its reports, ends it and tells the webhooks. A sandbox that
// closes meanwhile leaves the check running, for its next start.
func (s *Sandbox) complete(checkID string) {
	if err := s.look(checkID); err != nil {
		return
	}
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
		row, _ := s.state.reports.get(id)
		s.writeReport(&row, c)
		s.state.reports.put(id, checkID, row)
		if row.Body.Status != statusCancelled && text(row.Body.Result) != report.Clear {
			result = report.Consider // when any report is not clear (Onfido contract section 2a)
		}
	}
	c.Status, c.Result, c.Paused = statusComplete, &result, false
	s.state.checks.put(checkID, c.ApplicantID, c)
	s.release(checkID)
	return c, true
}

// release lets go whoever waits for the check. The caller holds mu.
func (s *Sandbox) release(checkID string) {
	if done, waiting := s.done[checkID]; waiting {
		close(done)
		delete(s.done, checkID)
	}
}

// writeReport writes one report, unless it was cancelled. The caller holds mu.
func (s *Sandbox) writeReport(row *reportRow, c check) {
	if row.Body.Status == statusCancelled {
		return
	}
	outcome, raw := s.outcomeOf(*row, c)
	about := s.subject(c, row.Body)
	outcome, found := s.judge(*row, c, outcome, about.Known)
	written, err := s.reports.Write(row.Body.Name, about, outcome)
	if err != nil { // outcomes are checked when they are asked for
		s.log.Error("write report", "name", row.Body.Name, "error", err)
		written.Result = report.Consider
	}
	row.Body.Status = statusComplete
	row.Body.Result = &written.Result
	if written.SubResult != "" {
		row.Body.SubResult = &written.SubResult
	}
	row.Body.Breakdown, row.Body.Properties = s.frozen(written.Breakdown), s.frozen(written.Properties)
	row.Basis = basisOf(written.Breakdown, found)
	if raw != nil {
		row.replay(raw)
	}
}

// frozen is a value as JSON, which takes a third of the memory.
func (s *Sandbox) frozen(v any) any {
	text, err := json.Marshal(v)
	if err != nil { // only for a property that a control call cannot have carried
		s.log.Error("encode report", "error", err)
		return v
	}
	return json.RawMessage(text)
}

// outcomeOf is what the triggers of the check and then the scenarios for its applicant, its documents and itself say
// about one of its reports; raw is a recorded report to be shown instead.
func (s *Sandbox) outcomeOf(row reportRow, c check) (outcome report.Outcome, raw map[string]any) {
	name := row.Body.Name
	outcome = s.state.plans[c.ID].Outcomes[name]
	for _, sc := range s.state.scenarios {
		for _, wanted := range sc.reportsOf(name) {
			if !sc.concerns(c, row.Body.Documents) {
				continue
			}
			if !s.reports.HasSubResult(name) {
				wanted.SubResult = ""
			}
			outcome = outcome.Merge(wanted.Outcome)
			if wanted.Raw != nil {
				raw = wanted.Raw
			}
		}
	}
	return outcome, raw
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
