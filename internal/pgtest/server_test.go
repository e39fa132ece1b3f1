package pgtest

import (
	"bufio"
	"strings"
	"testing"
)

func TestAwaitReady(t *testing.T) {
	t.Parallel()
	dir, err := awaitReady(bufio.NewReader(strings.NewReader("ready /tmp/dossier-pg.x\n")))
	if err != nil || dir != "/tmp/dossier-pg.x" {
		t.Errorf("awaitReady = %q, %v; want the directory", dir, err)
	}
}

func TestAwaitReadyTellsWhatFailed(t *testing.T) {
	t.Parallel()
	for _, output := range []string{
		"initdb: error: invalid locale name\nhint: see locale -a\n",
		"could not bind", // Cut off in the middle of a line.
	} {
		_, err := awaitReady(bufio.NewReader(strings.NewReader(output)))
		if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(output)) {
			t.Errorf("awaitReady(%q) error = %v, want one that repeats the output", output, err)
		}
	}
}

func TestVersionSortsByNumber(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{
		"/usr/lib/postgresql/9/bin/initdb":     9,
		"/usr/lib/postgresql/15/bin/initdb":    15,
		"/usr/lib/postgresql/devel/bin/initdb": 0,
	} {
		if got := version(path); got != want {
			t.Errorf("version(%q) = %d, want %d", path, got, want)
		}
	}
}
