package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// ordeal is how hard the server is tried.
type ordeal struct {
	// kills is how often it dies while so many verifications are made.
	kills, verifications int
}

// customers is how many verifications are begun at a time.
const customers = 16

// readOrdeal gives the figures of every day, or those of DOSSIER_TEST_ORDEAL:
// "kills/verifications", as `make endurance` sets it.
func readOrdeal(t *testing.T) ordeal {
	t.Helper()
	o := ordeal{kills: 15, verifications: 100}
	if text := os.Getenv("DOSSIER_TEST_ORDEAL"); text != "" {
		if _, err := fmt.Sscanf(text, "%d/%d", &o.kills, &o.verifications); err != nil || o.kills < 1 || o.verifications < o.kills {
			t.Fatalf("DOSSIER_TEST_ORDEAL=%s: want kills/verifications, such as 200/2000", text)
		}
	}
	return o
}

// TestNothingIsLostWhenTheServerIsKilled kills a real server process with
// SIGKILL again and again while verifications are made: every one must end, with
// exactly one check at Onfido and one process.complete event, every event must
// reach an endpoint that fails one call in five, and the events of each dossier
// must be numbered without gaps.
func TestNothingIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	binary, hard := program(t), readOrdeal(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "dossier.db")
		hard.killAndCount(t, binary, "sqlite:"+file, "sqlite", file)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := pgtest.New(t)
		hard.killAndCount(t, binary, url, "pgx", url)
	})
}

func (o ordeal) killAndCount(t *testing.T, binary, database, driver, dsn string) {
	t.Helper()
	begun := time.Now()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: 200 * time.Millisecond})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	v := newVictim(t, binary, database, box)
	v.start()
	r := newReceiver(t, func(n int) int { return map[bool]int{true: 500, false: 200}[n%5 == 0] })
	hook, err := v.api.Subscribe(t.Context(), r.URL, []string{"process.created", "process.processing", "process.complete"})
	check(t, err)
	refs := v.verifyWhileKilled(o)
	v.wantFinal(refs, 2*time.Minute+time.Duration(o.verifications)*300*time.Millisecond)
	arrived := v.wantEveryEvent(r, hook.SubscriptionID, refs)
	v.kill()
	wantOneCheckEach(t, box, len(refs))
	stored := wantStored(t, driver, dsn, len(refs), arrived)
	calls, refused := len(r.all()), len(r.all())/5
	t.Logf("%d kills, %d verifications, %d events, %d of them arrived; %d calls of the endpoint, %d refused, %d duplicates; %v",
		o.kills, len(refs), stored, len(arrived), calls, refused, calls-refused-len(arrived), time.Since(begun).Round(time.Second))
}

// verifyWhileKilled has customers begin all verifications, and kills meanwhile:
// every other time after a share of the work, and every other time soon after the
// start. It leaves the server running.
func (v *victim) verifyWhileKilled(o ordeal) []client.Ref {
	v.t.Helper()
	refs, turn, taken := make([]client.Ref, o.verifications), make(chan int, o.verifications), make(chan struct{}, o.verifications)
	for i := range refs {
		turn <- i
	}
	close(turn)
	var work sync.WaitGroup
	for range customers {
		work.Go(func() {
			for i := range turn {
				refs[i] = v.verify()
				taken <- struct{}{}
			}
		})
	}
	v.killAgain(o.kills, func(i int) {
		for n := 2 * o.verifications / (o.kills + 1); i%2 == 0 && n > 0; n-- {
			<-taken
		}
	})
	work.Wait()
	return refs
}

// victim is a server process that gets killed and started again.
type victim struct {
	t      *testing.T
	binary string
	// inside is a command line that runs the server inside something; none without it.
	inside  []string
	env     []string
	addr    string
	data    string
	stderr  io.Writer
	who     map[string]string
	api     *client.Client
	process *exec.Cmd
}

func newVictim(t *testing.T, binary, database string, box *runningSandbox) *victim {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // finds a free port, which the restarts keep
	check(t, err)
	check(t, l.Close())
	v := &victim{t: t, binary: binary, addr: l.Addr().String(), data: t.TempDir(), stderr: t.Output()}
	t.Cleanup(func() {
		if v.process != nil {
			v.kill()
		}
	})
	v.env = []string{
		"DOSSIER_ADDR=" + v.addr, "DOSSIER_PUBLIC_URL=http://" + v.addr, "DOSSIER_DATA=" + v.data, "DOSSIER_DATABASE=" + database,
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
	line := append(slices.Clone(v.inside), v.binary, "serve")
	v.process = exec.Command(line[0], line[1:]...)
	v.process.Env, v.process.Stderr = v.env, v.stderr
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

// killAgain kills so many times, each a random moment after what it waits for,
// and leaves the server running.
func (v *victim) killAgain(times int, wait func(i int)) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range times {
		wait(i)
		v.pause(time.Duration(random.IntN(500)) * time.Millisecond)
		v.kill()
		v.start()
	}
}

// pause lets time pass.
func (v *victim) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-v.t.Context().Done():
	}
}

