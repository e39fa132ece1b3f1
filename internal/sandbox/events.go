package sandbox

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/hook"
)

// event is the body of a webhook delivery (Onfido contract section 3).
type event struct {
	Payload eventPayload `json:"payload"`
}

type eventPayload struct {
	ResourceType string      `json:"resource_type"`
	Action       string      `json:"action"`
	Object       eventObject `json:"object"`
	Resource     any         `json:"resource,omitempty"` // Studio's events only
}

type eventObject struct {
	ID            string `json:"id"`
	Status        string `json:"status"`
	StartedAt     string `json:"started_at_iso8601,omitempty"`
	CompletedAt   string `json:"completed_at_iso8601,omitempty"`
	Href          string `json:"href"` // an absolute URL, unlike in the API's own bodies
	TaskSpecID    string `json:"task_spec_id,omitempty"`
	TaskDefID     string `json:"task_def_id,omitempty"`
	WorkflowRunID string `json:"workflow_run_id,omitempty"`
}

// notify tells the webhooks that want it about an event of a check or report.
func (s *Sandbox) notify(action, id string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	kind, _, _ := strings.Cut(action, ".")
	object, checkID := eventObject{ID: id}, id
	path := prefix + "/checks/" + id
	if kind == "report" {
		row, _ := s.state.reports.get(id)
		object.Status, checkID, path = row.Body.Status, row.Body.CheckID, row.Body.Href
	}
	c, known := s.state.checks.get(checkID)
	if !known {
		return
	}
	if kind == "check" {
		object.Status = c.Status
	}
	if strings.HasSuffix(action, ".completed") {
		object.CompletedAt = s.stamp()
	}
	object.Href = s.state.plans[checkID].BaseURL + path
	s.send(event{eventPayload{ResourceType: kind, Action: action, Object: object}}, c.WebhookIDs)
}

// send delivers an event to the webhooks that listen for it; only, when that is not nil, limits them. The caller
// holds mu.
func (s *Sandbox) send(e event, only []string) {
	body, err := json.Marshal(e)
	if err != nil {
		s.log.Error("encode webhook", "event", e.Payload.Action, "error", err)
		return
	}
	for _, h := range s.state.webhooks.all() {
		if h.listensFor(e.Payload.Action) && (only == nil || slices.Contains(only, h.ID)) {
			s.deliver(h, e.Payload.Action, body)
		}
	}
}

// deliver sends a body to a webhook, as often and as late as the faults have it.
func (s *Sandbox) deliver(h webhook, action string, body []byte) {
	for _, d := range s.faults.Webhook(action) {
		m := hook.Message{WebhookID: h.ID, URL: h.URL, Event: action, Signature: hook.Sign(h.Token, body), OAuth: h.oauth(), Body: body}
		if d.Forged {
			m.Signature = hook.Sign("not the webhook's token", body)
		}
		s.hooks.Send(m, d.After)
	}
}

// oauth is where the webhook has its deliveries authorized, nil when it does not.
func (h webhook) oauth() *hook.OAuth {
	if !h.OAuthEnabled || h.OAuthServerURL == nil {
		return nil
	}
	return &hook.OAuth{
		URL: *h.OAuthServerURL, ClientID: text(h.OAuthServerClientID), ClientSecret: text(h.OAuthServerClientSecret),
		Scope: text(h.OAuthServerScope),
	}
}

func (h webhook) listensFor(action string) bool {
	return h.Enabled && slices.Contains(h.Environments, environmentSandbox) && slices.Contains(h.Events, action)
}
