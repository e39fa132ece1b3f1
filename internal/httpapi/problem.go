package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// Problem is the body of every error under /assure (Assure contract section 3,
// RFC 9457). It never repeats a value that was sent.
type Problem struct {
	Type          string         `json:"type" enum:"base:client-problem,base:server-problem" doc:"Whose fault it is."`
	Title         string         `json:"title" doc:"The status in words."`
	Status        int            `json:"status" doc:"The HTTP status."`
	Detail        string         `json:"detail,omitempty" doc:"What is wrong, for a developer."`
	Instance      string         `json:"instance" doc:"The path of the request."`
	Method        string         `json:"method" doc:"The method of the request."`
	TraceID       string         `json:"traceId" pattern:"^[0-9a-f]{32}$" doc:"Names the request in the server's logs."`
	Code          string         `json:"code" doc:"A stable word for the rule that was broken."`
	InvalidParams []InvalidParam `json:"invalidParams,omitempty" doc:"The fields at fault."`
}

// InvalidParam names a field at fault.
type InvalidParam struct {
	Name   string `json:"name" doc:"JSON path of the field, such as processParameters.location.countryOfResidence."`
	Reason string `json:"reason" doc:"What is wrong with it."`
}

// Error gives the code and the detail.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (*Problem) ContentType(string) string { return "application/problem+json" }

// write sends the problem as the whole answer.
func (p *Problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// statuses maps each code of the domain to its HTTP status (Assure contract
// section 3). A code that is missing here answers 400.
var statuses = map[idv.Code]int{
	idv.CodeNotFound:            http.StatusNotFound,
	idv.CodeInvalidState:        http.StatusConflict,
	idv.CodeTooLarge:            http.StatusRequestEntityTooLarge,
	idv.CodeUnsupportedImage:    http.StatusUnsupportedMediaType,
	idv.CodeKeyReused:           http.StatusUnprocessableEntity,
	idv.CodeProviderUnavailable: http.StatusServiceUnavailable,
}

// codes gives the word for problems that HTTP itself is the source of.
var codes = map[int]string{
	http.StatusUnauthorized:          "unauthorized",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              string(idv.CodeNotFound),
	http.StatusMethodNotAllowed:      "method_not_allowed",
	http.StatusNotAcceptable:         "not_acceptable",
	http.StatusRequestTimeout:        "request_timeout",
	http.StatusConflict:              "conflict",
	http.StatusRequestEntityTooLarge: string(idv.CodeTooLarge),
	http.StatusUnsupportedMediaType:  "unsupported_media_type",
	http.StatusUnprocessableEntity:   string(idv.CodeKeyReused),
	http.StatusTooManyRequests:       "rate_limited",
	http.StatusServiceUnavailable:    "unavailable",
	http.StatusInternalServerError:   "internal_error",
}

// problem makes the problem of a status for a request.
func problem(ctx context.Context, method, path string, status int, detail string) *Problem {
	code, known := codes[status]
	if !known {
		code = string(idv.CodeInvalid)
	}
	kind := "base:client-problem"
	if status >= http.StatusInternalServerError {
		kind = "base:server-problem"
	}
	return &Problem{
		Type: kind, Title: http.StatusText(status), Status: status, Detail: detail,
		Instance: path, Method: method, TraceID: traceID(ctx), Code: code,
	}
}

// fail writes the problem of a status outside huma.
func fail(w http.ResponseWriter, r *http.Request, status int, detail string) {
	problem(r.Context(), r.Method, r.URL.Path, status, detail).write(w)
}

// problemOf turns an error of a use case into what the client gets to see. An
// error without a code is ours: it is logged and its text stays here.
func problemOf(ctx context.Context, log *slog.Logger, method, path string, err error) *Problem {
	refused, ok := errors.AsType[*idv.Error](err)
	if !ok {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return problem(ctx, method, path, http.StatusRequestEntityTooLarge, "the request is too large")
		}
		if broken, ok := errors.AsType[*bodyError](err); ok {
			return problem(ctx, method, path, broken.status(), broken.Error())
		}
		if store.Unavailable(err) {
			log.WarnContext(ctx, "a request cannot be done now", "method", method, "path", shownPath(requestOf(ctx).route, path), "trace", traceID(ctx), "error", err)
			return problem(ctx, method, path, http.StatusServiceUnavailable, "the server cannot do it now; nothing is lost: try again")
		}
		log.ErrorContext(ctx, "a request failed", "method", method, "path", shownPath(requestOf(ctx).route, path), "trace", traceID(ctx), "error", err)
		return problem(ctx, method, path, http.StatusInternalServerError, "the server could not do it; the trace id leads to the reason")
	}
	status, known := statuses[refused.Code]
	if !known {
		status = http.StatusBadRequest
	}
	p := problem(ctx, method, path, status, refused.Detail)
	p.Code = string(refused.Code)
	for _, param := range refused.Params {
		p.InvalidParams = append(p.InvalidParams, InvalidParam(param))
	}
	return p
}

// teachHuma makes huma answer with our problems. It has one hook for the whole
// process, which takes what it needs from the request.
var teachHuma = sync.OnceFunc(func() {
	// What the description says of errors is the type that this gives.
	huma.NewError = func(status int, msg string, _ ...error) huma.StatusError {
		return problem(context.Background(), "", "", status, msg)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, msg string, errs ...error) huma.StatusError {
		ctx, path := c.Context(), c.URL().Path
		if status == http.StatusInternalServerError && len(errs) == 1 {
			return problemOf(ctx, logOf(ctx), c.Method(), path, errs[0])
		}
		if status == http.StatusUnprocessableEntity {
			status = http.StatusBadRequest // the contract's status for validation
		}
		p := problem(ctx, c.Method(), path, status, sentence(status, msg))
		if status != http.StatusUnsupportedMediaType { // whose error repeats the header
			p.InvalidParams = faults(errs)
		}
		return p
	}
})

// sentence replaces huma's terse message where the contract's reader deserves a
// better one.
func sentence(status int, msg string) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "the request is too large"
	case http.StatusUnsupportedMediaType:
		return "the media type of the request is not supported"
	case http.StatusBadRequest:
		return "the request is not valid"
	}
	return msg
}

// faults names the fields by their path in the request and drops the values
// that huma would repeat.
func faults(errs []error) []InvalidParam {
	var params []InvalidParam
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			params = append(params, fault(d.ErrorDetail()))
		}
	}
	return params
}

// fault names one field. huma's locations begin with the part of the request
// (body, query, path), and a missing field it reports at its parent.
func fault(d *huma.ErrorDetail) InvalidParam {
	part, name, nested := strings.Cut(d.Location, ".")
	if !nested && part != "body" {
		name = part
	}
	missing, found := strings.CutPrefix(d.Message, "expected required property ")
	if !found && name == "" && !strings.HasPrefix(d.Message, "expected") {
		return InvalidParam{Name: part, Reason: "is not valid JSON"} // the parser's message quotes it
	}
	if !found {
		return InvalidParam{Name: cmp.Or(name, part), Reason: d.Message}
	}
	missing, _, _ = strings.Cut(missing, " ")
	return InvalidParam{Name: strings.TrimPrefix(name+"."+missing, "."), Reason: "is required"}
}
