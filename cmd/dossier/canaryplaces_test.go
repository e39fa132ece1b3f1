package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/console"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// collector takes traces, as OpenTelemetry's does, and gives its address.
func collector(t *testing.T, into *journal) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unzipped, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			body = unzipped
		}
		if _, err := io.Copy(into, body); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// metrics gives what Prometheus is told.
func (s *stack) metrics() []byte {
	s.t.Helper()
	answer, err := http.Get("http://" + s.server.metricsAddr + "/metrics")
	check(s.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(s.t, err)
	return text
}

// command uses the command line beside the server.
func (s *stack) command(args ...string) string {
	s.t.Helper()
	said, status := s.try(args...)
	if status != 0 {
		s.t.Fatalf("dossier %s: %d %s", strings.Join(args, " "), status, said)
	}
	return said
}

// try uses the command line beside the server, which may fail.
func (s *stack) try(args ...string) (said string, status int) {
	s.t.Helper()
	env := map[string]string{"DOSSIER_DATA": s.data, "DOSSIER_DATABASE": s.database}
	var out bytes.Buffer
	w := world{ctx: s.t.Context(), out: &out, err: &out, lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	status = run(w, args)
	return out.String(), status
}

// films brings a film by an app, one by our own pages, and goes through a capture
// flow, with marks in the names and bytes of films, and in what is asked for.
func (s *stack) films(m *marks) {
	t := s.t
	t.Helper()
	marked := func() []byte { return append(bytes.Clone(aFilm), m.word()...) }
	a := s.newApp("documentVideo")
	a.bringDocument("front", "front")
	posed := a.bring(http.MethodPost, "/v3/live_video_challenge", "x", nil, nil)["data"].(map[string]any)
	challenge, err := json.Marshal(posed["challenge"])
	check(t, err)
	a.file = m.word() + ".webm"
	a.bring(http.MethodPost, "/v3/live_videos", "file", marked(), map[string]string{"challenge_id": posed["id"].(string), "challenge": string(challenge)})
	ref, k := s.capturing()
	own, err := s.server.use.Pose(t.Context(), k)
	check(t, err)
	check(t, s.server.use.SetVideo(t.Context(), k, service.FilmAnswer{Challenge: own.Ref, SwitchedAt: time.Second, Language: "de"}, bytes.NewReader(marked())))
	for _, ref := range []client.Ref{a.ref, ref} {
		if p := s.result(ref); p.Status != "accepted" {
			t.Errorf("a process with a film ended %s", p.Status)
		}
		if got := s.call(s.token(), http.MethodGet, pathOf(ref)+"/video", ""); got.status != 200 || len(m.in(got.body)) != 1 {
			t.Errorf("the film: %d, %d bytes", got.status, len(got.body))
		}
	}
	c := s.startCapture(`{"provider":"onfido","processType":"documentSelfie"}`, `,"redirectUrl":"http://127.0.0.1:9/`+m.word()+`"`)
	link, err := url.Parse(c.URL)
	check(t, err)
	for _, step := range [][3]string{
		{http.MethodPost, "/answers", `{"country":"NLD","consent":true}`},
		{http.MethodPost, "/answers", `{"documentType":"passport","issuingCountry":"NLD"}`},
		{http.MethodPut, "/images/front?anyway=1", string(commented(specimenFile(t, "front"), m.word()))},
		{http.MethodPut, "/images/selfie?anyway=1", string(commented(specimenFile(t, "selfie"), m.word()))},
		{http.MethodPost, "/submit", "{}"},
	} {
		if got := s.call("", step[0], link.Path+step[1], step[2]); got.status != http.StatusOK {
			t.Fatalf("%s %s: %d %s", step[0], step[1], got.status, got.body)
		}
	}
}

// leads finds what a page leads to or asks for.
var leads = regexp.MustCompile(`(?:href|action|src|formaction|hx-get|hx-post)="([^"]*)"`)

// addresses walks through the console as an administrator, searches for a person
// by reference, and gives every address that the browser gets to know.
func (s *stack) addresses(m *marks) []byte {
	t := s.t
	t.Helper()
	jar, err := cookiejar.New(nil)
	check(t, err)
	browser := &http.Client{Jar: jar}
	s.operator("ada", idv.RoleAdministrator)
	ada, err := s.server.operators().Named(t.Context(), "ada")
	check(t, err)
	var known []string
	read := func(answer *http.Response, err error) string {
		t.Helper()
		check(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		check(t, err)
		known = append(known, answer.Request.URL.String())
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
			return "" // a picture, or the full result, in which a report shows pictures
		}
		for _, found := range leads.FindAllStringSubmatch(string(text), -1) {
			if at, _, _ := strings.Cut(strings.ReplaceAll(found[1], "&amp;", "&"), "#"); !slices.Contains(known, at) {
				known = append(known, at)
			}
		}
		return string(text)
	}
	link, err := s.server.operators().Link(t.Context(), ada.ID)
	check(t, err)
	read(browser.Get(s.url + console.Root + "/enter?link=" + link))
	reference := m.word()
	_, err = s.api.CreateProcess(t.Context(), s.dossierOf(reference), passportOrder())
	check(t, err)
	if text := read(browser.PostForm(s.url+console.Root+"/processes", url.Values{"reference": {reference}, "status": {""}})); !strings.Contains(text, `value="`+reference+`"`) || !strings.Contains(text, "That is all") {
		t.Errorf("the search for a reference finds %s", text)
	}
	for at := 0; at < len(known) && at < 200; at++ {
		if page, ok := strings.CutPrefix(known[at], console.Root); ok && !strings.HasPrefix(page, "/assets") && !strings.HasPrefix(page, "/logout") {
			read(browser.Get(s.url + known[at]))
		}
	}
	if len(known) < 30 {
		t.Errorf("the console leads to %d addresses only: %q", len(known), known)
	}
	return []byte(strings.Join(known, "\n"))
}

// dossierOf makes a dossier with a reference.
func (s *stack) dossierOf(reference string) string {
	s.t.Helper()
	d, err := s.api.CreateDossier(s.t.Context(), reference)
	check(s.t, err)
	return d.DossierID
}
