package clienttest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestOfficialClient starts a sandbox and runs client.test.mjs against it.
func TestOfficialClient(t *testing.T) {
	t.Parallel()
	box, err := sandbox.New(sandbox.Options{CompleteAfter: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(box.Handler())
	t.Cleanup(func() {
		server.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	run := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=spec", "client.test.mjs")
	run.Env = append(os.Environ(),
		"CLIENT_MODULES="+modules(t), "SANDBOX_URL="+server.URL+"/v3.6", "SANDBOX_CONTROL="+server.URL+"/sandbox",
		"SANDBOX_TOKEN="+box.Token(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
	)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("the official client fails (%v):\n%s", err, out)
	}
}

// modules is a directory with what package-lock.json names, installed once for each content of that file.
func modules(t *testing.T) string {
	t.Helper()
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	sum := sha256.Sum256(lock)
	parent := filepath.Join(cache, "dossier", "clienttest")
	dir := filepath.Join(parent, hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(parent, 0o750); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(parent, ".new-*") //nolint:usetesting // it is renamed, so it must lie beside its final place
	if err != nil {
		t.Fatal(err)
	}
	install(t, fresh)
	// Another run may have been first, which is as good.
	if err := os.Rename(fresh, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	return dir
}

// install runs npm in a directory that has nothing but the package files.
func install(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci (%v):\n%s", err, out)
	}
}
