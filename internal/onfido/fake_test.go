package onfido

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// fault is what goes wrong with one request.
type fault string

const (
	// made, but the caller does not hear of it:
	answerLost   fault = "answer lost"
	answerBroken fault = "answer broken"
	made500      fault = "made, then 500"
	// not made:
	down         fault = "503"
	busy         fault = "429"
	denied       fault = "401"
	cut          fault = "connection cut"
	none         fault = ""
	invalid      fault = "422"
	unprivileged fault = "403"
	missing      fault = "404"
)

// fakeOnfido makes parts fail. It keeps what it is given and says nothing of
// its own: the answers a test wants to see come from the test.
type fakeOnfido struct {
	mu  sync.Mutex
	now func() time.Time

	applicants, documents, photos, films, motions, checks, webhooks []resource
	// faults are used up in order, by "POST /checks".
	faults map[string][]fault
	// refusals are the bodies of answers with 422, by "POST /checks".
	refusals map[string]string
	// reports are those of every check; each look at a check takes one off polls
	// until it is complete.
	reports []json.RawMessage
	polls   int
	// status is that of a complete check.
	status string
	// pageOf is how many applicants a page has; zero means all.
	pageOf int
	// country is the inferred one.
	country string
	log     []string
	// challenge is what the person is asked to do in a film.
	challenge any
}

type resource map[string]any

func (f *fakeOnfido) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	path := strings.TrimPrefix(r.URL.Path, "/v3.6")
	kind, id, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	call := r.Method + " /" + kind
	f.log = append(f.log, call)
	var broken fault
	if queue := f.faults[call]; len(queue) > 0 {
		broken, f.faults[call] = queue[0], queue[1:]
	}
	switch broken {
	case down:
		w.WriteHeader(http.StatusServiceUnavailable)
	case busy:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	case denied:
		w.WriteHeader(http.StatusUnauthorized)
	case unprivileged:
		w.WriteHeader(http.StatusForbidden)
	case missing:
		w.WriteHeader(http.StatusNotFound)
	case invalid:
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, f.refusals[call])
	case cut:
		panic(http.ErrAbortHandler)
	case answerLost:
		f.answer(httptest.NewRecorder(), r, kind, id)
		panic(http.ErrAbortHandler)
	case answerBroken:
		f.answer(httptest.NewRecorder(), r, kind, id)
		_, _ = io.WriteString(w, `{"id":`)
	case made500:
		f.answer(httptest.NewRecorder(), r, kind, id)
		w.WriteHeader(http.StatusInternalServerError)
	case none:
		f.answer(w, r, kind, id)
	}
}

func (f *fakeOnfido) answer(w http.ResponseWriter, r *http.Request, kind, id string) {
	of := map[string]*[]resource{
		"applicants": &f.applicants, "documents": &f.documents, "live_photos": &f.photos, "checks": &f.checks, "webhooks": &f.webhooks,
		"live_videos": &f.films, "motion_captures": &f.motions,
	}[kind]
	id, download := strings.CutSuffix(id, "/download")
	switch {
	case kind == "v3": // where the SDKs call
		f.answerSDK(w, r, id)
	case kind == "sdk_token":
		reply(w, http.StatusOK, map[string]any{"token": "sdk.token.x"})
	case download && slices.ContainsFunc(*of, func(x resource) bool { return x["id"] == id }):
		_, _ = io.WriteString(w, "the bytes of "+id)
	case kind == "reports":
		reply(w, http.StatusOK, map[string]any{"reports": f.reports})
	case r.Method == http.MethodPost:
		reply(w, http.StatusCreated, f.add(of, kind, content(r)))
	case id == "" && kind == "applicants" && f.pageOf > 0:
		reply(w, http.StatusOK, map[string]any{kind: f.page(w, r)})
	case id == "":
		reply(w, http.StatusOK, map[string]any{kind: f.list(*of, r.URL.Query().Get("applicant_id"))})
	default:
		f.one(w, r, of, kind, id)
	}
}

func (f *fakeOnfido) answerSDK(w http.ResponseWriter, r *http.Request, path string) {
	if r.Header.Get("Authorization") != "Bearer sdk.token.x" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if path == "live_video_challenge" {
		reply(w, http.StatusOK, map[string]any{"data": map[string]any{"id": "challenge-1", "challenge": f.challenge}})
		return
	}
	x := content(r)
	x["applicant_id"] = f.applicants[0]["id"]
	reply(w, http.StatusCreated, f.add(&f.films, "live_videos", x))
}

