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
}

type eventObject struct {
	ID          string `json:"id"`
	Status      string `json:"status"`
	CompletedAt string `json:"completed_at_iso8601,omitempty"`
	Href        string `json:"href"` // an absolute URL, unlike in the API's own bodies
}

// notify tells the webhooks that want it about an event of a check or report.
func (s *Sandbox) notify(action, id string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	kind, _, _ := strings.Cut(action, ".")
	object, checkID := eventObject{ID: id}, id
	path := prefix + "/checks/" + id
	if kind == "report" {
		body, _ := s.state.reports.get(id)
		object.Status, checkID, path = body.Status, body.CheckID, body.Href
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
			s.hooks.Send(hook.Message{
				WebhookID: h.ID, URL: h.URL, Event: e.Payload.Action, Signature: hook.Sign(h.Token, body), Body: body,
			}, 0)
		}
	}
}

func (h webhook) listensFor(action string) bool {
	return h.Enabled && slices.Contains(h.Environments, environmentSandbox) && slices.Contains(h.Events, action)
}
