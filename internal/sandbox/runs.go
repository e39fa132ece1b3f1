package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	runsPerPage     = 20
	maxRunTags      = 30
	maxUserID       = 256
	runTokenLife    = 5 * 7 * 24 * time.Hour // of the SDK token of a run (Onfido contract section 4)
	workflowVersion = 1                      // of every workflow
)

// runRequest is the body of POST /workflow_runs.
type runRequest struct {
	run        workflowRun
	customData json.RawMessage
}

func readRun(in *input) (runRequest, error) {
	var q runRequest
	r := &q.run
	r.ApplicantID, r.WorkflowID = in.require("applicant_id"), in.require("workflow_id")
	r.Tags = in.list("tags")
	if r.Tags == nil {
		r.Tags = []string{}
	}
	if len(r.Tags) > maxRunTags {
		in.fail("tags", textTooLong)
	}
	r.CustomerUserID = text(in.text("customer_user_id", atMost(maxUserID)))
	if link, done := in.object("link"); link != nil {
		r.Link = runLink{
			CompletedRedirectURL: link.text("completed_redirect_url"), ExpiredRedirectURL: link.text("expired_redirect_url"),
			ExpiresAt: link.text("expires_at"), Language: link.text("language", oneOf(linkLanguages()...)),
		}
		done()
	}
	var custom map[string]any
	if in.value("custom_data", textObject, &custom) {
		q.customData = in.fields["custom_data"]
	}
	return q, in.err()
}

func linkLanguages() []string {
	return []string{"en_US", "de_DE", "es_ES", "fr_FR", "it_IT", "pt_PT", "nl_NL"}
}

func (s *Sandbox) createRun(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	request, err := readRun(in)
	if err != nil {
		return reply{}, err
	}
	run := request.run
	if run.ID, err = s.newID(); err != nil {
		return reply{}, err
	}
	if run.SDKToken, err = s.mintToken(run.ApplicantID, baseURL(r), nil, runTokenLife); err != nil {
		return reply{}, err
	}
	steps := s.script.workflow(run.WorkflowID)
	run.describe(s.stamp(), steps)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.state.owner(run.ApplicantID); err != nil {
		return reply{}, err
	}
	s.state.runs.put(run.ID, run.ApplicantID, run)
	s.state.bases[run.ID] = baseURL(r)
	for _, t := range steps.Tasks {
		s.addTask(run, t, request.customData)
	}
	if steps.MakesToken {
		s.addBiometricToken(run)
	}
	switch run.Status {
	case runApproved:
		s.notifyRun(run)
	case runProcessing:
		s.clock.After(s.opts.CompleteAfter, func() { s.finishRun(run.ID) })
	}
	return created(run)
}

// describe fills in what follows from a run's id and its script.
func (r *workflowRun) describe(now string, script workflow) {
	r.WorkflowVersionID = workflowVersion
	r.DashboardURL = "https://dashboard.onfido.com/results/" + r.ID
	r.Link.URL = "https://eu.onfido.app/l/" + r.ID
	r.Reasons, r.CreatedAt, r.UpdatedAt = []string{}, now, now
	switch {
	case script.AtOnce:
		r.Status = runApproved
	case slices.ContainsFunc(script.Tasks, func(t taskScript) bool { return t.ByClient }):
		r.Status = runAwaitingInput
	default:
		r.Status = runProcessing
	}
}

// addTask stores a task of a new run; those that nobody waits for are done at once. The caller holds mu.
func (s *Sandbox) addTask(run workflowRun, script taskScript, customData json.RawMessage) {
	row := taskRow{
		Item:  taskItem{ID: script.ID, WorkflowRunID: run.ID, TaskDefID: script.TaskDefID, CreatedAt: run.CreatedAt, UpdatedAt: run.CreatedAt},
		Input: map[string]any{}, ByClient: script.ByClient, Signs: script.Signs,
	}
	if !script.ByClient && !script.Signs {
		row.Output = map[string]any{}
	}
	if script.Output != nil {
		row.Output = script.Output
	}
	if script.ID == "start" && customData != nil {
		row.Output = customData
	}
	s.state.tasks.put(taskKey(run.ID, script.ID), run.ID, row)
	if row.Output == nil {
		s.notifyTask(row, run)
	}
}

// taskKey is the id of a task among those of all runs.
func taskKey(runID, taskID string) string { return runID + "/" + taskID }

// finishRun ends a run: its tasks that sign have signed, its reports are written, its output is there.
func (s *Sandbox) finishRun(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run, known := s.state.runs.get(id)
	if !known || run.Status != runProcessing {
		return
	}
	for _, row := range s.state.tasks.of(id) {
		if row.Signs && row.Output == nil {
			s.sign(row)
		}
	}
	run.Status, run.UpdatedAt = runApproved, s.stamp()
	if run.Output = s.runOutput(run); isConsider(run.Output) {
		run.Status = runDeclined
	}
	s.state.runs.put(id, run.ApplicantID, run)
	s.notifyRun(run)
}

func (st *state) liveRun(id string) (workflowRun, error) {
	run, known := st.runs.get(id)
	if !known {
		return run, notFound("Workflow run", id)
	}
	return run, st.alive(run.ApplicantID, "Workflow run", id)
}

func (s *Sandbox) findRun(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	run, err := s.state.liveRun(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(run)
}

// listRuns answers a page of all runs as a bare array, newest first unless asked otherwise.
func (s *Sandbox) listRuns(_ http.ResponseWriter, r *http.Request) (reply, error) {
	q := r.URL.Query()
	q.Del("per_page") // the page size is fixed
	p, err := readPage(q, runsPerPage)
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains([]string{"", "asc", "desc"}, q.Get("sort")) {
		return reply{}, invalid("sort", textUnknownValue)
	}
	keep, err := runFilter(q.Get("status"), q.Get("tags"), q.Get("applicant_id"), q.Get("created_at_gt"), q.Get("created_at_lt"))
	if err != nil {
		return reply{}, err
	}
	s.mu.RLock()
	rows := slices.DeleteFunc(s.state.runs.all(), func(run workflowRun) bool { return !keep(run) })
	s.mu.RUnlock()
	if q.Get("sort") != "asc" {
		slices.Reverse(rows)
	}
	return reply{status: http.StatusOK, json: window(rows, p), header: p.header(r, len(rows))}, nil
}

// runFilter keeps the runs of any of the statuses and with all of the tags, each a comma-separated list, made between
// two times.
func runFilter(statuses, tags, applicantID, after, before string) (func(workflowRun) bool, error) {
	wrong := problems{}
	for key, at := range map[string]string{"created_at_gt": after, "created_at_lt": before} {
		if at != "" && isDate(at) != "" {
			if _, err := time.Parse(time.RFC3339, at); err != nil {
				wrong.add(key, textInvalid)
			}
		}
	}
	return func(run workflowRun) bool {
		for tag := range strings.SplitSeq(tags, ",") {
			if tag != "" && !slices.Contains(run.Tags, tag) {
				return false
			}
		}
		return (statuses == "" || slices.Contains(strings.Split(statuses, ","), run.Status)) &&
			(applicantID == "" || applicantID == run.ApplicantID) &&
			(after == "" || run.CreatedAt > after) && (before == "" || run.CreatedAt < before)
	}, wrong.err()
}
