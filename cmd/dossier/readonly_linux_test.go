package main

import (
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestFolderThatIsReadOnly gives a server process a folder of images that is a mount of
// its own, and makes that read-only, as a kernel does with a disk that fails. Uploads
// are a 503 that says when to come back and leave nothing behind, all that needs no
// new file goes on, deletions are done later, and the server goes on by itself.
func TestFolderThatIsReadOnly(t *testing.T) {
	t.Parallel()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: quickly})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	v := newVictim(t, program(t), "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), box)
	m := newMount(t, filepath.Join(v.data, "blobs"))
	v.inside = m.inside()
	v.start()
	s := &stack{t: t, url: "http://" + v.addr, http: &http.Client{Transport: holdToDescription(t, http.DefaultTransport)}, api: v.api, data: v.data}
	s.config = client.Config{TokenURL: s.url + "/oidc/token", ID: v.who["DOSSIER_CLIENT_ID"], Secret: v.who["DOSSIER_CLIENT_SECRET"]}
	ref := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
	doomed := s.pendingProcess(passportOrder(), client.UserData{}, "front")
	token, before := s.token(), m.files()

	m.remount(v, "ro")
	front := `{"front":"` + dataURL(specimenFile(t, "front")) + `"}`
	s.wantWait(s.call(token, http.MethodPut, pathOf(ref)+"/images", front), 503, "unavailable")
	s.wantWait(s.call(token, http.MethodPost, "/assure/dossiers/"+ref.DossierID+"/files", front), 503, "unavailable")
	s.wantWait(s.call("", http.MethodGet, "/readyz", ""), 503, "unavailable")
	if got := s.call("", http.MethodGet, "/readyz", ""); got.json(t)["detail"] != "the server cannot work now; it lacks: blobs" {
		t.Errorf("what it lacks: %s", got.body)
	}
	for _, r := range []struct {
		status       int
		method, path string
	}{
		{201, http.MethodPost, "/assure/dossiers"},
		{200, http.MethodGet, pathOf(ref)},
		{200, http.MethodGet, pathOf(ref) + "/images/front"},
		{404, http.MethodGet, "/assure/dossiers/" + ref.DossierID + "/files/front"},
	} {
		if got := s.call(token, r.method, r.path, ""); got.status != r.status {
			t.Errorf("%s %s: %d %.200s, want %d", r.method, r.path, got.status, got.body, r.status)
		}
	}
	if p := s.result(ref); p.Status != "accepted" {
		t.Errorf("a verification meanwhile: %s", p.Status)
	}
	if after := m.files(); !slices.Equal(before, after) {
		t.Errorf("files before %v, and after %v", before, after)
	}
	s.wantStatus(http.StatusNoContent, http.MethodDelete, "/assure/dossiers/"+doomed.DossierID)
	s.wantStatus(http.StatusNotFound, http.MethodGet, pathOf(doomed)+"/images/front")

	m.remount(v, "rw")
	s.eventually("the server is ready again", func() bool { return s.call("", http.MethodGet, "/readyz", "").status == http.StatusOK })
	check(t, s.api.SetImages(t.Context(), s.pendingProcess(passportOrder(), client.UserData{}), s.picture("front")))
	s.eventually("the images of the deleted dossier are gone", func() bool {
		return !slices.ContainsFunc(m.files(), func(name string) bool { return strings.Contains(name, doomed.DossierID) })
	})
}

// mounted is a folder that is a mount of its own, which only one process sees.
type mounted struct {
	t      *testing.T
	folder string
	// apart are the options of unshare and nsenter by which whoever runs the test may mount.
	apart, enter []string
}

// newMount makes the folder. Root may mount in a namespace of its own; whoever else
// may, is root in one.
func newMount(t *testing.T, folder string) *mounted {
	t.Helper()
	check(t, os.MkdirAll(folder, 0o700))
	m := &mounted{t: t, folder: folder, apart: []string{"--mount"}, enter: []string{"--mount"}}
	if os.Geteuid() != 0 {
		m.apart, m.enter = append(m.apart, "--user", "--map-root-user"), append(m.enter, "--user", "--preserve-credentials")
	}
	return m
}

// inside runs a command where the folder is a mount of its own.
func (m *mounted) inside() []string {
	line := append([]string{"unshare"}, m.apart...)
	return append(line, "sh", "-c", `mount --bind "$0" "$0" && exec "$@"`, m.folder)
}

// remount makes the folder read-only for a process ("ro"), or not ("rw").
func (m *mounted) remount(v *victim, how string) {
	m.t.Helper()
	line := append([]string{"--target", strconv.Itoa(v.process.Process.Pid)}, m.enter...)
	said, err := exec.CommandContext(m.t.Context(), "nsenter", append(line, "mount", "-o", "remount,bind,"+how, m.folder)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("remount the folder (the test has to be run by root, or by somebody who may make user namespaces): %v: %s", err, said)
	}
}

// files gives the names of all files in the folder, in order.
func (m *mounted) files() (names []string) {
	m.t.Helper()
	check(m.t, filepath.WalkDir(m.folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			names = append(names, name)
		}
		return nil // what disappears meanwhile is not there
	}))
	return names
}
