package httpapi

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/crash"
	"github.com/dossier-id/dossier/internal/wire"
)

// requestKey is the key of a request's own values in its context.
type requestKey struct{}

// request is what belongs to one request on its way through the house.
type request struct {
	trace string
	log   *slog.Logger
	// route is the pattern that the path fits, "" when there is none.
	route string
	// address is the neighbourhood that the request comes from. It is personal
	// data and never written anywhere.
	address string
	// dossier is the one that the request turned out to be about.
	dossier string
	// object is the id for what a request with an Idempotency-Key makes.
	object string
}

func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{trace: "00000000000000000000000000000000", log: slog.New(slog.DiscardHandler)}
}

func traceID(ctx context.Context) string     { return requestOf(ctx).trace }
func logOf(ctx context.Context) *slog.Logger { return requestOf(ctx).log }

// traceparent is the header of W3C Trace Context, version 00.
var traceparent = regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$`)

// traced gives each request a trace id, the caller's if there is one, writes
// one line of log about it and answers 500 where a handler panics. Paths hold
// ids only; queries and bodies are not logged.
func traced(log *slog.Logger, random io.Reader, now func() time.Time, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := now()
		req := &request{trace: newTrace(r, random), log: log}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, req))
		seen := &statusWriter{wire.Status{ResponseWriter: w}}
		sent := r.Body
		r.Body = &requestBody{sent}
		defer func() {
			aborted := recovered(seen, r, recover())
			drain(r, sent, seen.Code)
			log.InfoContext(r.Context(), "request", "method", r.Method, "path", shownPath(req.route, r.URL.Path),
				"status", seen.Code, "duration", now().Sub(begun), "trace", req.trace)
			if aborted {
				panic(http.ErrAbortHandler)
			}
		}()
		harden(w.Header())
		next.ServeHTTP(seen, r)
	})
}

// recovered answers for a handler that panicked, and says whether the connection
// is to be cut: because the handler wants it, or has begun an answer.
func recovered(w *statusWriter, r *http.Request, p any) (aborted bool) {
	if p == nil {
		return false
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return true
	}
	crash.Log(r.Context(), logOf(r.Context()), "a handler panicked", p, "trace", traceID(r.Context()))
	if w.Code != 0 {
		return true // so that nobody takes what was sent for the whole
	}
	fail(w, r, http.StatusInternalServerError, "the server could not do it; the trace id leads to the reason")
	return false
}

// shownPath gives a path for the log: words of the route, and ids. Whatever else
// a client puts there may be personal.
func shownPath(route, path string) string {
	_, pattern, _ := strings.Cut(route, "/") // without the method
	words, given := strings.Split(pattern, "/"), strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, part := range given {
		if i >= len(words) || words[i] != part && uuid.Validate(part) != nil {
			given[i] = "…"
		}
	}
	return "/" + strings.Join(given[:min(len(given), maxShownParts)], "/")
}

// maxShownParts bounds a path in the log. Paths of ours are shorter.
const maxShownParts = 10

// harden sets the headers that every answer of an API has: nothing here is a
// page, and nothing may be kept by a cache.
func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

func newTrace(r *http.Request, random io.Reader) string {
	const none = "00000000000000000000000000000000"
	if m := traceparent.FindStringSubmatch(r.Header.Get("Traceparent")); m != nil && m[1] != none {
		return m[1]
	}
	b := make([]byte, 16)
	if _, err := io.ReadFull(random, b); err != nil {
		return none
	}
	return hex.EncodeToString(b)
}

// retryAfter is when to come back, in seconds, where nothing better is known.
const retryAfter = "2"

func setUnlessThere(h http.Header, name, value string) {
	if h.Get(name) == "" {
		h.Set(name, value)
	}
}

// statusWriter remembers the status of an answer, and says with a refusal that
// passes when to come back.
type statusWriter struct{ wire.Status }

// WriteHeader adds what a client should know of the status.
func (w *statusWriter) WriteHeader(status int) {
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		setUnlessThere(w.Header(), "Retry-After", retryAfter)
	}
	w.Status.WriteHeader(status)
}
