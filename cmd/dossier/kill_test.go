package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/store"
)

const (
	// killed is how many verifications are under way while the server dies.
	killed = 100
	// kills is how often it dies.
	kills = 15
)

// TestNothingIsLostWhenTheServerIsKilled kills a real server process with
// SIGKILL again and again while 100 verifications run: every one must end, with
// exactly one check at Onfido and one process.complete event, and every event
// must reach an endpoint that fails one call in five.
func TestNothingIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	binary := program(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "dossier.db")
		killAndCount(t, binary, "sqlite:"+file, "sqlite", file)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := pgtest.New(t)
		killAndCount(t, binary, url, "pgx", url)
	})
}

func killAndCount(t *testing.T, binary, database, driver, dsn string) {
	t.Helper()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: 200 * time.Millisecond})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	v := newVictim(t, binary, database, box)
	v.start()
	r := newReceiver(t, func(n int) int { return map[bool]int{true: 500, false: 200}[n%5 == 0] })
	hook, err := v.api.Subscribe(t.Context(), r.URL, []string{"process.created", "process.processing", "process.complete"})
	check(t, err)

	var refs []client.Ref
	for range killed {
		refs = append(refs, v.create())
	}
	var work sync.WaitGroup
	for _, ref := range refs {
		work.Go(func() { v.startUntilTaken(ref) })
	}
	v.killAgain(kills)
	work.Wait()
	for _, ref := range refs {
		v.wantFinal(ref)
	}
	v.wantEveryEvent(r, hook.SubscriptionID, refs)
	v.kill()
	wantOneCheckEach(t, box, len(refs))
	wantOneEventEach(t, driver, dsn, len(refs))
}

// victim is a server process that gets killed and started again.
type victim struct {
	t       *testing.T
	binary  string
	env     []string
	addr    string
	who     map[string]string
	api     *client.Client
	process *exec.Cmd
	// whileDead is done between a kill and the next start; nil is nothing.
	whileDead func()
}

func newVictim(t *testing.T, binary, database string, box *runningSandbox) *victim {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // finds a free port, which the restarts keep
	check(t, err)
	check(t, l.Close())
	v := &victim{t: t, binary: binary, addr: l.Addr().String()}
	t.Cleanup(func() {
		if v.process != nil {
			v.kill()
		}
	})
	v.env = []string{
		"DOSSIER_ADDR=" + v.addr, "DOSSIER_PUBLIC_URL=http://" + v.addr, "DOSSIER_DATA=" + t.TempDir(), "DOSSIER_DATABASE=" + database,
		"DOSSIER_ONFIDO_URL=" + box.url(), "DOSSIER_ONFIDO_TOKEN=" + box.Token(), "DOSSIER_ONFIDO_REQUESTS_PER_MINUTE=60000",
		"DOSSIER_ONFIDO_SETTLE=500ms", "DOSSIER_TAKE_OVER_AFTER=2s", "DOSSIER_WEBHOOK_ALLOW=127.0.0.1", "DOSSIER_LOG_LEVEL=error", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
	}
	v.who = v.createClient()
	v.api, err = client.New(client.Config{URL: "http://" + v.addr, TokenURL: "http://" + v.addr + "/oidc/token", ID: v.who["DOSSIER_CLIENT_ID"], Secret: v.who["DOSSIER_CLIENT_SECRET"]})
	check(t, err)
	return v
}

// createClient uses the command line beside the server.
func (v *victim) createClient() map[string]string {
	v.t.Helper()
	lookup := func(name string) (string, bool) {
		for _, pair := range v.env {
			if len(pair) > len(name) && pair[:len(name)+1] == name+"=" {
				return pair[len(name)+1:], true
			}
		}
		return "", false
	}
	cfg, err := config.LoadOffline("", lookup)
	check(v.t, err)
	b, err := openBase(v.t.Context(), cfg, store.Options{})
	check(v.t, err)
	made, err := b.auth.CreateClient(v.t.Context(), store.DefaultTenant, "victim")
	check(v.t, err)
	check(v.t, b.db.Close())
	return map[string]string{"DOSSIER_CLIENT_ID": made.ID, "DOSSIER_CLIENT_SECRET": made.Secret}
}

// start starts the server and waits until it answers.
func (v *victim) start() {
	v.process = exec.Command(v.binary, "serve")
	v.process.Env, v.process.Stderr = v.env, v.t.Output()
	if err := v.process.Start(); err != nil {
		v.t.Error(err)
		return
	}
	ctx, cancel := context.WithTimeout(v.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var d net.Dialer
		if conn, err := d.DialContext(ctx, "tcp", v.addr); err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-ctx.Done():
			v.t.Error("the server does not start")
			return
		case <-tick.C:
		}
	}
}

// kill ends the server as nothing else does: SIGKILL.
func (v *victim) kill() {
	_ = v.process.Process.Kill()
	_ = v.process.Wait()
}

