package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dossier-id/dossier/internal/envfile"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestScripts runs the command line as a shell sees it, beside a server whose
// dev.env each script finds in $ENV_FILE.
func TestScripts(t *testing.T) {
	t.Parallel()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly})
	env := filepath.Join(t.TempDir(), "dev.env")
	check(t, envfile.Write(env, append(s.sandbox.env(), []envfile.Pair{
		{Name: "DOSSIER_URL", Value: s.url},
		{Name: "DOSSIER_TOKEN_URL", Value: s.config.TokenURL},
		{Name: "DOSSIER_CLIENT_ID", Value: s.config.ID},
		{Name: "DOSSIER_CLIENT_SECRET", Value: s.config.Secret},
	}...)))
	shipped := program(t)
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: func(e *testscript.Env) error {
		e.Setenv("ENV_FILE", env)
		e.Setenv("PATH", filepath.Dir(shipped)+string(filepath.ListSeparator)+e.Getenv("PATH"))
		return nil
	}})
}
