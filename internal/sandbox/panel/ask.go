package panel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// refusal is what the control API says to a call that makes no sense.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func notFound(what string) error {
	return &refusal{http.StatusNotFound, "There is no such " + what + ". It may have been forgotten since."}
}

func invalid(text string) error { return &refusal{http.StatusUnprocessableEntity, text} }

// ask calls the control API and decodes its answer into into, unless that is nil. body is encoded as JSON, or sent as
// it is when it is a json.RawMessage.
func (p *panel) ask(ctx context.Context, method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return invalid("That is not JSON: " + err.Error())
	}
	r, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(text)) //nolint:gosec // it goes to a handler, not to a network
	if err != nil {
		return fmt.Errorf("make a call of the control API: %w", err)
	}
	r.Header.Set("Authorization", "Token token="+p.Token)
	r.Header.Set("Content-Type", "application/json")
	a := &answer{header: http.Header{}}
	p.Control.ServeHTTP(a, r)
	if a.status >= http.StatusBadRequest {
		return a.refusal()
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(a.body.Bytes(), into); err != nil {
		return fmt.Errorf("read the answer to %s %s: %w", method, path, err)
	}
	return nil
}

// answer keeps what the control API answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *answer) refusal() error {
	var said struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &said); err != nil {
		return fmt.Errorf("read the refusal of the control API (%d): %w", a.status, err)
	}
	return &refusal{a.status, said.Error.Message}
}