// killAgain kills so many times at random moments, and leaves the server running.
func (v *victim) killAgain(times int) {
	random := rand.New(rand.NewPCG(1, 2))
	for range times {
		alive := time.NewTimer(time.Duration(50+random.IntN(500)) * time.Millisecond)
		select {
		case <-alive.C:
		case <-v.t.Context().Done():
			return
		}
		v.kill()
		if v.whileDead != nil {
			v.whileDead()
		}
		v.start()
	}
}

// create makes a process with its images.
func (v *victim) create() client.Ref {
	v.t.Helper()
	ctx := v.t.Context()
	d, err := v.api.CreateDossier(ctx, "")
	check(v.t, err)
	p, err := v.api.CreateProcess(ctx, d.DossierID, passportOrder())
	check(v.t, err)
	ref := client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}
	check(v.t, v.api.SetImages(ctx, ref, client.Bytes("front", specimenFile(v.t, "front")), client.Bytes("selfie", specimenFile(v.t, "selfie"))))
	return ref
}

// startUntilTaken starts a verification as a customer's backend would: again,
// until the server has said that it is taken.
func (v *victim) startUntilTaken(ref client.Ref) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := v.api.StartVerification(v.t.Context(), ref); err == nil {
			return
		}
		if p, err := v.api.GetProcess(v.t.Context(), ref); err == nil && p.Status != "pending" {
			return
		}
		select {
		case <-v.t.Context().Done():
			return
		case <-tick.C:
		}
	}
}

func (v *victim) wantFinal(ref client.Ref) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), 2*time.Minute)
	defer cancel()
	p, err := v.api.WaitForResult(ctx, ref, nil)
	if err != nil {
		v.t.Fatalf("a verification did not end: %v", err)
	}
	if p.Status != "accepted" {
		v.t.Errorf("a verification ended %s: %s", p.Status, p.Raw)
	}
}

// wantEveryEvent waits until each process was told of as created, processing and
// complete, and taken. What failed twice would come again in five minutes, so it
// is replayed.
func (v *victim) wantEveryEvent(r *receiver, hook string, refs []client.Ref) {
	v.t.Helper()
	wait := &stack{t: v.t}
	wait.eventually("every event arrives", func() bool {
		_, err := v.api.Replay(v.t.Context(), hook, client.Replay{Since: time.Now().Add(-time.Hour), Failed: true})
		check(v.t, err)
		for _, err := range v.api.Deliveries(v.t.Context(), hook, "pending") {
			check(v.t, err)
			return false
		}
		return true
	})
	bodies, sequences := map[string]string{}, map[string]map[int64]string{}
	for _, d := range r.all() {
		if before := bodies[d.ID]; before != "" && before != string(d.body) || d.header.Get("webhook-id") != d.ID {
			v.t.Errorf("the event %s came as two messages", d.ID)
		}
		bodies[d.ID] = string(d.body)
		of := sequences[d.EventData.DossierID]
		if of == nil {
			of = map[int64]string{}
			sequences[d.EventData.DossierID] = of
		}
		of[d.EventData.Sequence] = d.EventName
	}
	for _, ref := range refs {
		of := sequences[ref.DossierID]
		if len(of) != 3 || of[1] != "process.created" || of[2] != "process.processing" || of[3] != "process.complete" {
			v.t.Errorf("of the dossier %s arrived %v", ref.DossierID, of)
		}
	}
}

// wantOneCheckEach counts the checks of every applicant at the sandbox.
func wantOneCheckEach(t *testing.T, box *runningSandbox, want int) {
	t.Helper()
	s := &stack{t: t, sandbox: box}
	total := 0
	for page := 1; ; page++ {
		var list struct{ Applicants []struct{ ID string } }
		check(t, json.Unmarshal(s.atSandbox(fmt.Sprintf("/applicants?per_page=100&page=%d", page)).body, &list))
		if len(list.Applicants) == 0 {
			break
		}
		for _, a := range list.Applicants {
			var checks struct{ Checks []struct{ ID string } }
			check(t, json.Unmarshal(s.atSandbox("/checks?applicant_id="+a.ID).body, &checks))
			if len(checks.Checks) > 1 {
				t.Errorf("applicant %s has %d checks", a.ID, len(checks.Checks))
			}
			total += len(checks.Checks)
		}
	}
	if total != want {
		t.Errorf("%d checks at the sandbox, want %d", total, want)
	}
}

// wantOneEventEach counts the rows of process.complete.
func wantOneEventEach(t *testing.T, driver, dsn string, want int) {
	t.Helper()
	_ = stdlib.GetDefaultDriver() // registers pgx
	db, err := sql.Open(driver, dsn)
	check(t, err)
	defer db.Close()
	var rows, processes int
	check(t, db.QueryRowContext(t.Context(), `SELECT count(*), count(DISTINCT process_id) FROM events WHERE name = 'process.complete'`).Scan(&rows, &processes))
	if rows != want || processes != want {
		t.Errorf("%d process.complete events of %d processes, want %d of %d", rows, processes, want, want)
	}
}
