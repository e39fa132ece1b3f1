package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestTrigger brings every outcome about, one after the other: a scenario of the
// sandbox is for its next check.
func TestTrigger(t *testing.T) {
	t.Parallel()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly})
	trigger := func(status string, more ...string) (int, string) {
		out, told := &screen{}, &screen{}
		code := run(world{ctx: t.Context(), out: out, err: told, lookup: func(string) (string, bool) { return "", false }}, append([]string{
			"trigger", "process.complete", "--status", status, "--url", s.url, "--client-id", s.config.ID, "--client-secret", s.config.Secret,
			"--sandbox-url", s.sandbox.url(), "--sandbox-token", s.sandbox.Token(),
		}, more...))
		return code, out.String() + told.String()
	}
	for _, status := range []string{"rejected", "accepted", "inconclusive", "failed", "canceled"} {
		if code, said := trigger(status, "--json"); code != 0 || !strings.Contains(said, `"status":"`+status+`"`) {
			t.Errorf("%s: exit status %d: %s", status, code, said)
		}
	}
	if code, said := trigger("accepted"); code != 0 || !strings.Contains(said, "accepted") {
		t.Errorf("exit status %d: %s", code, said)
	}
}
