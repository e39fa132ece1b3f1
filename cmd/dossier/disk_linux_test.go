package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestDiskThatTakesNoMore takes from a server process the right to write to files
// at all: database, write-ahead log, blobs and keys. What changes something or has to be
// recorded is a 503 that says when to come back, nothing half is left, and the
// server goes on by itself once the disk takes more, also after it was killed
// meanwhile.
func TestDiskThatTakesNoMore(t *testing.T) {
	t.Parallel()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: quickly})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	file := filepath.Join(t.TempDir(), "dossier.db")
	v := newVictim(t, program(t), "sqlite:"+file, box)
	v.start()
	s := &stack{t: t, url: "http://" + v.addr, http: &http.Client{Transport: holdToDescription(t, http.DefaultTransport)}, api: v.api, database: "sqlite:" + file, data: v.data}
	s.config = client.Config{TokenURL: s.url + "/oidc/token", ID: v.who["DOSSIER_CLIENT_ID"], Secret: v.who["DOSSIER_CLIENT_SECRET"]}
	ref, err := v.create()
	check(t, err)
	token := s.token()
	for _, killed := range []bool{false, true} {
		v.mayWrite(false)
		front := `{"front":"` + dataURL(specimenFile(t, "front")) + `"}`
		for _, r := range [][3]string{
			{http.MethodPost, "/assure/dossiers", `{"externalReference":"half"}`},
			{http.MethodPut, pathOf(ref) + "/images", front},
			{http.MethodPost, "/assure/dossiers/" + ref.DossierID + "/files", front},
			{http.MethodPost, pathOf(ref), ""},
			{http.MethodGet, pathOf(ref) + "/images/front", ""}, // who looks could not be recorded
			{http.MethodDelete, "/assure/dossiers/" + ref.DossierID, ""},
		} {
			s.wantWait(s.call(token, r[0], r[1], r[2]), 503, "unavailable")
		}
		if got := s.call(token, http.MethodGet, "/assure/dossiers", ""); got.status != 200 || strings.Contains(string(got.body), "half") {
			t.Errorf("reading: %d %s", got.status, got.body)
		}
		s.wantWait(s.call("", http.MethodGet, "/readyz", ""), 503, "unavailable")
		if killed {
			v.kill()
			v.start()
		} else {
			v.mayWrite(true)
		}
	}
	s.eventually("the server is ready again", func() bool { return s.call("", http.MethodGet, "/readyz", "").status == http.StatusOK })
	check(t, s.api.SetImages(t.Context(), ref, s.picture("front")))
	if p := s.result(ref); p.Status != "accepted" {
		t.Errorf("the process that was there: %s", p.Status)
	}
	check(t, s.api.DeleteDossier(t.Context(), ref.DossierID))
	v.kill()
	if said := s.command("audit", "verify"); !strings.Contains(said, "genuine") { // it would end with 1 otherwise
		t.Errorf("the audit trail: %s", said)
	}
	wantWhole(t, file)
}

// mayWrite lets the server process write to files, or not.
func (v *victim) mayWrite(yes bool) {
	v.t.Helper()
	limit := unix.Rlimit{Cur: 0, Max: unix.RLIM_INFINITY}
	if yes {
		limit.Cur = unix.RLIM_INFINITY
	}
	check(v.t, unix.Prlimit(v.process.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil))
}
