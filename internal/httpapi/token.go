package httpapi

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/dossier-id/dossier/internal/auth"
)

// maxTokenRequest bounds the form of a token request.
const maxTokenRequest = 16 << 10

// tokenEndpoint answers the client-credentials grant (Assure contract section
// 2, RFC 6749 sections 4.4 and 5).
func (a *api) tokenEndpoint() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Pragma", "no-cache")
		grant, err := a.grantOf(w, r)
		if early, ok := errors.AsType[*guessedTooOften](err); ok {
			tooMany(w, r, early.wait, "too many requests for a token were refused")
			return
		}
		if refused, ok := errors.AsType[*auth.TokenError](err); ok {
			refuseToken(w, r, refused)
			return
		}
		if err != nil {
			problemOf(r.Context(), logOf(r.Context()), r.Method, r.URL.Path, err).write(w)
			return
		}
		writeJSON(w, http.StatusOK, map[string]any{
			"access_token": grant.AccessToken, "token_type": "Bearer",
			"expires_in": int(grant.ExpiresIn.Seconds()), "scope": grant.Scope,
		})
	})
}

// guessedTooOften says that a try to log in comes too early.
type guessedTooOften struct{ wait time.Duration }

// Error says so.
func (*guessedTooOften) Error() string { return "too many tries to log in" }

func (a *api) grantOf(w http.ResponseWriter, r *http.Request) (auth.Grant, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxTokenRequest)
	if mt, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mt != "application/x-www-form-urlencoded" {
		return auth.Grant{}, &auth.TokenError{Code: "invalid_request", Description: "the request must be form-encoded"}
	}
	if err := r.ParseForm(); err != nil {
		return auth.Grant{}, &auth.TokenError{Code: "invalid_request", Description: "the form cannot be read"}
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return auth.Grant{}, &auth.TokenError{Code: "invalid_request", Description: "a parameter is there twice: " + clip(name)}
		}
	}
	switch r.PostForm.Get("grant_type") {
	case "client_credentials":
	case "":
		return auth.Grant{}, &auth.TokenError{Code: "invalid_request", Description: "grant_type is required"}
	default:
		return auth.Grant{}, &auth.TokenError{Code: "unsupported_grant_type", Description: "only client_credentials is supported"}
	}
	id, secret, err := credentials(r)
	if err != nil {
		return auth.Grant{}, err
	}
	wait, done := a.limits.guess(id, requestOf(r.Context()).address, a.Now())
	if wait > 0 {
		return auth.Grant{}, &guessedTooOften{wait}
	}
	grant, err := a.Auth.Issue(r.Context(), id, secret, r.PostForm.Get("scope"))
	refused, ok := errors.AsType[*auth.TokenError](err)
	done(!ok || refused.Code != "invalid_client")
	return grant, err
}

// credentials reads the client's id and secret from the Basic header, where
// they are form-encoded (RFC 6749 section 2.3.1), or from the form. Not both.
func credentials(r *http.Request) (id, secret string, err error) {
	id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if r.Header.Get("Authorization") == "" {
		if id == "" {
			return "", "", &auth.TokenError{Code: "invalid_client", Description: "client authentication is required"}
		}
		return id, secret, nil
	}
	if secret != "" {
		return "", "", &auth.TokenError{Code: "invalid_request", Description: "use one way of client authentication, not two"}
	}
	user, pass, ok := r.BasicAuth()
	if !ok {
		return "", "", &auth.TokenError{Code: "invalid_client", Description: "the Authorization header is not HTTP Basic"}
	}
	if user, err = url.QueryUnescape(user); err != nil {
		return "", "", &auth.TokenError{Code: "invalid_request", Description: "the client id is not form-encoded"}
	}
	if pass, err = url.QueryUnescape(pass); err != nil {
		return "", "", &auth.TokenError{Code: "invalid_request", Description: "the client secret is not form-encoded"}
	}
	if id != "" && id != user {
		return "", "", &auth.TokenError{Code: "invalid_request", Description: "header and form name two clients"}
	}
	return user, pass, nil
}

func refuseToken(w http.ResponseWriter, r *http.Request, e *auth.TokenError) {
	status := http.StatusBadRequest
	if e.Code == "invalid_client" {
		status = http.StatusUnauthorized
		if r.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="dossier"`)
		}
	}
	writeJSON(w, status, map[string]string{"error": e.Code, "error_description": e.Description})
}

// metadata answers RFC 8414 for clients that look the token address up.
func metadata(issuer string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{
			"issuer":                                issuer,
			"token_endpoint":                        issuer + tokenPath,
			"jwks_uri":                              issuer + "/.well-known/jwks.json",
			"grant_types_supported":                 []string{"client_credentials"},
			"response_types_supported":              []string{},
			"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
			"scopes_supported":                      auth.Scopes(),
		})
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// clip bounds a name that a client chose before it is shown back.
func clip(s string) string {
	if len(s) > 40 {
		return "(a long name)"
	}
	return url.QueryEscape(s)
}
