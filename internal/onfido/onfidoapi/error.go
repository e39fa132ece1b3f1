package onfidoapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Outcome is what is known of a call that failed.
type Outcome int

const (
	// InDoubt means that it may have been done: the request went out and there
	// is no answer to rely on.
	InDoubt Outcome = iota
	// NotDone means that surely nothing was done, and that asking again may work:
	// the request never left, or Onfido was too busy (429).
	NotDone
	// Refused means that Onfido answered no.
	Refused
)

// OutcomeOf tells what is known of a call from its error.
func OutcomeOf(err error) Outcome {
	if _, ok := errors.AsType[*unsentError](err); ok {
		return NotDone
	}
	answer, ok := errors.AsType[*Error](err)
	switch {
	case !ok || answer.Status < 400 || answer.Status > 499:
		return InDoubt
	case answer.Status == http.StatusRequestTimeout || answer.Status == http.StatusConflict:
		return InDoubt
	case answer.Status == http.StatusTooManyRequests:
		return NotDone
	default:
		return Refused
	}
}

// unsentError says that no byte of the request can have reached Onfido.
type unsentError struct{ err error }

func unsent(err error) error { return &unsentError{err} }

func (e *unsentError) Error() string { return e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }

// Error is an answer that is no success (Onfido contract section 0). Message
// and Fields are Onfido's words: they may quote the request, so only Detail
// gives them away.
type Error struct {
	Status int
	// Type is Onfido's word for the kind of error; empty when there was none.
	Type    string
	Message string
	// Fields is the JSON under error.fields: an object, a text, or nothing.
	Fields json.RawMessage
	// RetryAfter is how long Onfido asks to wait, at most ten minutes.
	RetryAfter time.Duration
}

// Error gives the status and the type.
func (e *Error) Error() string {
	return strings.TrimSpace(fmt.Sprintf("Onfido answered %d %s", e.Status, e.Type))
}

// maxRetryAfter bounds how long a Retry-After can stop us.
const maxRetryAfter = 10 * time.Minute

var errorType = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

// readError takes what it can from an answer: a gateway's may be no JSON at all.
func (c *Client) readError(res *http.Response) error {
	e := &Error{Status: res.StatusCode, RetryAfter: retryAfter(res.Header.Get("Retry-After"), c.now())}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxError))
	if err != nil {
		return e // the status says enough
	}
	var answer struct {
		Error struct {
			Type, Message json.RawMessage
			Fields        json.RawMessage
		}
	}
	if json.Unmarshal(body, &answer) != nil {
		return e
	}
	if kind := text(answer.Error.Type); errorType.MatchString(kind) {
		e.Type = kind
	}
	e.Message, e.Fields = text(answer.Error.Message), answer.Error.Fields
	return e
}

// text gives a JSON string, and "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// retryAfter reads seconds or a date (RFC 9110 section 10.2.3).
func retryAfter(header string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
