package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/sandbox/report"
)

func (s *Sandbox) listTasks(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	run, err := s.state.liveRun(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	items := []taskItem{}
	for _, row := range s.state.tasks.of(run.ID) {
		items = append(items, row.Item)
	}
	return ok(items)
}

func (s *Sandbox) findTask(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	row, _, err := s.state.liveTask(r)
	if err != nil {
		return reply{}, err
	}
	return ok(row.wire())
}

func (st *state) liveTask(r *http.Request) (taskRow, workflowRun, error) {
	run, err := st.liveRun(r.PathValue("id"))
	if err != nil {
		return taskRow{}, run, err
	}
	id := r.PathValue("task")
	row, known := st.tasks.get(taskKey(run.ID, id))
	if !known {
		return row, run, notFound("Task", id)
	}
	return row, run, nil
}

// completeTask gives a task what it waits for. After the last one the run goes on: to its end at once, or after a
// while when there are reports to be made.
func (s *Sandbox) completeTask(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	data, err := taskData(in)
	if err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	row, run, err := s.state.liveTask(r)
	if err == nil && (!row.ByClient || row.Output != nil) {
		err = invalid("task_id", "cannot be completed")
	}
	if err != nil {
		s.mu.Unlock()
		return reply{}, err
	}
	row.Output, row.Item.UpdatedAt = data, s.stamp()
	s.state.tasks.put(taskKey(run.ID, row.Item.ID), run.ID, row)
	goesOn := !slices.ContainsFunc(s.state.tasks.of(run.ID), func(t taskRow) bool { return t.ByClient && t.Output == nil })
	if goesOn {
		run.Status, run.UpdatedAt = runProcessing, s.stamp()
		s.state.runs.put(run.ID, run.ApplicantID, run)
	}
	s.notifyTask(row, run)
	s.mu.Unlock()
	if goesOn {
		s.goOn(run)
	}
	return ok(map[string]any{})
}

// taskData is the data of the request: an object or an array.
func taskData(in *input) (json.RawMessage, error) {
	var data any
	in.value("data", textObject, &data)
	switch data.(type) {
	case map[string]any, []any:
		return in.fields["data"], nil
	case nil:
		return nil, invalid("data", textBlank)
	default:
		return nil, invalid("data", textObject)
	}
}

func (s *Sandbox) goOn(run workflowRun) {
	outputs := s.script.workflow(run.WorkflowID).Outputs
	for _, from := range outputs {
		if from.Report != "" {
			s.clock.After(s.opts.CompleteAfter, func() { s.finishRun(run.ID) })
			return
		}
	}
	s.finishRun(run.ID)
}

// runOutput gathers a run's output as its script says. The caller holds mu.
func (s *Sandbox) runOutput(run workflowRun) map[string]any {
	var out map[string]any
	for key, from := range s.script.workflow(run.WorkflowID).Outputs {
		if out == nil {
			out = map[string]any{}
		}
		if from.Task != "" {
			row, _ := s.state.tasks.get(taskKey(run.ID, from.Task))
			out[key] = row.Output
			continue
		}
		out[key] = s.reportOutput(from.Report, run)
	}
	return out
}

// reportOutput is a report as Studio shows it in a run's output, about the applicant's newest document.
func (s *Sandbox) reportOutput(name string, run workflowRun) map[string]any {
	a, _ := s.state.applicants.get(run.ApplicantID)
	var body reportBody
	if docs := s.state.documents.owners[a.ID]; len(docs) > 0 {
		body.Documents = []ref{{docs[len(docs)-1]}}
	}
	request := checkRequest{reportNames: []string{name}}
	written, err := s.reports.Write(name, s.subject(check{ApplicantID: a.ID}, body), s.outcomes(a, request)[name])
	if err != nil { // only for a broken table
		s.log.Error("write report of a workflow run", "name", name, "error", err)
	}
	out := map[string]any{
		"uuid": run.ID, "result": written.Result, "sub_result": nil, "status": statusComplete,
		"breakdown": written.Breakdown, "properties": written.Properties,
	}
	if written.SubResult != "" {
		out["sub_result"] = written.SubResult
		out["repeat_attempts"] = noRepeatAttempts(uuid.Nil.String()) // as Onfido's own sandbox has it
	}
	return out
}

// isConsider tells whether a report in the output is not clear.
func isConsider(output map[string]any) bool {
	for _, part := range output {
		if o, isReport := part.(map[string]any); isReport && o["result"] == report.Consider {
			return true
		}
	}
	return false
}
