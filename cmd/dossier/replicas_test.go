package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/s3test"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/seal"
)

// cluster is what replicas share.
type cluster struct {
	t        *testing.T
	box      *runningSandbox
	settings map[string]string
}

func newCluster(t *testing.T, o sandbox.Options) *cluster {
	t.Helper()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", o)
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	keys := filepath.Join(t.TempDir(), "key.json")
	_, err = seal.CreateKeyFile(keys)
	check(t, err)
	return &cluster{t, box, map[string]string{
		"DOSSIER_DATABASE": pgtest.New(t), "DOSSIER_BLOBS": s3test.New(t), "DOSSIER_KEY_FILE": keys,
		"DOSSIER_ONFIDO_URL": box.url(), "DOSSIER_ONFIDO_TOKEN": box.Token(), "DOSSIER_ONFIDO_REQUESTS_PER_MINUTE": "60000",
		"DOSSIER_ONFIDO_SETTLE": "100ms", "DOSSIER_WEBHOOK_ALLOW": "127.0.0.1", "DOSSIER_DRAIN": "1s",
	}}
}

// replica starts a server of the role. Every replica has the public address of
// the first one that answers, as if that balanced the load.
func (c *cluster) replica(role config.Role, publicURL string) *stack {
	c.t.Helper()
	l, err := listen(c.t.Context(), "127.0.0.1:0")
	check(c.t, err)
	s := &stack{t: c.t, url: "http://" + l.Addr().String(), sandbox: c.box, http: &http.Client{Transport: &http.Transport{}}}
	own := map[string]string{"DOSSIER_ROLE": string(role), "DOSSIER_DATA": c.t.TempDir(), "DOSSIER_PUBLIC_URL": publicURL}
	cfg, err := config.Load("", func(name string) (string, bool) {
		if v, ok := own[name]; ok {
			return v, true
		}
		v, ok := c.settings[name]
		return v, ok
	})
	check(c.t, err)
	s.server, err = startServer(c.t.Context(), cfg, l, testLog(c.t))
	check(c.t, err)
	return s
}

// TestReplicasShareTheWork starts three at once on an empty database: two that
// answer and one that works.
func TestReplicasShareTheWork(t *testing.T) {
	t.Parallel()
	c := newCluster(t, sandbox.Options{CompleteAfter: quickly})
	const public = "http://127.0.0.1:1" // where nobody is: results are polled for
	replicas := make([]*stack, 3)
	var starting sync.WaitGroup
	for i, role := range []config.Role{config.RoleAPI, config.RoleAPI, config.RoleWorker} {
		starting.Go(func() { replicas[i] = c.replica(role, public) })
	}
	starting.Wait()
	for _, r := range replicas {
		t.Cleanup(func() { check(t, r.server.stop()) })
	}
	one, two, worker := replicas[0], replicas[1], replicas[2]
	one.login("one")
	two.login("two")

	ref := one.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
	if p := two.result(ref); p.Status != "accepted" {
		t.Errorf("the process ended %s", p.Status)
	}
	if answer := worker.call("", http.MethodGet, "/assure/dossiers", ""); answer.status != http.StatusNotFound {
		t.Errorf("the worker answers the API: %d", answer.status)
	}
	for _, r := range replicas {
		if answer := r.call("", http.MethodGet, "/readyz", ""); answer.status != http.StatusOK {
			t.Errorf("not ready: %d %s", answer.status, answer.body)
		}
	}
	var hooks struct{ Webhooks []struct{ URL string } }
	check(t, json.Unmarshal(one.atSandbox("/webhooks").body, &hooks))
	if len(hooks.Webhooks) != 1 {
		t.Errorf("%d webhooks are registered, want one for all replicas", len(hooks.Webhooks))
	}
}

// TestAStopDropsNothing stops a replica under load. Whoever balances the load
// sends elsewhere once the replica says that it is not ready; until then every
// request is answered, and what it was working on is done by the other.
func TestAStopDropsNothing(t *testing.T) {
	t.Parallel()
	c := newCluster(t, sandbox.Options{CompleteAfter: 300 * time.Millisecond})
	leaving, staying := c.replica(config.RoleAll, ""), c.replica(config.RoleAll, "")
	t.Cleanup(func() { check(t, staying.server.stop()) })
	leaving.login("leaving")
	staying.login("staying")

	load := newLoad(leaving)
	load.start(6)
	load.waitFor(20)
	begun := time.Now()
	check(t, leaving.server.stop())
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the stop took %v", took)
	}
	refs := load.end()
	wantNoneRunning(t, c.settings["DOSSIER_DATABASE"])
	for _, ref := range refs {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		p, err := staying.api.WaitForResult(ctx, ref, nil)
		cancel()
		check(t, err)
		if p.Status != "accepted" {
			t.Errorf("a process ended %s", p.Status)
		}
	}
	wantOneCheckEach(t, c.box, len(refs))
}

// load starts verifications at a replica until it says that it is not ready.
type load struct {
	at      *stack
	leaving atomic.Bool
	working sync.WaitGroup
	done    chan struct{}
	mu      sync.Mutex
	refs    []client.Ref
}

func newLoad(at *stack) *load { return &load{at: at, done: make(chan struct{}, 10_000)} }

func (l *load) start(clients int) {
	l.working.Go(l.watch)
	for range clients {
		l.working.Go(func() {
			for !l.leaving.Load() {
				l.verify()
			}
		})
	}
}

// watch asks as a load balancer does.
func (l *load) watch() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		answer, err := l.at.http.Get(l.at.url + "/readyz")
		if err != nil {
			l.at.t.Errorf("the replica was gone before it said so: %v", err)
		} else if err = answer.Body.Close(); err == nil && answer.StatusCode == http.StatusOK {
			continue
		}
		l.leaving.Store(true)
		return
	}
}

// verify starts one verification; a flow that has begun goes on to its end.
func (l *load) verify() {
	ctx := l.at.t.Context()
	d, err := l.at.api.CreateDossier(ctx, "")
	var p *client.Process
	if err == nil {
		p, err = l.at.api.CreateProcess(ctx, d.DossierID, passportOrder())
	}
	if err == nil {
		ref := client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}
		err = errors.Join(l.at.api.SetImages(ctx, ref, l.at.picture("front"), l.at.picture("selfie")))
		if err == nil {
			_, err = l.at.api.StartVerification(ctx, ref)
		}
		l.mu.Lock()
		l.refs = append(l.refs, ref)
		l.mu.Unlock()
	}
	if err != nil {
		l.at.t.Errorf("a request was dropped: %v", err)
		l.leaving.Store(true)
	}
	l.done <- struct{}{}
}

func (l *load) waitFor(flows int) {
	for range flows {
		<-l.done
	}
}

// end gives what was started.
func (l *load) end() []client.Ref {
	l.working.Wait()
	return l.refs
}

// wantNoneRunning makes sure that no job of a replica that has stopped is left as
// running: nobody would do it until it was rescued.
func wantNoneRunning(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	check(t, err)
	var clients int
	check(t, conn.QueryRow(t.Context(), `SELECT count(DISTINCT attempted_by[array_length(attempted_by, 1)]) FROM river_job WHERE state = 'running'`).Scan(&clients))
	check(t, conn.Close(t.Context()))
	if clients > 1 {
		t.Errorf("jobs of %d replicas are running, one has stopped", clients)
	}
}
