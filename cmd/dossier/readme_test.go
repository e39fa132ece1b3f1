package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/envfile"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestReadmeWalk runs the curl walk of the README as it is printed, and again
// with what it says ends otherwise: with canned answers, and as `dossier dev`
// does it, where the pictures are looked at.
func TestReadmeWalk(t *testing.T) {
	t.Parallel()
	walk := readmeWalk(t)
	considered := strings.Replace(walk, `"lastName":"Specimen"`, `"lastName":"Consider"`, 1)
	spoilt := strings.Replace(walk, "--type passport", "--type passport --flaw wrong-check-digit", 1)
	if considered == walk || spoilt == walk {
		t.Fatal("the walk has no last name or draws no passport")
	}
	t.Run("canned", func(t *testing.T) {
		t.Parallel()
		follow(t, sandbox.Options{CompleteAfter: quickly}, map[string]string{walk: "accepted", considered: "inconclusive", spoilt: "accepted"})
	})
	t.Run("looking", func(t *testing.T) {
		t.Parallel()
		o := sandbox.Options{Live: true, CompleteAfter: quickly, ReadWithin: time.Minute}
		follow(t, o, map[string]string{walk: "accepted", considered: "inconclusive", spoilt: "inconclusive"})
	})
}

// readmeWalk is the block of the README.
func readmeWalk(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	check(t, err)
	_, rest, found := strings.Cut(string(text), "<!-- the walk: the tests run this block as it stands -->\n```sh\n")
	walk, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the README has no walk")
	}
	if lines := strings.Count(walk, "\n"); lines > 10 {
		t.Errorf("the walk has %d lines, more than ten", lines)
	}
	return walk
}

// follow runs walks beside a sandbox and holds them to how they are to end.
func follow(t *testing.T, o sandbox.Options, walks map[string]string) {
	t.Helper()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), o)
	dir := t.TempDir()
	check(t, os.MkdirAll(filepath.Join(dir, ".dossier"), 0o700))
	check(t, os.MkdirAll(filepath.Join(dir, "bin"), 0o700))
	check(t, os.Symlink(program(t), filepath.Join(dir, "bin", "dossier")))
	check(t, envfile.Write(filepath.Join(dir, ".dossier", "dev.env"), []envfile.Pair{
		{Name: "DOSSIER_URL", Value: s.url},
		{Name: "DOSSIER_TOKEN_URL", Value: s.config.TokenURL},
		{Name: "DOSSIER_CLIENT_ID", Value: s.config.ID},
		{Name: "DOSSIER_CLIENT_SECRET", Value: s.config.Secret},
	}))
	for walk, status := range walks {
		shell := exec.CommandContext(t.Context(), "sh", "-e", "-c", walk)
		shell.Dir = dir
		out, err := shell.CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"status":"`+status+`"`) {
			t.Errorf("the walk does not end %s: %v\n%s", status, err, out)
		}
	}
}
