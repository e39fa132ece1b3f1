package obs

import (
	"cmp"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/dossier-id/dossier/internal/wire"
)

// word is a part of a path that everybody may see: a short word or the version of
// an API. Anything else names one thing, or is a secret, such as an end-user's link.
var word = regexp.MustCompile(`^(?:[a-z][a-z_-]{0,19}(?:\.[a-z]{1,5})?|[a-z]+[A-Z][a-z]{1,9}|v[0-9.]{1,4}|)$`)

// form gives a path with {id} for what is no word.
func form(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if !word.MatchString(part) {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// maxRoutes bounds how many forms of paths are told apart.
const maxRoutes = 200

// routes are the forms of paths that were answered with success: what anybody
// may ask for names no series of its own.
type routes struct {
	mu    sync.Mutex
	known map[string]bool
}

func (r *routes) name(path string, status int) string {
	name := form(path)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[name] {
		return name
	}
	if status >= http.StatusBadRequest || len(r.known) >= maxRoutes {
		return "other"
	}
	if r.known == nil {
		r.known = map[string]bool{}
	}
	r.known[name] = true
	return name
}

// Requests traces and counts what next answers. The handlers find the trace in
// the context and, as their caller's, in the header Traceparent.
func (o *Observer) Requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := o.now()
		ctx, span := o.tracer.Start(Resume(r.Context(), r.Header.Get("Traceparent")), r.Method+" "+form(r.URL.Path), trace.WithSpanKind(trace.SpanKindServer))
		r = r.WithContext(ctx)
		r.Header.Set("Traceparent", Carry(ctx))
		seen := &wire.Status{ResponseWriter: w}
		o.inFlight.Inc()
		defer func() {
			o.inFlight.Dec()
			seen.Code = cmp.Or(seen.Code, http.StatusOK) // what is sent where a handler says nothing
			span.SetAttributes(attribute.Int("http.response.status_code", seen.Code))
			if seen.Code >= http.StatusInternalServerError {
				span.SetStatus(codes.Error, "")
			}
			span.End()
			o.requests.WithLabelValues(method(r.Method), o.routes.name(r.URL.Path, seen.Code), strconv.Itoa(seen.Code)).Observe(o.now().Sub(begun).Seconds())
		}()
		next.ServeHTTP(seen, r)
	})
}

// method bounds what a client may call a method.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// Calls traces and counts what is asked of somebody: the provider, or customers'
// endpoints, whose paths are not shown.
func (o *Observer) Calls(to string, showPaths bool, next http.RoundTripper) http.RoundTripper {
	return &calls{o, to, showPaths, next}
}

type calls struct {
	*Observer
	to        string
	showPaths bool
	next      http.RoundTripper
}

// RoundTrip makes the call.
func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	begun, operation := c.now(), method(r.Method)
	if c.showPaths {
		operation += " " + form(r.URL.Path)
	}
	ctx, span := c.tracer.Start(r.Context(), c.to+" "+operation, trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	if event := r.Header.Get("webhook-id"); event != "" {
		span.SetAttributes(attribute.String("dossier.event", event))
	}
	answer, err := c.next.RoundTrip(r.WithContext(ctx))
	code := 0
	if err != nil {
		span.SetStatus(codes.Error, "no answer")
	} else {
		code = answer.StatusCode
		span.SetAttributes(attribute.Int("http.response.status_code", code))
	}
	c.calls.WithLabelValues(c.to, operation, strconv.Itoa(code)).Observe(c.now().Sub(begun).Seconds())
	return answer, err
}
