package onfidoapi

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// account is a fake Onfido that gives out numbered access tokens.
type account struct {
	tokens atomic.Int32
	// stale is the number of the token that is no longer taken.
	stale atomic.Int32
	// token answers requests for a token; nil means the usual answer.
	token http.HandlerFunc
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v3.6/oauth/token" {
		n := a.tokens.Add(1)
		if a.token != nil {
			a.token(w, r)
			return
		}
		answer(200, fmt.Sprintf(`{"access_token":"t%d","expires_in":600}`, n))(w, r)
		return
	}
	if r.Header.Get("Authorization") == fmt.Sprintf("Bearer t%d", a.stale.Load()) {
		answer(401, `{"error":{"type":"expired_token"}}`)(w, r)
		return
	}
	answer(200, `{"id":"c1"}`)(w, r)
}

func (a *account) client(t *testing.T, now func() time.Time) *Client {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return newClient(t, Config{BaseURL: server.URL, ClientID: "id", ClientSecret: "s&cret", Now: now})
}

func TestTokenRequestHasOnlyIDAndSecret(t *testing.T) {
	t.Parallel()
	a := &account{token: func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		if want := (url.Values{"client_id": {"id"}, "client_secret": {"s&cret"}}); !reflect.DeepEqual(r.PostForm, want) {
			t.Errorf("form %v", r.PostForm)
		}
		if got := r.Header.Get("Authorization"); got != "" {
			t.Errorf("Authorization: %q", got)
		}
		answer(200, `{"access_token":"abc","expires_in":600}`)(w, r)
	}}
	if _, err := a.client(t, nil).Check(t.Context(), "c1"); err != nil {
		t.Error(err)
	}
}

func TestOneTokenServesAllWhoWait(t *testing.T) {
	t.Parallel()
	a := &account{}
	c := a.client(t, nil)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := c.Check(t.Context(), "c1"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := a.tokens.Load(); n != 1 {
		t.Errorf("%d tokens for ten calls", n)
	}
}

func TestTokenIsReplacedHalfAMinuteEarly(t *testing.T) {
	t.Parallel()
	a := &account{}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	now := start
	c := a.client(t, func() time.Time { return now })
	for _, step := range []struct {
		after time.Duration
		want  int32
	}{{0, 1}, {569 * time.Second, 1}, {570 * time.Second, 2}, {1139 * time.Second, 2}, {1140 * time.Second, 3}} {
		now = start.Add(step.after)
		if _, err := c.Check(t.Context(), "c1"); err != nil {
			t.Fatal(err)
		}
		if n := a.tokens.Load(); n != step.want {
			t.Errorf("after %v: %d tokens, want %d", step.after, n, step.want)
		}
	}
}

func TestRefusedTokenIsForgotten(t *testing.T) {
	t.Parallel()
	a := &account{}
	a.stale.Store(1)
	c := a.client(t, nil)
	if _, err := c.Check(t.Context(), "c1"); err == nil {
		t.Error("a stale token was taken")
	}
	if _, err := c.Check(t.Context(), "c1"); err != nil {
		t.Error(err)
	}
	if n := a.tokens.Load(); n != 2 {
		t.Errorf("%d tokens", n)
	}
}

// TestNoTokenMeansNotDone: whatever became of the request for a token, the call
// itself never left.
func TestNoTokenMeansNotDone(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"wrong secret": answer(401, `{"error":{"type":"authorization_error"}}`),
		"down":         answer(503, ""),
		"no token":     answer(200, `{}`),
		"odd token":    answer(200, `{"access_token":"a\r\nb"}`),
		"no JSON":      answer(200, `hello`),
		"cut off":      func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		a := &account{token: handler}
		if _, err := a.client(t, nil).CreateCheck(t.Context(), NewCheck{}); err == nil || OutcomeOf(err) != NotDone {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWaitingForATokenEndsWithTheContext(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	a := &account{token: func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-release
		answer(200, `{"access_token":"abc","expires_in":600}`)(w, r)
	}}
	c := a.client(t, nil)
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := c.Check(t.Context(), "c1"); err != nil {
			t.Error(err)
		}
	})
	<-asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.login.header(ctx); err == nil {
		t.Error("no error")
	}
	close(release)
	wg.Wait()
}
