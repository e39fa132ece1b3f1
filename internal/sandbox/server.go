package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// prefix is where the API lives (Onfido contract section 0).
const prefix = "/v3.6"

// endpoint answers one request, or says in an apiError why not.
type endpoint func(w http.ResponseWriter, r *http.Request) (reply, error)

// reply is an answer: a JSON body, or a file, or nothing but a status.
type reply struct {
	status int
	json   any
	file   *file
	header map[string]string
}

func ok(v any) (reply, error)      { return reply{status: http.StatusOK, json: v}, nil }
func created(v any) (reply, error) { return reply{status: http.StatusCreated, json: v}, nil }
func noContent() (reply, error)    { return reply{status: http.StatusNoContent}, nil }
func fileReply(f file) (reply, error) {
	return reply{status: http.StatusOK, file: &f}, nil
}

// serve turns an endpoint into a handler.
func (s *Sandbox) serve(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := e(w, r)
		if err != nil {
			answer = s.errorReply(r, err)
		}
		s.write(w, answer)
	})
}

// errorReply is the error body for err; what is no apiError is a fault of the sandbox.
func (s *Sandbox) errorReply(r *http.Request, err error) reply {
	e, known := errors.AsType[*apiError](err)
	if !known {
		s.log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", r.Pattern, "error", err)
		e = &apiError{Status: http.StatusInternalServerError, Type: "internal_server_error", Message: "Internal server error", Fields: problems{}}
	}
	return reply{status: e.Status, json: map[string]any{"error": e}}
}

func (s *Sandbox) write(w http.ResponseWriter, a reply) {
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	switch {
	case a.file != nil:
		w.Header().Set("Content-Type", a.file.mime)
		w.Header().Set("Content-Length", strconv.Itoa(len(a.file.data)))
		if a.file.name != "" {
			w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", a.file.name))
		}
		w.WriteHeader(a.status)
		_, _ = w.Write(a.file.data) // the client has gone; there is nobody to tell
	case a.json != nil:
		s.writeJSON(w, a)
	default:
		w.WriteHeader(a.status)
	}
}

func (s *Sandbox) writeJSON(w http.ResponseWriter, a reply) {
	text, err := json.Marshal(a.json)
	if err != nil {
		s.log.Error("encode answer", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(a.status)
	_, _ = w.Write(text)
}

// noEndpoint answers whatever no route takes.
func noEndpoint(http.ResponseWriter, *http.Request) (reply, error) {
	return reply{}, &apiError{Status: http.StatusNotFound, Type: "resource_not_found", Message: textNoSuchEndpoint, Fields: problems{}}
}