// verify begins a verification as a customer's backend would that keeps no
// Idempotency-Key: anew after each failure, until the server has said that it is
// taken.
func (v *victim) verify() client.Ref {
	for v.t.Context().Err() == nil {
		if ref, err := v.create(); err == nil {
			v.startUntilTaken(ref)
			return ref
		}
		v.pause(50 * time.Millisecond)
	}
	return client.Ref{}
}

// create makes a process with its images.
func (v *victim) create() (ref client.Ref, err error) {
	ctx, picture := v.t.Context(), specimenFile(v.t, "selfie")
	d, err := v.api.CreateDossier(ctx, "")
	if err != nil {
		return ref, err
	}
	p, err := v.api.CreateProcess(ctx, d.DossierID, passportOrder())
	if err != nil {
		return ref, err
	}
	ref = client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}
	return ref, v.api.SetImages(ctx, ref, client.Bytes("front", picture), client.Bytes("selfie", picture))
}

// startUntilTaken starts a verification again and again until the server has
// said that it is taken.
func (v *victim) startUntilTaken(ref client.Ref) {
	for v.t.Context().Err() == nil {
		if _, err := v.api.StartVerification(v.t.Context(), ref); err == nil {
			return
		}
		if p, err := v.api.GetProcess(v.t.Context(), ref); err == nil && p.Status != "pending" {
			return
		}
		v.pause(50 * time.Millisecond)
	}
}

// wantFinal waits until every verification has ended, altogether for so long.
func (v *victim) wantFinal(refs []client.Ref, patience time.Duration) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), patience)
	defer cancel()
	for i, ref := range refs {
		p, err := v.api.WaitForResult(ctx, ref, nil)
		if err != nil {
			v.t.Fatalf("after %v verification %d of %d has not ended: %v", patience, i+1, len(refs), err)
		}
		if p.Status != "accepted" {
			v.t.Errorf("a verification ended %s: %s", p.Status, p.Raw)
		}
	}
}

// wantEveryEvent waits until each process was told of as created, processing and
// complete, and taken, and gives the ids of what arrived. What failed twice would
// come again in five minutes, so it is replayed.
func (v *victim) wantEveryEvent(r *receiver, hook string, refs []client.Ref) map[string]bool {
	v.t.Helper()
	v.untilTaken(hook)
	bodies, arrived, sequences := map[string]string{}, map[string]bool{}, map[string]map[int64]string{}
	for _, d := range r.all() {
		if before := bodies[d.ID]; before != "" && before != string(d.body) || d.header.Get("webhook-id") != d.ID {
			v.t.Errorf("the event %s came as two messages", d.ID)
		}
		bodies[d.ID], arrived[d.ID] = string(d.body), true
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
	return arrived
}

// untilTaken replays what failed until nothing waits.
func (v *victim) untilTaken(hook string) {
	v.t.Helper()
	for end := time.Now().Add(5 * time.Minute); ; v.pause(200 * time.Millisecond) {
		_, err := v.api.Replay(v.t.Context(), hook, client.Replay{Since: time.Now().Add(-time.Hour), Failed: true})
		check(v.t, err)
		waits := false
		for _, err := range v.api.Deliveries(v.t.Context(), hook, "pending") {
			check(v.t, err)
			waits = true
			break
		}
		if !waits {
			return
		}
		if time.Now().After(end) {
			v.t.Fatal("after five minutes there are still deliveries pending")
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

// wantStored compares the database with what happened: one process.complete for
// each verification, no gaps in the sequence of any dossier, and no event that
// did not arrive. It says how many events there are.
func wantStored(t *testing.T, driver, dsn string, want int, arrived map[string]bool) int {
	t.Helper()
	_ = stdlib.GetDefaultDriver() // registers pgx
	db, err := sql.Open(driver, dsn)
	check(t, err)
	defer db.Close()
	var rows, processes, gaps int
	check(t, db.QueryRowContext(t.Context(), `SELECT count(*), count(DISTINCT process_id) FROM events WHERE name = 'process.complete'`).Scan(&rows, &processes))
	if rows != want || processes != want {
		t.Errorf("%d process.complete events of %d processes, want %d of %d", rows, processes, want, want)
	}
	check(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM
		(SELECT dossier_id FROM events GROUP BY dossier_id HAVING min(sequence) <> 1 OR max(sequence) <> count(*)) AS odd`).Scan(&gaps))
	if gaps != 0 {
		t.Errorf("the sequences of %d dossiers have gaps", gaps)
	}
	return wantArrived(t, db, arrived)
}

// wantArrived looks for events that did not arrive.
func wantArrived(t *testing.T, db *sql.DB, arrived map[string]bool) (stored int) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), `SELECT id FROM events`)
	check(t, err)
	defer found.Close()
	for found.Next() {
		var id string
		check(t, found.Scan(&id))
		if stored++; !arrived[id] {
			t.Errorf("the event %s is lost", id)
		}
	}
	check(t, found.Err())
	return stored
}