func (f *fakeOnfido) one(w http.ResponseWriter, r *http.Request, of *[]resource, kind, id string) {
	at := slices.IndexFunc(*of, func(x resource) bool { return x["id"] == id })
	if at < 0 {
		reply(w, http.StatusNotFound, map[string]any{"error": map[string]any{"type": "resource_not_found", "message": "Could not find it", "fields": map[string]any{}}})
		return
	}
	switch r.Method {
	case http.MethodPut:
		for name, v := range content(r) {
			(*of)[at][name] = v
		}
	case http.MethodDelete:
		*of = slices.Delete(*of, at, at+1)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if kind == "checks" {
		f.look((*of)[at])
	}
	reply(w, http.StatusOK, f.shown((*of)[at]))
}

// look brings a check a poll nearer to its end.
func (f *fakeOnfido) look(check resource) {
	if f.polls--; f.polls < 0 {
		check["status"] = f.status
	}
}

func (f *fakeOnfido) add(of *[]resource, kind string, x resource) resource {
	x["id"] = fmt.Sprintf("%s-%d", kind, len(*of)+1)
	x["created_at"] = f.now().UTC().Truncate(time.Second).Format(time.RFC3339)
	if kind == "checks" {
		x["status"] = "in_progress"
	}
	if kind == "webhooks" {
		x["token"] = fmt.Sprintf("token-%d", len(*of)+1)
	}
	*of = append(*of, x)
	return f.shown(x)
}

// shown is a resource with the country that was inferred.
func (f *fakeOnfido) shown(x resource) resource {
	location, ok := x["location"].(map[string]any)
	if ok && f.country != "" && location["country_of_residence"] == nil {
		location["country_of_residence"] = f.country
	}
	return x
}

// list gives them newest first, those of an applicant if one is named.
func (f *fakeOnfido) list(of []resource, applicant string) []resource {
	found := []resource{}
	for _, x := range slices.Backward(of) {
		if applicant == "" || x["applicant_id"] == applicant {
			found = append(found, x)
		}
	}
	return found
}

func (f *fakeOnfido) page(w http.ResponseWriter, r *http.Request) []resource {
	all := f.list(f.applicants, "")
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	from, to := min((page-1)*f.pageOf, len(all)), min(page*f.pageOf, len(all))
	if to < len(all) {
		w.Header().Set("Link", `<https://onfido.example/>; rel="next"`)
	} else {
		w.Header().Set("Link", `<https://onfido.example/>; rel="first"`)
	}
	return all[from:to]
}

// content reads JSON or a form; a file becomes its name, type and size.
func content(r *http.Request) resource {
	x := resource{}
	if r.ParseMultipartForm(1<<20) != nil {
		_ = json.NewDecoder(r.Body).Decode(&x)
		return x
	}
	for name, values := range r.MultipartForm.Value {
		x[name] = values[0]
	}
	file := r.MultipartForm.File["file"][0]
	x["file_name"], x["file_size"], x["media_type"] = file.Filename, file.Size, file.Header.Get("Content-Type")
	return x
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// requests counts the calls of a kind that arrived.
func (f *fakeOnfido) requests(call string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.log {
		if c == call {
			n++
		}
	}
	return n
}

// memory is a journal that can die: once at each place in deaths.
type memory struct {
	now    func() time.Time
	steps  map[string]idv.Step
	deaths map[string]bool
	taken  []string // references that other processes have just got
	known  []string // references that other processes had before
}

var errDied = errors.New("the server was killed")

func (m *memory) Step(name string) idv.Step { return m.steps[name] }

func (m *memory) Taken(_ context.Context, _, ref string) (bool, error) {
	return slices.Contains(m.known, ref), nil
}

func (m *memory) Intend(_ context.Context, name string) error {
	if m.dies("before intent of " + name) {
		return errDied
	}
	m.steps[name] = idv.Step{IntendedAt: m.now()}
	if m.dies("before request of " + name) {
		return errDied
	}
	return nil
}

func (m *memory) Done(_ context.Context, name, ref string) error {
	if m.dies("after request of " + name) {
		return errDied
	}
	if slices.Contains(m.taken, ref) {
		return idv.ErrTaken
	}
	m.steps[name] = idv.Step{IntendedAt: m.steps[name].IntendedAt, Ref: ref}
	return nil
}

func (m *memory) Withdraw(_ context.Context, name string) error {
	if m.dies("at withdrawal of " + name) {
		return errDied
	}
	delete(m.steps, name)
	return nil
}

func (m *memory) dies(where string) bool {
	dies := m.deaths[where]
	delete(m.deaths, where)
	return dies
}

// bench is a connector at work on one process, with a clock that only moves
// when somebody waits.
type bench struct {
	t       *testing.T
	clock   *clock
	onfido  *fakeOnfido
	journal *memory
	*Connector
	idv.Case
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, clock: &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC)}}
	now := b.clock.now
	document, err := verdictFixture("document.json")
	if err != nil {
		t.Fatal(err)
	}
	face, err := verdictFixture("face.json")
	if err != nil {
		t.Fatal(err)
	}
	b.onfido = &fakeOnfido{
		now: now, faults: map[string][]fault{}, refusals: map[string]string{},
		reports: []json.RawMessage{document, face}, status: "complete", polls: 1,
	}
	server := httptest.NewServer(b.onfido)
	t.Cleanup(server.Close)
	b.Connector = b.connector(server.URL)
	b.journal = &memory{now: now, steps: map[string]idv.Step{}, deaths: map[string]bool{}}
	b.Case = idv.Case{Process: aProcess(), Images: someImages(), Open: openImage, Journal: b.journal}
	return b
}

