package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/dossier-id/dossier/internal/sandbox/report"
)

const maxScenarios = 1000

// What the next of may come out otherwise.
const (
	nextCheck     = "check"
	nextDocument  = "document"
	nextLivePhoto = "live_photo"
)

// scenario forces an outcome: of a check, of all checks of an applicant, or of the next check or upload. It is an
// extension of ours. Scenarios of the next are bound when it comes.
type scenario struct {
	ID          string                    `json:"id"`
	ApplicantID string                    `json:"applicant_id,omitempty"`
	CheckID     string                    `json:"check_id,omitempty"`
	DocumentID  string                    `json:"document_id,omitempty"`
	Next        string                    `json:"next,omitempty"`
	Times       int                       `json:"times,omitempty"`   // how often an error strikes; 0: always, or once with next
	Reports     map[string]reportScenario `json:"reports,omitempty"` // by report name; "*" is every report
	Error       *forcedError              `json:"error,omitempty"`
}

// reportScenario is how a report is to come out, or a whole recorded one to be shown instead.
type reportScenario struct {
	report.Outcome
	Raw map[string]any `json:"raw,omitempty"`
}

// forcedError is an answer to the upload, or to the creation of the check, instead of doing it.
type forcedError struct {
	Status  int    `json:"status"`
	Type    string `json:"type"`
	Message string `json:"message"`
	Fields  any    `json:"fields"`
}

func (s *Sandbox) addScenario(w http.ResponseWriter, r *http.Request) (reply, error) {
	var sc scenario
	if err := readControl(w, r, &sc); err != nil {
		return reply{}, err
	}
	if err := s.checkScenario(sc); err != nil {
		return reply{}, controlError(err)
	}
	id, err := s.newID()
	if err != nil {
		return reply{}, err
	}
	sc.ID = id
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.state.targetExists(sc); err != nil {
		return reply{}, err
	}
	if len(s.state.scenarios) >= maxScenarios {
		return reply{}, controlError(fmt.Errorf("there are %d scenarios already", maxScenarios))
	}
	s.state.scenarios = append(s.state.scenarios, sc)
	return created(sc)
}

func (s *Sandbox) checkScenario(sc scenario) error {
	targets := 0
	for _, target := range []string{sc.ApplicantID, sc.CheckID, sc.DocumentID, sc.Next} {
		if target != "" {
			targets++
		}
	}
	switch {
	case sc.ID != "":
		return fmt.Errorf("the id of a scenario is given by the sandbox")
	case targets != 1:
		return fmt.Errorf("a scenario needs exactly one of applicant_id, check_id, document_id, next")
	case sc.Next != "" && !slices.Contains([]string{nextCheck, nextDocument, nextLivePhoto}, sc.Next):
		return fmt.Errorf("unknown next %q: want check, document or live_photo", sc.Next)
	case (len(sc.Reports) == 0) == (sc.Error == nil):
		return fmt.Errorf("a scenario needs either reports or an error")
	case sc.Times < 0:
		return fmt.Errorf("times must not be negative")
	case sc.Error != nil && (sc.CheckID != "" || sc.DocumentID != ""):
		return fmt.Errorf("an error can strike the next check or upload, or the checks of an applicant")
	case sc.Error != nil && (sc.Error.Status < 400 || sc.Error.Status > 599 || sc.Error.Type == ""):
		return fmt.Errorf("an error needs a status between 400 and 599 and a type")
	case sc.Error == nil && sc.Times > 0:
		return fmt.Errorf("times goes with an error")
	case sc.Next == nextLivePhoto && sc.Error == nil:
		return fmt.Errorf("the next live_photo can only be answered with an error")
	}
	return s.checkReports(sc.Reports)
}

func (s *Sandbox) checkReports(reports map[string]reportScenario) error {
	for _, name := range slices.Sorted(maps.Keys(reports)) {
		wanted, checked := reports[name], name
		if name == "*" {
			if len(wanted.Breakdown) > 0 || wanted.Properties != nil || wanted.Raw != nil {
				return fmt.Errorf(`reports["*"] takes result and sub_result only`)
			}
			checked = "document" // which has a sub_result; other reports pass over it
		}
		if err := s.reports.Check(checked, wanted.Outcome); err != nil {
			return fmt.Errorf("reports[%q]: %w", name, err)
		}
		if other, given := wanted.Raw["name"]; given && other != name {
			return fmt.Errorf("reports[%q]: the recorded report is called %v", name, other)
		}
	}
	return nil
}

// targetExists demands that a named applicant, document or check is there, and that the check still runs.
func (st *state) targetExists(sc scenario) error {
	if sc.ApplicantID != "" {
		_, err := st.liveApplicant(sc.ApplicantID)
		return err
	}
	if sc.DocumentID != "" {
		_, err := st.liveDocument(sc.DocumentID)
		return err
	}
	if sc.CheckID != "" {
		c, err := st.liveCheck(sc.CheckID)
		if err == nil && c.Status == statusComplete {
			return controlError(fmt.Errorf("check %s is complete", sc.CheckID))
		}
		return err
	}
	return nil
}

func (s *Sandbox) listScenarios(http.ResponseWriter, *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return ok(map[string][]scenario{"scenarios": append([]scenario{}, s.state.scenarios...)})
}

func (s *Sandbox) dropScenarios(http.ResponseWriter, *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.scenarios = nil
	return noContent()
}

func (s *Sandbox) dropScenario(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	i := slices.IndexFunc(s.state.scenarios, func(sc scenario) bool { return sc.ID == id })
	if i < 0 {
		return reply{}, notFound("Scenario", id)
	}
	s.state.scenarios = slices.Delete(slices.Clone(s.state.scenarios), i, i+1)
	return noContent()
}

// reportsOf is what the scenario says about a report, about every report first.
func (sc scenario) reportsOf(name string) []reportScenario {
	var out []reportScenario
	for _, key := range []string{"*", name} {
		if wanted, given := sc.Reports[key]; given {
			out = append(out, wanted)
		}
	}
	return out
}

// concerns tells whether the scenario is about a report of this check on these documents.
func (sc scenario) concerns(c check, documents []ref) bool {
	return sc.CheckID == c.ID || sc.ApplicantID == c.ApplicantID || slices.Contains(documents, ref{sc.DocumentID})
}

// meet applies the scenarios that wait for this: the next of its kind, or a check of the applicant. It gives the
// error that is forced, or binds what is to come out of it to its id. The caller holds mu.
func (st *state) meet(next, id, applicantID string) error {
	for i, sc := range st.scenarios {
		isNext := sc.Next == next
		if !isNext && (sc.Error == nil || next != nextCheck || sc.ApplicantID != applicantID) {
			continue
		}
		if sc.Error != nil {
			st.count(i, isNext)
			return sc.Error.answer()
		}
		sc.Next = ""
		if next == nextCheck {
			sc.CheckID = id
		} else {
			sc.DocumentID = id
		}
		st.scenarios[i] = sc
		return nil
	}
	return nil
}

// count takes one off the times an error strikes and forgets it after the last.
func (st *state) count(i int, isNext bool) {
	sc := &st.scenarios[i]
	switch {
	case sc.Times > 1:
		sc.Times--
	case sc.Times == 1 || isNext:
		st.scenarios = slices.Delete(st.scenarios, i, i+1)
	}
}

func (e forcedError) answer() error {
	if e.Fields == nil {
		e.Fields = problems{}
	}
	return &apiError{Status: e.Status, Type: e.Type, Message: e.Message, Fields: e.Fields}
}
