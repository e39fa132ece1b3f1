package sandbox

import (
	"encoding/json"
	"time"
)

// Scenario forces an outcome. It has one target: ApplicantID (all checks of the applicant), CheckID (one that still
// runs), DocumentID, or Next ("check", "document", "live_photo"). It says how reports come out, or which error is
// answered.
type Scenario struct {
	ApplicantID string            `json:"applicant_id,omitempty"`
	CheckID     string            `json:"check_id,omitempty"`
	DocumentID  string            `json:"document_id,omitempty"`
	Next        string            `json:"next,omitempty"`
	Times       int               `json:"times,omitempty"`   // how often an error strikes; 0: always, or once with Next
	Reports     map[string]Report `json:"reports,omitempty"` // by report name; "*" is every report
	Error       *Error            `json:"error,omitempty"`
}

// Report is how a report is to come out. Result and SubResult follow from the breakdown unless they are given.
type Report struct {
	Result     string          `json:"result,omitempty"`
	SubResult  string          `json:"sub_result,omitempty"`
	Breakdown  map[string]Node `json:"breakdown,omitempty"` // by path, e.g. "image_integrity.image_quality"
	Properties map[string]any  `json:"properties,omitempty"`
	Raw        json.RawMessage `json:"raw,omitempty"` // a recorded report, shown as it is; only its ids are filled in
}

// Node is one forced breakdown: clear, consider, unidentified or not_run.
type Node struct {
	Result     string         `json:"result"`
	Properties map[string]any `json:"properties,omitempty"`
}

// Error is an error answer: a status between 400 and 599 and Onfido's error body.
type Error struct {
	Status  int    `json:"status"`
	Type    string `json:"type"`
	Message string `json:"message"`
	Fields  any    `json:"fields"`
}

// Fault is a way to misbehave (docs/sandbox.md, "Faults").
type Fault struct {
	Kind        string        `json:"kind"`
	Probability float64       `json:"probability,omitempty"` // 0 counts as 1
	Times       int           `json:"times,omitempty"`       // how often it strikes; 0: always
	Method      string        `json:"method,omitempty"`
	Path        string        `json:"path,omitempty"` // a part of it; of webhooks: of the event
	Status      int           `json:"status,omitempty"`
	Delay       time.Duration `json:"-"`
	PerMinute   int           `json:"per_minute,omitempty"`
	RetryAfter  int           `json:"retry_after,omitempty"` // seconds
	Effect      bool          `json:"effect,omitempty"`      // the request is carried out, only its answer is lost
}

// MarshalJSON writes the delay as text, as the control wants it.
func (f Fault) MarshalJSON() ([]byte, error) {
	type plain Fault
	with := struct {
		plain
		Delay string `json:"delay,omitempty"`
	}{plain: plain(f)}
	if f.Delay != 0 {
		with.Delay = f.Delay.String()
	}
	return json.Marshal(with)
}

// Request is a recorded request to the API and its answer. Bodies are JSON ones only, and cut to a size.
type Request struct {
	At       time.Time         `json:"at"`
	Method   string            `json:"method"`
	Path     string            `json:"path"`
	Query    string            `json:"query"`
	Headers  map[string]string `json:"headers"` // without Authorization
	Body     string            `json:"body"`
	BodySize int64             `json:"body_size"`
	Status   int               `json:"status"` // 0 when a fault left no answer
	Answer   string            `json:"answer"`
}

// Delivery is an attempt to deliver a webhook.
type Delivery struct {
	At        time.Time `json:"at"`
	WebhookID string    `json:"webhook_id"`
	URL       string    `json:"url"`
	Event     string    `json:"event"`
	Try       int       `json:"try"`    // 1 is the first
	Status    int       `json:"status"` // of the answer; 0 when there was none
	Error     string    `json:"error"`
	Body      string    `json:"body"`
}
