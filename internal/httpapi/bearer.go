package httpapi

import (
	"context"
	"errors"
	"net/http"
	"regexp"

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

// authenticated lets through only requests with a valid token that has the
// scope: without one 401, with a malformed header 400 (Assure contract
// section 2), without the scope 403.
func authenticated(who *auth.Authority, scope string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := r.Header.Values("Authorization")
		if len(headers) == 0 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="dossier"`)
			fail(w, r, http.StatusUnauthorized, "a bearer token is required")
			return
		}
		m := bearer.FindStringSubmatch(headers[0])
		if m == nil || len(headers) > 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="dossier", error="invalid_request"`)
			fail(w, r, http.StatusBadRequest, "the Authorization header is malformed: send Bearer and a token")
			return
		}
		caller, err := who.Check(r.Context(), m[1])
		switch {
		case errors.Is(err, auth.ErrUnauthenticated):
			w.Header().Set("WWW-Authenticate", `Bearer realm="dossier", error="invalid_token"`)
			fail(w, r, http.StatusUnauthorized, "the token is unknown or expired: get a new one")
		case err != nil:
			problemOf(r.Context(), logOf(r.Context()), r.Method, r.URL.Path, err).write(w)
		case !caller.May(scope):
			w.Header().Set("WWW-Authenticate", `Bearer realm="dossier", error="insufficient_scope", scope="`+scope+`"`)
			fail(w, r, http.StatusForbidden, "the token does not have the scope for this call")
		default:
			ctx := idv.WithActor(r.Context(), idv.Actor{Kind: idv.ActorClient, ID: caller.ClientID})
			next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, callerKey{}, caller)))
		}
	})
}
