package sandbox

import (
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed data/workflows.json data/scripted.json
var scripts embed.FS

// workflow is the script of what the runs of a workflow go through. The sandbox has no workflow editor: the ids that
// Onfido's own test suites use have scripts in data/workflows.json, all others that of the empty id.
type workflow struct {
	Note       string            `json:"note"`
	Tasks      []taskScript      `json:"tasks"`
	Outputs    map[string]output `json:"outputs"`     // of the run, by key
	AtOnce     bool              `json:"at_once"`     // ends as soon as it begins
	MakesToken bool              `json:"makes_token"` // makes a biometric token of the customer's user
}

type taskScript struct {
	ID        string         `json:"id"`
	TaskDefID string         `json:"task_def_id"`
	ByClient  bool           `json:"by_client"` // waits for POST …/complete
	Signs     bool           `json:"signs"`     // makes signed documents
	Output    map[string]any `json:"output"`    // of a task that is done at once
}

// output is where a part of a run's output comes from: what a task was completed with, or a report.
type output struct {
	Task   string `json:"task"`
	Report string `json:"report"`
}

// script is the pinned content of the small endpoints (Onfido contract section 2g).
type script struct {
	Addresses  map[string][]any     `json:"addresses"`
	Extraction map[string]any       `json:"extraction"`
	Passkeys   map[string][]passkey `json:"passkeys"`
	AlertRisks map[string][]any     `json:"alert_risks"` // by alert
	workflows  map[string]workflow
}

func loadScript() (script, error) {
	var sc script
	for name, into := range map[string]any{"data/scripted.json": &sc, "data/workflows.json": &sc.workflows} {
		text, err := scripts.ReadFile(name)
		if err != nil {
			return sc, fmt.Errorf("read table: %w", err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			return sc, fmt.Errorf("decode table %s: %w", name, err)
		}
	}
	return sc, nil
}

// workflow is the script of a workflow.
func (sc script) workflow(id string) workflow {
	if w, known := sc.workflows[id]; known {
		return w
	}
	return sc.workflows[""]
}

// Statuses of workflow runs (Onfido contract section 1).
const (
	runProcessing    = "processing"
	runAwaitingInput = "awaiting_input"
	runApproved      = "approved"
	runDeclined      = "declined"
)

type workflowRun struct {
	ID                string         `json:"id"`
	ApplicantID       string         `json:"applicant_id"`
	WorkflowID        string         `json:"workflow_id"`
	WorkflowVersionID int            `json:"workflow_version_id"`
	DashboardURL      string         `json:"dashboard_url"`
	Status            string         `json:"status"`
	Output            map[string]any `json:"output"`
	Reasons           []string       `json:"reasons"`
	Error             any            `json:"error"`
	SDKToken          string         `json:"sdk_token"`
	Link              runLink        `json:"link"`
	CustomerUserID    string         `json:"customer_user_id"`
	Tags              []string       `json:"tags"`
	CreatedAt         string         `json:"created_at"`
	UpdatedAt         string         `json:"updated_at"`
}

type runLink struct {
	URL                  string  `json:"url"`
	CompletedRedirectURL *string `json:"completed_redirect_url"`
	ExpiredRedirectURL   *string `json:"expired_redirect_url"`
	ExpiresAt            *string `json:"expires_at"`
	Language             *string `json:"language"`
}

// taskItem is a task as lists show it.
type taskItem struct {
	ID             string  `json:"id"`
	WorkflowRunID  string  `json:"workflow_run_id"`
	TaskDefID      string  `json:"task_def_id"`
	TaskDefVersion *string `json:"task_def_version"`
	CreatedAt      string  `json:"created_at"`
	UpdatedAt      string  `json:"updated_at"`
}

// task is a task as it is found alone.
type task struct {
	taskItem
	Input  any `json:"input"`
	Output any `json:"output"` // null until it is done
}

// taskRow is a task as it is kept.
type taskRow struct {
	Item     taskItem `json:"item"`
	Input    any      `json:"input"`
	Output   any      `json:"output"`
	ByClient bool     `json:"by_client"`
	Signs    bool     `json:"signs"`
}

func (row taskRow) wire() task { return task{row.Item, row.Input, row.Output} }