func (b *bench) connector(url string) *Connector {
	b.t.Helper()
	api, err := onfidoapi.New(onfidoapi.Config{BaseURL: url, Token: "api_sandbox.x", Now: b.onfido.now, RequestsPerMinute: 1_000_000})
	if err != nil {
		b.t.Fatal(err)
	}
	c, err := New(Config{API: api, Now: b.onfido.now})
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func aProcess() *idv.Process {
	return &idv.Process{
		ID: "686f23a4-b50e-4e36-9387-d94b95ef8ed0", Provider: idv.ProviderOnfido, Type: idv.TypeDocumentSelfie,
		DocumentType: idv.IdentityCard, Path: idv.PathUpload, Location: idv.Location{Country: "NLD"},
		Status: idv.StatusProcessing,
	}
}

func someImages() []idv.Image {
	return []idv.Image{
		{Depiction: idv.Front, Blob: "front", MediaType: idv.MediaJPEG, Size: 3000},
		{Depiction: idv.Back, Blob: "back", MediaType: idv.MediaJPEG, Size: 3001},
		{Depiction: idv.Selfie, Blob: "selfie", MediaType: idv.MediaPNG, Size: 3002},
	}
}

func openImage(_ context.Context, i idv.Image) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(strings.Repeat("x", int(i.Size)))), nil
}

func (b *bench) wait(d time.Duration) { b.clock.move(max(d, time.Second)) }

// clock is shared with the fake, whose handler may outlive a cut connection.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// work advances the process until it ends, as the jobs would.
func (b *bench) work() (*idv.Verdict, error) {
	for range 200 {
		progress, err := b.Advance(b.t.Context(), b.Case)
		later, isLater := errors.AsType[*idv.Later](err)
		_, isFailure := errors.AsType[*idv.Failure](err)
		_, isRefusal := errors.AsType[*idv.Error](err)
		switch {
		case isFailure || isRefusal:
			return nil, err
		case isLater:
			b.wait(later.After)
		case err != nil:
			b.wait(0)
		case progress.Verdict != nil:
			return progress.Verdict, nil
		default:
			b.wait(progress.Wait)
		}
	}
	return nil, errors.New("no end after 200 tries")
}

// checkOnce says what was made twice or not at all.
func (b *bench) checkOnce() error {
	b.onfido.mu.Lock()
	defer b.onfido.mu.Unlock()
	var errs []error
	for what, want := range map[string]int{"applicants": 1, "documents": 2, "photos": 1, "checks": 1} {
		got := len(map[string][]resource{
			"applicants": b.onfido.applicants, "documents": b.onfido.documents, "photos": b.onfido.photos, "checks": b.onfido.checks,
		}[what])
		if got != want {
			errs = append(errs, fmt.Errorf("%d %s instead of %d", got, what, want))
		}
	}
	return errors.Join(errs...)
}
