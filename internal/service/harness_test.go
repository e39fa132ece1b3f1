package service_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/blob"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/store"
)

const tenant = store.DefaultTenant

// desk is the use cases on a real store and a real blob store, with a provider
// that does what a test says and a clock that a test turns.
type desk struct {
	*service.Service
	t        *testing.T
	db       *store.DB
	blobs    idv.Blobs
	provider *scripted
	queue    *queue
	clock    *clock
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	dir := t.TempDir()
	sealer, err := seal.CreateKeyFile(filepath.Join(dir, "key.json"))
	check(t, err)
	d := &desk{t: t, provider: &scripted{}, queue: &queue{}, clock: &clock{now: time.Now()}}
	db, err := store.Open(t.Context(), filepath.Join(dir, "dossier.db"), store.Options{Sealer: sealer, NewID: uuid.NewString, Now: d.clock.Now})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	folder, err := blob.OpenFolder(filepath.Join(dir, "blobs"))
	check(t, err)
	t.Cleanup(func() { check(t, folder.Close()) })
	blobs := blob.New(folder, blob.Options{Sealer: sealer, Keys: db})
	d.db, d.blobs = db, blobs
	db.SetEnqueuer(d.queue)
	d.Service = service.New(service.Config{
		Store: db, Blobs: blobs, Provider: d.provider, Log: slog.New(slog.DiscardHandler), Now: d.clock.Now, NewID: uuid.NewString,
		CheckURL: func(string) error { return nil }, NewSecret: func() (idv.Personal, error) { return "whsec_c2VjcmV0", nil },
		NewLink: func() (idv.Personal, error) { return idv.Personal(uuid.NewString()), nil }, Texts: catalogue{},
	})
	return d
}

// ready makes a process that may start.
func (d *desk) ready() idv.ProcessKey {
	d.t.Helper()
	dossier, err := d.CreateDossier(d.t.Context(), tenant, "")
	check(d.t, err)
	v, err := d.CreateProcess(d.t.Context(), tenant, dossier.ID, &idv.Process{
		Provider: idv.ProviderOnfido, Type: idv.TypeDocument, DocumentType: idv.Passport, Path: idv.PathUpload, Location: idv.Location{Country: "NLD"},
	})
	check(d.t, err)
	k := idv.ProcessKey{Tenant: tenant, Dossier: dossier.ID, Process: v.ID}
	check(d.t, d.set(k, idv.Front, passport()))
	return k
}

func (d *desk) set(k idv.ProcessKey, depiction idv.Depiction, content []byte) error {
	return d.SetImages(d.t.Context(), k, func(put service.Upload) error { return put(depiction, bytes.NewReader(content)) })
}

// begun makes a process that is processing.
func (d *desk) begun() idv.ProcessKey {
	d.t.Helper()
	k := d.ready()
	_, err := d.Start(d.t.Context(), k)
	check(d.t, err)
	return k
}

// advance runs the job of a process once.
func (d *desk) advance(k idv.ProcessKey) (time.Duration, error) {
	return d.Run(d.t.Context(), idv.Job{Kind: idv.JobAdvance, Tenant: k.Tenant, Dossier: k.Dossier, Process: k.Process}, 0)
}

// later lets so much time pass, all of it under the eyes of an operator.
func (d *desk) later(by time.Duration) {
	d.t.Helper()
	d.clock.turn(by)
	_, err := d.TrustClock(d.t.Context())
	check(d.t, err)
}

func (d *desk) status(k idv.ProcessKey) idv.Status {
	d.t.Helper()
	v, err := d.Process(d.t.Context(), k)
	check(d.t, err)
	return v.Status
}

// scripted is a provider that does what the test says.
type scripted struct {
	prepare func(context.Context, idv.Case) error
	advance func(context.Context, idv.Case) (idv.Progress, error)
	forget  func(ref string) error
	hint    func(body []byte) (string, error)
	read    func(body []byte, signature string) (string, error)
	find    func(trace idv.PersonalJSON) (string, error)
	admit   func(idv.Case, idv.Software) (idv.Personal, error)
	pose    func() (idv.Challenge, error)
	fetch   func(context.Context, idv.Case, idv.Keep) error
}

func (s *scripted) Admit(_ context.Context, c idv.Case, to idv.Software) (idv.Personal, error) {
	return s.admit(c, to)
}

func (*scripted) DocumentForms() []idv.DocumentForm {
	return []idv.DocumentForm{{Country: "NLD", Type: idv.Passport}, {Country: "NLD", Type: idv.IdentityCard}, {Country: "DEU", Type: idv.Passport}}
}

func (s *scripted) TakesFilms() bool { return s.pose != nil }

func (s *scripted) Pose(context.Context, idv.Case) (idv.Challenge, error) { return s.pose() }

func (s *scripted) Fetch(ctx context.Context, c idv.Case, keep idv.Keep) error {
	if s.fetch == nil {
		return nil
	}
	return s.fetch(ctx, c, keep)
}

func (s *scripted) Trace(c idv.Case) idv.PersonalJSON {
	return idv.PersonalJSON(`"` + c.Process.ID + `"`)
}

func (s *scripted) Find(_ context.Context, trace idv.PersonalJSON, _ idv.Taken) (string, error) {
	return s.find(trace)
}

func (s *scripted) Prepare(ctx context.Context, c idv.Case) error {
	if s.prepare == nil {
		return nil
	}
	return s.prepare(ctx, c)
}

func (s *scripted) Advance(ctx context.Context, c idv.Case) (idv.Progress, error) {
	if s.advance == nil {
		return idv.Progress{Wait: time.Minute}, nil
	}
	return s.advance(ctx, c)
}

func (s *scripted) Forget(_ context.Context, ref string) error { return s.forget(ref) }

func (s *scripted) ReadHint(body []byte, signature string) (string, error) {
	if s.read != nil {
		return s.read(body, signature)
	}
	return s.hint(body)
}

// queue remembers the jobs that were stored.
type queue struct {
	mu   sync.Mutex
	jobs []idv.Job
}

func (q *queue) Enqueue(_ context.Context, _ store.Handle, jobs []idv.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, jobs...)
	return nil
}

// take gives the jobs of a kind and forgets all.
func (q *queue) take(kind idv.JobKind) []idv.Job {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.jobs
	q.jobs = nil
	return slices.DeleteFunc(all, func(j idv.Job) bool { return j.Kind != kind })
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) turn(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// passport is a picture that every rule allows.
var passport = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := specimen.JPEG(&b, specimen.Default(specimen.Passport)); err != nil {
		panic(err)
	}
	return b.Bytes()
})

func read(t *testing.T, r io.ReadCloser) []byte {
	t.Helper()
	content, err := io.ReadAll(r)
	check(t, err)
	check(t, r.Close())
	return content
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
