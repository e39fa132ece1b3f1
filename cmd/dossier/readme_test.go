package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/envfile"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestReadmeWalk runs the curl walk of the README as it is printed, and again
// with the last name that Onfido's sandbox considers.
func TestReadmeWalk(t *testing.T) {
	t.Parallel()
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
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly})
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
	for walk, status := range map[string]string{walk: "accepted", strings.Replace(walk, `"lastName":"Specimen"`, `"lastName":"Consider"`, 1): "inconclusive"} {
		shell := exec.CommandContext(t.Context(), "sh", "-e", "-c", walk)
		shell.Dir = dir
		out, err := shell.CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"status":"`+status+`"`) {
			t.Errorf("the walk does not end %s: %v\n%s", status, err, out)
		}
	}
}
