package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/store"
)

// turned is a clock that a test sets. It shows the time of day alone, so that
// a jump is seen also by what goes by the machine's steady clock elsewhere.
type turned struct{ ahead atomic.Int64 }

func (c *turned) now() time.Time { return time.Now().Round(0).Add(time.Duration(c.ahead.Load())) }

// set puts the clock so many days ahead of the right time, or behind it.
func (c *turned) set(days int) { c.ahead.Store(int64(days) * int64(24*time.Hour)) }

const clockPolicy = `{"default":{"images":"30d","biometrics":"7d","results":"1y","events":"1y","audit":"1y"}}`

// onTurnedClock runs a test on both databases with a clock that it sets, and a
// policy under which everything is gone after a year.
func onTurnedClock(t *testing.T, test func(*stack, *turned)) {
	t.Helper()
	for engine, url := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return "sqlite:" + filepath.Join(t.TempDir(), "dossier.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.New(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: quickly})
			check(t, err)
			t.Cleanup(func() { check(t, box.stop()) })
			policy := filepath.Join(t.TempDir(), "retention.json")
			check(t, os.WriteFile(policy, []byte(clockPolicy), 0o600))
			l, err := listen(t.Context(), "127.0.0.1:0")
			check(t, err)
			c, database := new(turned), url(t)
			s := &stack{t: t, url: "http://" + l.Addr().String(), data: t.TempDir(), database: database, sandbox: box}
			s.http = &http.Client{Transport: holdToDescription(t, http.DefaultTransport)}
			s.server, err = startServerBy(t.Context(), s.settings(database, s.data, box.url(), box.Token(), "DOSSIER_RETENTION", policy), l, testLog(t), c.now)
			check(t, err)
			t.Cleanup(func() { check(t, s.server.stop()) })
			s.login("test")
			test(s, c)
		})
	}
}

// rounds does all periodic work, as a day would.
func (s *stack) rounds() {
	s.t.Helper()
	for _, p := range s.server.periodic(s.server.use) {
		if err := p.Run(s.t.Context()); err != nil {
			s.t.Errorf("%s: %v", p.Name, err)
		}
	}
}

// wantStatus demands how a request with a new token is answered.
func (s *stack) wantStatus(status int, method, path string) {
	s.t.Helper()
	if got := s.call(s.token(), method, path, ""); got.status != status {
		s.t.Errorf("%s %s: %d %.200s, want %d", method, path, got.status, got.body, status)
	}
}

// TestClockThatLeapsAheadAndBack: by a clock that is 400 days ahead the server goes on
// and deletes nothing by its age, and when it is set right nothing waits for 400
// days: no verification, delivery, lease, key, request to Onfido or operator.
func TestClockThatLeapsAheadAndBack(t *testing.T) {
	t.Parallel()
	onTurnedClock(t, func(s *stack, c *turned) {
		ended := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front", "selfie")
		s.result(ended)
		waiting := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
		token, made := s.token(), s.call(s.token(), http.MethodPost, "/assure/dossiers", "{}", "Idempotency-Key", "before")
		s.rounds()

		c.set(400)
		s.wantRefusal(s.call(token, http.MethodGet, "/assure/dossiers", ""), 401, "unauthorized")
		s.rounds()
		s.wantKept(ended, waiting)
		hook := newReceiver(s.t, func(n int) int { return map[bool]int{true: 500, false: 200}[n == 1] })
		s.subscribe(hook.URL, "process.complete")
		ahead := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
		if p := s.result(ahead); p.Status != "accepted" {
			s.t.Errorf("a verification while the clock is ahead: %s", p.Status)
		}
		s.eventually("the event was tried once", func() bool { return len(hook.all()) == 1 && s.idle() })
		late, session := s.token(), s.operatorSession()
		begun := s.putOff(c, waiting)

		c.set(0)
		s.rounds()
		s.wantKept(ended, waiting, ahead)
		s.wantRefusal(s.call(late, http.MethodGet, "/assure/dossiers", ""), 401, "unauthorized")
		if _, err := s.server.operators().Check(s.t.Context(), session); err == nil {
			s.t.Error("a session from the future goes on")
		}
		if got := s.call(token, http.MethodGet, "/assure/dossiers", ""); got.status != http.StatusOK {
			s.t.Errorf("the token from before: %d", got.status)
		}
		again := s.call(token, http.MethodPost, "/assure/dossiers", "{}", "Idempotency-Key", "before")
		if again.status != made.status || string(again.body) != string(made.body) {
			s.t.Errorf("the same key: %d %s, at first %d %s", again.status, again.body, made.status, made.body)
		}
		if got := s.call(token, http.MethodPost, "/assure/dossiers", "{}", "Idempotency-Key", "cut off"); got.status != http.StatusCreated {
			s.t.Errorf("a key that was cut off while the clock was ahead: %d %s", got.status, got.body)
		}
		for name, ref := range map[string]client.Ref{"of which the job was put off": begun, "under a lost lease": waiting} {
			if p := s.finished(ref); p.Status != "accepted" {
				s.t.Errorf("the process %s: %s", name, p.Status)
			}
		}
		s.eventually("the delivery that was put off arrives", func() bool { return len(hook.all()) >= 2 })
		s.wantTrail("clock.doubted", "clock.trusted")
	})
}

