package httpapi

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/idv"
)

type callerKey struct{}

// callerOf gives who is calling. It is there on every path that authenticated
// guards.
func callerOf(ctx context.Context) auth.Caller {
	c, _ := ctx.Value(callerKey{}).(auth.Caller)
	return c
}

// bearer is the form of the Authorization header (RFC 6750 section 2.1).
var bearer = regexp.MustCompile(`^(?i:bearer) +([A-Za-z0-9._~+/-]+=*)$`)

// authenticated lets through only requests with a valid token that may use the
// route: without one 401, with a malformed header 400 (Assure contract section
// 2), without the scope 403. A route that demands nothing lets nobody through.
func (a *api) authenticated(routes *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, route := routes.Handler(r)
		requestOf(r.Context()).route = route
		caller, ok := a.caller(w, r)
		if !ok {
			return
		}
		if wait := a.limits.clients.Take(caller.ClientID, a.Now()); wait > 0 {
			tooMany(w, r, wait, "this client sends too many requests")
			return
		}
		if wanted := a.demands[route]; route != "" && !caller.May(wanted...) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="dossier", error="insufficient_scope", scope="`+strings.Join(wanted, " ")+`"`)
			fail(w, r, http.StatusForbidden, "the token does not have the scope for this call")
			return
		}
		ctx := idv.WithActor(r.Context(), idv.Actor{Kind: idv.ActorClient, ID: caller.ClientID})
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, callerKey{}, caller)))
	})
}

// caller says who sends a request, or answers it.
func (a *api) caller(w http.ResponseWriter, r *http.Request) (_ auth.Caller, ok bool) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		w.Header().Set("WWW-Authenticate", `Bearer realm="dossier"`)
		fail(w, r, http.StatusUnauthorized, "a bearer token is required")
		return auth.Caller{}, false
	}
	m := bearer.FindStringSubmatch(headers[0])
	if m == nil || len(headers) > 1 {
		w.Header().Set("WWW-Authenticate", `Bearer realm="dossier", error="invalid_request"`)
		fail(w, r, http.StatusBadRequest, "the Authorization header is malformed: send Bearer and a token")
		return auth.Caller{}, false
	}
	caller, err := a.Auth.Check(r.Context(), m[1])
	switch {
	case errors.Is(err, auth.ErrUnauthenticated):
		w.Header().Set("WWW-Authenticate", `Bearer realm="dossier", error="invalid_token"`)
		fail(w, r, http.StatusUnauthorized, "the token is unknown or expired: get a new one")
	case err != nil:
		problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
	}
	return caller, err == nil
}

// demandsOf reads from the description which scopes each route demands: the
// same list is published and enforced.
func demandsOf(doc *huma.OpenAPI) map[string][]string {
	demands := map[string][]string{}
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete} {
			if op == nil {
				continue
			}
			for _, alternative := range op.Security {
				demands[op.Method+" "+path] = append(demands[op.Method+" "+path], alternative[bearerScheme]...)
			}
		}
	}
	return demands
}
