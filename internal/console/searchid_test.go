package console

import (
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// TestSearchID: an id gives the reference back to the session that made it, for
// half an hour, and to nobody else; nothing of it can be read in the address.
func TestSearchID(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := &console{Config: Config{Now: func() time.Time { return now }}}
	const wanted = `Müller & "Sons" /?#`
	id, err := c.searchID("session", wanted)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.searched("session", id); err != nil || got != wanted {
		t.Errorf("the session reads %q, %v", got, err)
	}
	again, err := c.searchID("session", wanted)
	if err != nil || again == id {
		t.Errorf("the same reference has the same id twice: %v", err)
	}
	if longer, err := c.searchID("session", strings.Repeat("x", 60)); err != nil || len(longer) != len(id) {
		t.Errorf("the length of an id tells that of the reference: %v", err)
	}
	for what, ask := range map[string][2]string{
		"another session": {"another", id}, "a part": {"session", id[:len(id)-4]}, "nothing": {"session", ""},
		"no id": {"session", "%%%"}, "a changed one": {"session", "A" + id[1:]}, "a short one": {"session", "AAAA"},
	} {
		if id[0] == 'A' && what == "a changed one" {
			ask[1] = "B" + id[1:]
		}
		if got, err := c.searched(ask[0], ask[1]); idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("%s reads %q, %v", what, got, err)
		}
	}
	now = now.Add(searchLife)
	if got, err := c.searched("session", id); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("half an hour later it is %q, %v", got, err)
	}
}

// TestAddressOf: whatever the form holds, no reference gets into an address.
func TestAddressOf(t *testing.T) {
	t.Parallel()
	filter := map[string][]string{reference: {"customer-7"}, searchParam: {"id"}, "status": {"failed"}}
	if got, want := addressOf(filter), "/console/processes?search=id&status=failed"; got != want {
		t.Errorf("the address is %s, want %s", got, want)
	}
	if got, want := nextPage(filter, idv.ProcessLine{}), "reference"; strings.Contains(got, want) {
		t.Errorf("the next page is %s", got)
	}
}