// TestClockThatIsBehind: by a clock that is 400 days behind nothing is stored, because
// it would be gone when the clock is set right; the server says that it is not ready,
// and goes on by itself.
func TestClockThatIsBehind(t *testing.T) {
	t.Parallel()
	onTurnedClock(t, func(s *stack, c *turned) {
		ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front", "selfie")
		before := s.token()
		s.rounds()
		c.set(-400)
		s.eventually("the server says that it is not ready", func() bool { return s.call("", http.MethodGet, "/readyz", "").status == 503 })
		if got := s.call("", http.MethodGet, "/readyz", ""); !strings.Contains(string(got.body), "it lacks: clock") {
			s.t.Errorf("what it lacks: %s", got.body)
		}
		s.wantRefusal(s.call(before, http.MethodGet, "/assure/dossiers", ""), 401, "unauthorized")
		token := s.token()
		for _, r := range [][3]string{
			{http.MethodPost, "/assure/dossiers", "{}"},
			{http.MethodPost, pathOf(ref), ""},
			{http.MethodGet, pathOf(ref) + "/images/front", ""},
			{http.MethodDelete, "/assure/dossiers/" + ref.DossierID, ""},
		} {
			s.wantWait(s.call(token, r[0], r[1], r[2]), 503, "unavailable")
		}
		if got := s.call(token, http.MethodGet, "/assure/dossiers", ""); got.status != http.StatusOK {
			s.t.Errorf("a list, which is not recorded: %d", got.status)
		}
		c.set(0)
		s.eventually("the server is ready again", func() bool { return s.call("", http.MethodGet, "/readyz", "").status == 200 })
		s.rounds()
		if p := s.result(ref); p.Status != "accepted" {
			s.t.Errorf("the process that was there: %s", p.Status)
		}
		s.wantTrail()
	})
}

// TestClockThatIsRightAfterALeap: what an operator confirms is gone by at once.
func TestClockThatIsRightAfterALeap(t *testing.T) {
	t.Parallel()
	onTurnedClock(t, func(s *stack, c *turned) {
		ref := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
		s.result(ref)
		s.rounds()
		if said := s.command("retention", "resume"); !strings.Contains(said, "was not doubted") {
			s.t.Errorf("without a doubt: %s", said)
		}
		c.set(400)
		s.rounds()
		s.wantKept(ref)
		_, err := s.server.use.TrustClock(s.t.Context()) // as the command, by the clock of the test
		check(s.t, err)
		s.rounds()
		s.wantStatus(http.StatusNotFound, http.MethodGet, pathOf(ref))
		s.wantStatus(http.StatusNotFound, http.MethodGet, "/assure/dossiers/"+ref.DossierID)
		if said := s.command("audit", "verify"); !strings.Contains(said, "genuine") {
			s.t.Errorf("the audit trail: %s", said)
		}
	})
}

