package sandbox

import (
	"errors"
	"fmt"
	"net/http"
)

// apiError is an error body of the API (Onfido contract section 0, "Errors").
type apiError struct {
	Status  int    `json:"-"`
	Type    string `json:"type"`
	Message string `json:"message"`
	Fields  any    `json:"fields"` // nearly always an object; a plain string when a live applicant is restored
}

func (e *apiError) Error() string { return e.Type + ": " + e.Message }

// problems are the faults of a request by field: texts, or nested problems.
type problems map[string][]any

func (p problems) add(field string, what any) { p[field] = append(p[field], what) }

// err is nil when there are no problems.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &apiError{Status: http.StatusUnprocessableEntity, Type: "validation_error", Message: textValidation, Fields: p}
}

// invalid is the validation error of a single field.
func invalid(field, what string) error { return problems{field: {what}}.err() }

// refused is a 422 with a type of its own.
func refused(kind, message string, fields any) error {
	return &apiError{Status: http.StatusUnprocessableEntity, Type: kind, Message: message, Fields: fields}
}

func badRequest(message string) error {
	return &apiError{Status: http.StatusBadRequest, Type: "bad_request", Message: message, Fields: problems{}}
}

func notFound(kind, id string) error {
	return &apiError{
		Status: http.StatusNotFound, Type: "resource_not_found", Fields: problems{},
		Message: fmt.Sprintf("Could not find the following resource: %s with id=%s", kind, id),
	}
}

func gone(kind, id string) error {
	return &apiError{
		Status: http.StatusGone, Type: "gone", Fields: problems{},
		Message: fmt.Sprintf("The following resource has been deleted: %s with id=%s", kind, id),
	}
}

func unauthorized() error {
	return &apiError{Status: http.StatusUnauthorized, Type: "authorization_error", Message: textUnauthorized, Fields: problems{}}
}

// badReferrer is for an SDK token on a page that it is not for; its status is not known to us.
func badReferrer() error {
	return &apiError{Status: http.StatusForbidden, Type: "bad_referrer", Message: textReferrer, Fields: problems{}}
}

func expired() error {
	return &apiError{Status: http.StatusUnauthorized, Type: "expired_token", Message: textExpired, Fields: problems{}}
}

func tooManyRequests() error {
	return &apiError{Status: http.StatusTooManyRequests, Type: "rate_limit", Message: textRateLimit, Fields: problems{}}
}

// refuse writes the error body for a status that a fault demands.
func (s *Sandbox) refuse(w http.ResponseWriter, r *http.Request, status int) {
	if status == http.StatusTooManyRequests {
		s.write(w, s.errorReply(r, tooManyRequests()))
		return
	}
	kind := "internal_server_error"
	if status < http.StatusInternalServerError {
		kind = "bad_request"
	}
	s.write(w, s.errorReply(r, &apiError{Status: status, Type: kind, Message: http.StatusText(status), Fields: problems{}}))
}

func isGone(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && e.Status == http.StatusGone
}
