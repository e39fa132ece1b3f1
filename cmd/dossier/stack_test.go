package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/store"
)

// stack is a whole Dossier beside a sandbox, on loopback.
type stack struct {
	t       *testing.T
	server  *server
	sandbox *runningSandbox
	url     string
	data    string
	// database is where the server keeps its rows.
	database string
	config   client.Config
	api      *client.Client
	http     *http.Client
}

// eachEngine runs a test on SQLite and on PostgreSQL.
func eachEngine(t *testing.T, test func(*stack)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(newStack(t, pgtest.New(t), sandbox.Options{CompleteAfter: quickly}))
	})
}

// onSQLite runs a test that has nothing to do with the database on one engine.
func onSQLite(t *testing.T, test func(*stack)) {
	t.Helper()
	test(newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly}))
}

// quickly is how long a check takes at the sandbox of a test.
const quickly = 20 * time.Millisecond

// newStack starts a server on the database, a sandbox, and a client of both. more
// are settings of the server: names and values.
func newStack(t *testing.T, database string, o sandbox.Options, more ...string) *stack {
	t.Helper()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", o)
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	s := newStackAt(t, database, box.url(), box.Token(), more...)
	s.sandbox = box
	return s
}

// newStackAt starts a server that has its Onfido somewhere else. extra are pairs
// of a setting and its value.
func newStackAt(t *testing.T, database, onfidoURL, token string, extra ...string) *stack {
	t.Helper()
	return newLoggedStack(t, testLog(t), database, onfidoURL, token, extra...)
}

// newLoggedStack starts a server that logs somewhere else too.
func newLoggedStack(t *testing.T, log *slog.Logger, database, onfidoURL, token string, extra ...string) *stack {
	t.Helper()
	l, err := listen(t.Context(), "127.0.0.1:0")
	check(t, err)
	s := &stack{t: t, url: "http://" + l.Addr().String(), data: t.TempDir(), database: database}
	s.http = &http.Client{Transport: holdToDescription(t, http.DefaultTransport)}
	s.server, err = startServer(t.Context(), s.settings(database, s.data, onfidoURL, token, extra...), l, log)
	check(t, err)
	t.Cleanup(func() { check(t, s.server.stop()) })
	s.login("test")
	return s
}

func (s *stack) settings(database, data, onfidoURL, token string, extra ...string) *config.Config {
	settings := map[string]string{
		"DOSSIER_PUBLIC_URL": s.url, "DOSSIER_DATA": data, "DOSSIER_DATABASE": database, "DOSSIER_ONFIDO_URL": onfidoURL,
		"DOSSIER_ONFIDO_TOKEN": token, "DOSSIER_ONFIDO_REQUESTS_PER_MINUTE": "60000", "DOSSIER_ONFIDO_SETTLE": "100ms",
		"DOSSIER_WEBHOOK_ALLOW": "127.0.0.1", "DOSSIER_ONFIDO_SDK_UPLOADS": "on", "DOSSIER_DRAIN": "0s",
	}
	for pair := range slices.Chunk(extra, 2) {
		settings[pair[0]] = pair[1]
	}
	cfg, err := config.Load("", func(name string) (string, bool) { v, ok := settings[name]; return v, ok })
	if err != nil {
		s.t.Fatal(err)
	}
	return cfg
}

// login makes an API client of the default tenant and uses it from now on.
func (s *stack) login(name string) {
	s.t.Helper()
	s.loginTo(store.DefaultTenant, name)
}

func (s *stack) loginTo(tenant, name string) {
	s.t.Helper()
	who, err := s.server.auth.CreateClient(s.t.Context(), tenant, name)
	if err != nil {
		s.t.Fatal(err)
	}
	s.config = client.Config{URL: s.url, TokenURL: s.url + "/auth/open/connect/token", ID: who.ID, Secret: who.Secret, HTTPClient: s.http}
	if s.api, err = client.New(s.config); err != nil {
		s.t.Fatal(err)
	}
}

// token gets an access token.
func (s *stack) token() string {
	s.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.config.ID}, "client_secret": {s.config.Secret}}
	answer, err := s.http.PostForm(s.config.TokenURL, form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var grant struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&grant); err != nil || grant.AccessToken == "" {
		s.t.Fatalf("no token: %v, %s", err, answer.Status)
	}
	return grant.AccessToken
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// json decodes the body into a map.
func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(r.body, &m); err != nil {
		t.Fatalf("%d: not a JSON object: %v: %.200s", r.status, err, r.body)
	}
	return m
}

// call sends a request with a token. headers are pairs of name and value.
func (s *stack) call(token, method, path, body string, headers ...string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.do(r)
}

func (s *stack) do(r *http.Request) reply {
	s.t.Helper()
	answer, err := s.http.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, text}
}

func (s *stack) picture(depiction string) client.Image {
	s.t.Helper()
	return client.Bytes(depiction, specimenFile(s.t, depiction))
}

// passportOrder is the contract's example process.
func passportOrder() client.ProcessRequest {
	return client.ProcessRequest{
		Provider: "onfido", ProcessType: "documentSelfie", DocumentType: "passport",
		ProcessParameters: &client.ProcessParameters{Location: &client.Location{CountryOfResidence: "NLD"}},
	}
}

// pendingProcess makes a process that is ready to start.
func (s *stack) pendingProcess(request client.ProcessRequest, user client.UserData, depictions ...string) client.Ref {
	s.t.Helper()
	ctx := s.t.Context()
	d, err := s.api.CreateDossier(ctx, "")
	check(s.t, err)
	if user != (client.UserData{}) {
		check(s.t, s.api.SetUserData(ctx, d.DossierID, user))
	}
	p, err := s.api.CreateProcess(ctx, d.DossierID, request)
	check(s.t, err)
	ref := client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}
	for _, depiction := range depictions {
		check(s.t, s.api.SetImages(ctx, ref, s.picture(depiction)))
	}
	return ref
}

// result starts a process and waits for its end.
func (s *stack) result(ref client.Ref) *client.Process {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	_, err := s.api.StartVerification(ctx, ref)
	check(s.t, err)
	p, err := s.api.WaitForResult(ctx, ref, nil)
	check(s.t, err)
	return p
}

func pathOf(ref client.Ref) string {
	return "/assure/dossiers/" + ref.DossierID + "/processes/" + ref.ProcessID
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testLog logs warnings to the test.
func testLog(t *testing.T) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// eventually waits for something that a background job brings about.
func (s *stack) eventually(what string, happened func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !happened() {
		select {
		case <-ctx.Done():
			s.t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}