// wantKept demands that processes and their images are there.
func (s *stack) wantKept(refs ...client.Ref) {
	s.t.Helper()
	for _, ref := range refs {
		for _, path := range []string{"", "/images/front", "/images/selfie"} {
			s.wantStatus(http.StatusOK, http.MethodGet, pathOf(ref)+path)
		}
	}
}

// idle says whether no delivery is under way.
func (s *stack) idle() bool {
	s.t.Helper()
	var n int
	check(s.t, s.server.db.Writer().QueryRowContext(s.t.Context(), `SELECT COUNT(*) FROM deliveries WHERE claim <> ''`).Scan(&n))
	return n == 0
}

func (s *stack) operatorSession() string {
	s.t.Helper()
	operators := s.server.operators()
	_, err := operators.Create(s.t.Context(), store.DefaultTenant, "desk", idv.RoleViewer)
	check(s.t, err)
	found, err := operators.Named(s.t.Context(), "desk")
	check(s.t, err)
	link, err := operators.Link(s.t.Context(), found.ID)
	check(s.t, err)
	session, err := operators.Enter(s.t.Context(), link)
	check(s.t, err)
	return session
}

// putOff leaves behind what a server leaves that is killed while its clock is
// ahead: a lease, an idempotency key, a duty, and a process with its job, which it
// gives. The queue goes by the machine's and the database's clock, which no test
// can turn, so its times are written.
func (s *stack) putOff(c *turned, leased client.Ref) client.Ref {
	s.t.Helper()
	ctx, now := s.t.Context(), c.now()
	key := idv.ProcessKey{Tenant: store.DefaultTenant, Dossier: leased.DossierID, Process: leased.ProcessID}
	check(s.t, s.server.db.Update(ctx, func(tx idv.Tx) error { return tx.TakeLease(ctx, key, "killed", now, now.Add(time.Minute)) }))
	_, err := s.server.db.Claim(ctx, store.IdempotencyKey{Tenant: store.DefaultTenant, Client: s.config.ID, Key: "cut off"}, now, time.Minute)
	check(s.t, err)
	_, err = s.server.db.TakeDuty(ctx, "duty", now, now.Add(time.Minute))
	check(s.t, err)
	begun := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
	_, err = s.api.StartVerification(ctx, begun)
	check(s.t, err)
	forward := `UPDATE river_job SET state = 'available', finalized_at = NULL, created_at = created_at + interval '400 days', scheduled_at = scheduled_at + interval '400 days'
		WHERE kind = 'process_advance' AND args ->> 'process' = $1 AND state <> 'running'`
	if s.server.db.Engine() == store.SQLite {
		forward = strings.NewReplacer("created_at + interval '400 days'", "datetime(created_at, '+400 days')", "scheduled_at + interval '400 days'", "datetime(scheduled_at, '+400 days')").Replace(forward)
	}
	s.eventually("the job is put off", func() bool {
		done, err := s.server.db.Writer().ExecContext(ctx, forward, begun.ProcessID)
		check(s.t, err)
		n, err := done.RowsAffected()
		check(s.t, err)
		return n == 1
	})
	return begun
}

// finished gives a process once it has ended; one that is pending is started.
func (s *stack) finished(ref client.Ref) *client.Process {
	s.t.Helper()
	p, err := s.api.GetProcess(s.t.Context(), ref)
	check(s.t, err)
	if p.Status == "pending" {
		return s.result(ref)
	}
	p, err = s.api.WaitForResult(s.t.Context(), ref, nil)
	check(s.t, err)
	return p
}

// wantTrail demands a genuine trail, and what that of the installation says of the clock.
func (s *stack) wantTrail(actions ...string) {
	s.t.Helper()
	if said := s.command("audit", "verify"); !strings.Contains(said, "genuine") {
		s.t.Errorf("the audit trail: %s", said)
	}
	said := s.command("audit", "list", "--installation")
	for _, action := range actions {
		if strings.Count(said, action) != 1 {
			s.t.Errorf("%s is not in the trail once: %s", action, said)
		}
	}
	if len(actions) == 0 && strings.Contains(said, "clock.") {
		s.t.Errorf("the clock was doubted: %s", said)
	}
}
