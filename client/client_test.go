package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
)

// server is an Assure server that a test scripts: it gives tokens and answers
// each API call by its handler.
type server struct {
	*httptest.Server
	// life is the expires_in of the tokens.
	life int

	mu     sync.Mutex
	tokens int
	good   string // the one token that is taken
	calls  []string
}

func serve(t *testing.T, api http.HandlerFunc) *server {
	t.Helper()
	s := &server{life: 600}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /auth/open/connect/token", s.token)
	guarded := func(w http.ResponseWriter, r *http.Request) {
		if !s.authorized(r) {
			problem(w, http.StatusUnauthorized, "unauthorized", "the access token is not valid")
			return
		}
		api(w, r)
	}
	mux.HandleFunc("/assure/", guarded)
	mux.HandleFunc("/events", guarded)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *server) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	if id != "demo" || secret != "s3cret" || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "signicat-api" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"invalid_client","error_description":"unknown client or wrong secret"}`)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens++
	s.good = fmt.Sprintf("token-%d", s.tokens)
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":%d}`, s.good, s.life)
}

func (s *server) authorized(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.Method+" "+r.URL.EscapedPath())
	return r.Header.Get("Authorization") == "Bearer "+s.good
}

// revoke makes the server refuse the tokens it gave so far.
func (s *server) revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.good = "none"
}

func (s *server) given() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens
}

// config is the configuration of a client that may call s.
func (s *server) config() client.Config {
	return client.Config{URL: s.URL + "/", TokenURL: s.URL + "/auth/open/connect/token", ID: "demo", Secret: "s3cret", Tries: 1}
}

func dial(t *testing.T, cfg client.Config) *client.Client {
	t.Helper()
	c, err := client.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "title": http.StatusText(status), "code": code, "detail": detail})
}

func ok(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func TestNewReportsAllFaults(t *testing.T) {
	t.Parallel()
	_, err := client.New(client.Config{URL: "127.0.0.1:8080", TokenURL: "ftp://example.com", Secret: "s3cret"})
	for _, want := range []string{"URL must be", "TokenURL must be", "ID is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

func TestTokenIsKeptAndRenewedBeforeItExpires(t *testing.T) {
	t.Parallel()
	s := serve(t, ok(`{}`))
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cfg := s.config()
	cfg.Now = func() time.Time { return now }
	c := dial(t, cfg)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {0, 1}, {539 * time.Second, 1}, {time.Second, 2}, {time.Minute, 2}} {
		now = now.Add(step.after)
		if _, err := c.GetDossier(t.Context(), "d"); err != nil {
			t.Fatal(err)
		}
		if got := s.given(); got != step.want {
			t.Errorf("at %s: %d tokens, want %d", now, got, step.want)
		}
	}
}

func TestConcurrentCallsShareOneToken(t *testing.T) {
	t.Parallel()
	s := serve(t, ok(`{}`))
	c := dial(t, s.config())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := c.GetDossier(t.Context(), "d"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := s.given(); got != 1 {
		t.Errorf("%d tokens", got)
	}
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, ok(`{"dossierId":"d1"}`))
	c := dial(t, s.config())
	if _, err := c.GetDossier(t.Context(), "d1"); err != nil {
		t.Fatal(err)
	}
	s.revoke()
	if _, err := c.CreateDossier(t.Context(), "ref"); err != nil || s.given() != 2 {
		t.Errorf("after a revocation: %v, %d tokens", err, s.given())
	}
}

func TestUnauthorizedTwiceIsTheAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		problem(w, 401, "unauthorized", "the client was disabled")
	})
	_, err := dial(t, s.config()).GetDossier(t.Context(), "d1")
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != 401 || len(s.calls) != 2 {
		t.Errorf("got %v after %d calls", err, len(s.calls))
	}
}

func TestWrongSecretIsAProblem(t *testing.T) {
	t.Parallel()
	cfg := serve(t, ok(`{}`)).config()
	cfg.Secret = "wrong+&"
	_, err := dial(t, cfg).GetDossier(t.Context(), "d1")
	const want = "getting the dossier: fetching an access token: Unauthorized: unknown client or wrong secret [401 invalid_client]"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestCallsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	var bodies []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, strings.TrimSpace(string(body)))
		if r.Method == http.MethodDelete || r.Method == http.MethodPut {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, `{"dossierId":"d1","processId":"p1","status":"pending","createdAt":"2025-01-08T16:20:57Z","x":[1]}`)
	})
	c, ctx, ref := dial(t, s.config()), t.Context(), client.Ref{DossierID: "d1", ProcessID: "p1"}
	d, err1 := c.CreateDossier(ctx, "")
	p, err2 := c.CreateProcess(ctx, "d1", client.ProcessRequest{
		Provider: "onfido", ProcessType: "documentSelfie", DocumentType: "passport",
		ProcessParameters: &client.ProcessParameters{Location: &client.Location{CountryOfResidence: "NLD"}, Consents: &client.Consents{}},
	})
	_, err3 := c.StartVerification(ctx, ref)
	_, err4 := c.GetProcess(ctx, ref)
	err := errors.Join(err1, err2, err3, err4, c.SetUserData(ctx, "d1", client.UserData{LastName: "Consider"}), c.DeleteDossier(ctx, "../d1"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"POST /assure/dossiers|{}",
		`POST /assure/dossiers/d1/processes|{"provider":"onfido","processType":"documentSelfie","documentType":"passport",` +
			`"processParameters":{"location":{"countryOfResidence":"NLD"},"consents":{"privacy":false}}}`,
		"POST /assure/dossiers/d1/processes/p1|",
		"GET /assure/dossiers/d1/processes/p1|",
		`PUT /assure/dossiers/d1/userdata|{"lastName":"Consider"}`,
		"DELETE /assure/dossiers/..%2Fd1|",
	} {
		if got := s.calls[i] + "|" + bodies[i]; got != want {
			t.Errorf("call %d\ngot  %s\nwant %s", i, got, want)
		}
	}
	if d.DossierID != "d1" || d.CreatedAt.Year() != 2025 || p.Status != "pending" || p.Final() || !strings.Contains(string(p.Raw), `"x":[1]`) {
		t.Errorf("answers: %+v, %+v", d, p)
	}
}

func TestAnswersAreBoundedAndChecked(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"endless":  strings.Repeat(" ", 9<<20),
		"not JSON": "<html>",
		"no match": `{"status":7}`,
	} {
		_, err := dial(t, serve(t, ok(body)).config()).GetProcess(t.Context(), client.Ref{DossierID: "d", ProcessID: "p"})
		if err == nil || !strings.HasPrefix(err.Error(), "getting the process: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := dial(t, s.config()).GetDossier(ctx, "d"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
