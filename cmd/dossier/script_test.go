package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dossier-id/dossier/internal/envfile"
	"github.com/dossier-id/dossier/internal/sandbox"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dossier": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		status := run(world{ctx: ctx, out: os.Stdout, err: os.Stderr, lookup: os.LookupEnv}, os.Args[1:])
		stop()
		os.Exit(status)
	}})
}

// TestScripts runs the command line as a shell sees it, beside a server whose
// dev.env each script finds in $ENV_FILE.
func TestScripts(t *testing.T) {
	t.Parallel()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly})
	env := filepath.Join(t.TempDir(), "dev.env")
	check(t, envfile.Write(env, []envfile.Pair{
		{Name: "DOSSIER_URL", Value: s.url},
		{Name: "DOSSIER_TOKEN_URL", Value: s.config.TokenURL},
		{Name: "DOSSIER_CLIENT_ID", Value: s.config.ID},
		{Name: "DOSSIER_CLIENT_SECRET", Value: s.config.Secret},
	}))
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: func(e *testscript.Env) error {
		e.Setenv("ENV_FILE", env)
		return nil
	}})
}
