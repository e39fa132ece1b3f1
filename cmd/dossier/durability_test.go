package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/store"
)

// TestForgetfulPostgresIsNamed: a PostgreSQL that loses what it has acknowledged is
// warned of once at the start, and by the check of the configuration.
func TestForgetfulPostgresIsNamed(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	off, err := store.UndurableAt(t.Context(), url)
	check(t, err)
	if strings.Join(off, " ") != "fsync full_page_writes synchronous_commit" { // as the tests' own runs, to be quick
		t.Fatalf("the tests' PostgreSQL has off: %v", off)
	}
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	var said bytes.Buffer
	s := newLoggedStack(t, slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn})), url, box.url(), box.Token())
	if n := strings.Count(said.String(), "PostgreSQL forgets"); n != 1 || !strings.Contains(said.String(), "fsync") {
		t.Errorf("said %d times at the start: %s", n, &said)
	}
	for database, warned := range map[string]bool{url: true, "sqlite:" + s.data + "/other.db": false} {
		out, status := s.check(database)
		if status != 0 || strings.Contains(out, "fsync") != warned || !strings.Contains(out, "the configuration is valid") {
			t.Errorf("the check of %.8s…: %d %s", database, status, out)
		}
	}
	if out, status := s.check("postgres://127.0.0.1:1/none"); status != 0 || !strings.Contains(out, "warning: the database cannot be asked") {
		t.Errorf("the check of a database that is away: %d %s", status, out)
	}
}

// check runs `dossier serve --check`.
func (s *stack) check(database string) (said string, status int) {
	s.t.Helper()
	env := map[string]string{"DOSSIER_DATA": s.data, "DOSSIER_DATABASE": database, "DOSSIER_ONFIDO_TOKEN": "api_sandbox.x"}
	var out bytes.Buffer
	w := world{ctx: s.t.Context(), out: &out, err: &out, lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	status = run(w, []string{"serve", "--check"})
	return out.String(), status
}
