package main

import (
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestACrashNamesNobody ends a server process as the Go runtime ends one that
// panics, with every goroutine's stack, while it works on requests full of marks:
// what it leaves behind, with the log at its lowest level, holds none of them.
func TestACrashNamesNobody(t *testing.T) {
	t.Parallel()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: quickly})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	v, said, m := newVictim(t, program(t), "sqlite:"+t.TempDir()+"/dossier.db", box), new(journal), new(marks)
	v.stderr = said
	v.env = append(v.env, "DOSSIER_LOG_LEVEL=debug", "GOTRACEBACK=all")
	v.start()
	s := &stack{t: t, url: "http://" + v.addr, http: http.DefaultClient, api: v.api}
	s.config = client.Config{TokenURL: s.url + "/oidc/token", ID: v.who["DOSSIER_CLIENT_ID"], Secret: v.who["DOSSIER_CLIENT_SECRET"]}
	ref := s.pendingProcess(passportOrder(), m.marked())
	check(t, s.api.SetImages(t.Context(), ref, client.Bytes("front", commented(specimenFile(t, "front"), m.word())), s.picture("selfie")))
	_, err = s.api.StartVerification(t.Context(), ref)
	check(t, err)
	half := s.trickle(s.token(), pathOf(s.pendingProcess(passportOrder(), m.marked()))+"/images")
	defer half.Close()
	_, err = io.WriteString(half, "--b\r\nContent-Disposition: form-data; name=\"front\"; filename=\""+m.word()+"\"\r\n\r\n"+m.word())
	check(t, err)
	check(t, v.process.Process.Signal(syscall.SIGQUIT))
	_ = v.process.Wait() // as one that has crashed
	dump := said.bytes()
	if !strings.Contains(string(dump), "SIGQUIT: quit") || strings.Count(string(dump), "\ngoroutine ") < 10 {
		t.Fatalf("the process did not crash: %s", dump)
	}
	if found := m.in(dump); len(found) > 0 {
		t.Errorf("the crash holds in clear: %s", strings.Join(found, ", "))
	}
}
