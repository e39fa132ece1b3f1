package sandbox

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"
)

// accessTokenLife is how long an OAuth access token is good for; Onfido's own figure is not known to us.
const accessTokenLife = time.Hour

// authorize lets only requests with the API token, or an access token, through to next.
func (s *Sandbox) authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.admit(w, r, next, s.checkToken(r))
	})
}

// guard lets only the API token through to the controls; they are not rate-limited.
func (s *Sandbox) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.checkToken(r); err != nil {
			s.write(w, s.errorReply(r, err))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// admit passes a request on, unless it has no right to come in or the account's rate limit is used up.
func (s *Sandbox) admit(w http.ResponseWriter, r *http.Request, next http.Handler, err error) {
	if err == nil && !s.limit.allow(s.clock.Now()) {
		err = tooManyRequests()
	}
	if err != nil {
		s.write(w, s.errorReply(r, err))
		return
	}
	next.ServeHTTP(w, r)
}

// checkToken takes "Token token=<API token>" and "Bearer <access token>" (Onfido contract section 0).
func (s *Sandbox) checkToken(r *http.Request) error {
	if token, isToken := strings.CutPrefix(r.Header.Get("Authorization"), "Token token="); isToken {
		if s.isToken(token) {
			return nil
		}
		return unauthorized()
	}
	token, isBearer := bearer(r)
	if !isBearer {
		return unauthorized()
	}
	s.mu.RLock()
	until, known := s.state.oauth[token]
	s.mu.RUnlock()
	switch {
	case !known:
		return unauthorized()
	case !s.clock.Now().Before(until):
		return expired()
	}
	return nil
}

func (s *Sandbox) isToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.opts.Token)) == 1
}

// createAccessToken is the OAuth client-credentials grant: a form with client_id and client_secret. The sandbox
// has one client: any id, and the API token as its secret (our convention).
func (s *Sandbox) createAccessToken(w http.ResponseWriter, r *http.Request) (reply, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return reply{}, badRequest("The request body is not a form")
	}
	if r.PostForm.Get("client_id") == "" || !s.isToken(r.PostForm.Get("client_secret")) {
		return reply{}, unauthorized()
	}
	token, err := s.randomToken("")
	if err != nil {
		return reply{}, err
	}
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, until := range s.state.oauth {
		if !now.Before(until.Add(accessTokenLife)) { // remembered a while, so that it is told from a forged one
			delete(s.state.oauth, old)
		}
	}
	s.state.oauth[token] = now.Add(accessTokenLife)
	return ok(map[string]any{"access_token": token, "expires_in": int(accessTokenLife.Seconds()), "token_type": "Bearer"})
}

func bearer(r *http.Request) (string, bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}
