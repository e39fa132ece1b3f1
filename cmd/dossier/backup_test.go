package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestBackupAndRestore copies a server that runs as docs/operations.md says, and
// asks a server on the copy for what the first one knows.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	onBackups(t, func(s *stack, restore func(to string) string) {
		t := s.t
		ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front", "selfie")
		s.result(ref)

		data := filepath.Join(t.TempDir(), "restored")
		again := s.on(restore(data), data)
		for _, path := range []string{pathOf(ref), pathOf(ref) + "/images/front", "/assure/dossiers/" + ref.DossierID} {
			want, got := s.call(s.token(), http.MethodGet, path, ""), again.call(again.token(), http.MethodGet, path, "")
			if want.status != http.StatusOK || got.status != want.status || !bytes.Equal(got.body, want.body) {
				t.Errorf("%s: %d with %d bytes, the original has %d with %d", path, got.status, len(got.body), want.status, len(want.body))
			}
		}
	})
}

// onBackups runs a test on each database, with a server and a way to restore a
// backup of it, which gives the URL of the copy.
func onBackups(t *testing.T, test func(s *stack, restore func(to string) string)) {
	t.Helper()
	for engine, database := range map[string]func(t *testing.T) (url string, restore func(s *stack, to string) string){
		"sqlite":   sqliteBackup,
		"postgres": postgresBackup,
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			url, restore := database(t)
			s := newStack(t, url, sandbox.Options{CompleteAfter: quickly})
			test(s, func(to string) string { return restore(s, to) })
		})
	}
}

// on starts another server, on a restored copy, with the keys as they are now.
func (s *stack) on(database, data string) *stack {
	t := s.t
	t.Helper()
	for _, name := range []string{"key.json", "key.json.tree"} { // kept apart
		check(t, copyFile(filepath.Join(s.data, name), filepath.Join(data, name)))
	}
	l, err := listen(t.Context(), "127.0.0.1:0")
	check(t, err)
	again := &stack{t: t, url: "http://" + l.Addr().String(), http: s.http, sandbox: s.sandbox, data: data, database: database}
	again.server, err = startServer(t.Context(), again.settings(database, data, s.sandbox.url(), s.sandbox.Token()), l, testLog(t))
	check(t, err)
	t.Cleanup(func() { check(t, again.server.stop()) })
	again.config = s.config // the same client
	again.config.URL, again.config.TokenURL = again.url, again.url+"/oidc/token"
	return again
}

// TestBackupOfBeforeAnErasureYieldsNothing restores a backup that was made before
// a dossier was deleted, images too, with the keys of after: a server on it shows
// nothing of that dossier by any path, and everything of the one beside it.
func TestBackupOfBeforeAnErasureYieldsNothing(t *testing.T) {
	t.Parallel()
	onBackups(t, func(s *stack, restore func(to string) string) {
		t := s.t
		gone := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Gone"}, "front", "selfie")
		s.result(gone)
		if got := s.call(s.token(), http.MethodPost, pathOf(gone)+"/images/to-files", ""); got.status != http.StatusNoContent {
			t.Fatalf("to files: %d %s", got.status, got.body)
		}
		stays := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Stays"})

		data := filepath.Join(t.TempDir(), "restored")
		copied := restore(data)
		check(t, s.api.DeleteDossier(t.Context(), gone.DossierID))
		again := s.on(copied, data)
		token, dossier := again.token(), "/assure/dossiers/"+gone.DossierID
		for _, path := range []string{
			dossier, dossier + "/userdata", dossier + "/files/front", pathOf(gone), pathOf(gone) + "/download", pathOf(gone) + "/images/front",
		} {
			again.wantRefusal(again.call(token, http.MethodGet, path, ""), 404, "not_found")
		}
		listed := again.call(token, http.MethodGet, "/assure/dossiers", "")
		if listed.status != http.StatusOK || strings.Contains(string(listed.body), gone.DossierID) || !strings.Contains(string(listed.body), stays.DossierID) {
			t.Errorf("the list: %d %s", listed.status, listed.body)
		}
		if got := again.call(token, http.MethodGet, "/assure/dossiers/"+stays.DossierID+"/userdata", ""); got.status != 200 || !strings.Contains(string(got.body), "Stays") {
			t.Errorf("the dossier beside it: %d %s", got.status, got.body)
		}
	})
}

func sqliteBackup(t *testing.T) (url string, restore func(*stack, string) string) {
	t.Helper()
	url = "sqlite:" + filepath.Join(t.TempDir(), "dossier.db")
	return url, func(s *stack, to string) string {
		if said := s.command("backup", to); !regexp.MustCompile("[1-9] files are copied").MatchString(said) {
			t.Errorf("backup: %s", said)
		}
		if _, status := s.try("backup", to); status == 0 {
			t.Error("a copy was overwritten")
		}
		if _, err := os.Stat(filepath.Join(to, "key.json")); err == nil {
			t.Error("the key is in the copy")
		}
		return "sqlite:" + filepath.Join(to, "dossier.db")
	}
}

func postgresBackup(t *testing.T) (url string, restore func(*stack, string) string) {
	t.Helper()
	url = pgtest.New(t)
	return url, func(s *stack, to string) string {
		dump, target := filepath.Join(t.TempDir(), "dossier.dump"), pgtest.New(t)
		for _, command := range [][]string{
			{"pg_dump", "--format=custom", "--file=" + dump, url},
			{"pg_restore", "--no-owner", "--exit-on-error", "--dbname=" + target, dump},
		} {
			if said, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", command[0], err, said)
			}
		}
		if _, err := copyBlobs(filepath.Join(s.data, "blobs"), filepath.Join(to, "blobs")); err != nil {
			t.Fatal(err)
		}
		return target
	}
}
