package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

// opener counts what it opens: of a process whose id begins with u it opens nothing,
// and of one with b what is no verdict.
type opener struct {
	opened []string
	fails  error
}

func (o *opener) open(_ context.Context, keys []idv.ProcessKey) (map[idv.ProcessKey]idv.PersonalJSON, error) {
	found := map[idv.ProcessKey]idv.PersonalJSON{}
	for _, k := range keys {
		o.opened = append(o.opened, k.Process)
		switch k.Process[0] {
		case 'u':
		case 'b':
			found[k] = idv.PersonalJSON(`[`)
		default:
			found[k] = idv.PersonalJSON(`{"documentVerification":{"breakdowns":{"imageIntegrity":{"result":"consider","breakdown":{"imageQuality":{"result":"unidentified"}}}}}}`)
		}
	}
	return found, o.fails
}

func keysOf(ids ...string) (keys []idv.ProcessKey) {
	for _, id := range ids {
		keys = append(keys, idv.ProcessKey{Tenant: "t", Dossier: "d", Process: id})
	}
	return keys
}

// TestReasonsAreRemembered: each result is opened once, and one that cannot be
// opened is tried again and not counted.
func TestReasonsAreRemembered(t *testing.T) {
	t.Parallel()
	o := &opener{}
	r := reasons{open: o.open}
	for _, ask := range []struct {
		keys   []string
		opened []string
		looked int
	}{
		{[]string{"p1", "p2"}, []string{"p1", "p2"}, 2},
		{[]string{"p1", "p2"}, nil, 2},
		{[]string{"p2", "p3", "u4", "b5"}, []string{"p3", "u4", "b5"}, 2},
		{[]string{"p2", "p3", "u4", "b5"}, []string{"u4", "b5"}, 2},
		{nil, nil, 0},
	} {
		o.opened = nil
		counted, looked, err := r.in(t.Context(), keysOf(ask.keys...))
		if err != nil || looked != ask.looked || !slices.Equal(o.opened, ask.opened) {
			t.Errorf("%v: looked at %d and opened %v, want %d and %v; %v", ask.keys, looked, o.opened, ask.looked, ask.opened, err)
		}
		if looked > 0 && (len(counted) != 1 || counted[0].Count != looked || !slices.Equal(counted[0].Path, []string{"Document", "Image integrity", "Image quality"})) {
			t.Errorf("%v: counted %v", ask.keys, counted)
		}
	}
}

// TestReasonsAreBounded: who looks at more and more results does not fill the memory.
func TestReasonsAreBounded(t *testing.T) {
	t.Parallel()
	o := &opener{}
	r := reasons{open: o.open}
	for i := range mostKnown + 100 {
		if _, looked, err := r.in(t.Context(), keysOf("always", fmt.Sprint("p", i))); err != nil || looked != 2 {
			t.Fatalf("looked at %d, %v", looked, err)
		}
		if len(r.known) > mostKnown {
			t.Fatalf("%d are remembered", len(r.known))
		}
	}
	if len(o.opened) != mostKnown+101 {
		t.Errorf("%d were opened, want each once", len(o.opened))
	}
}

func TestReasonsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	o := &opener{fails: errors.New("no database")}
	r := reasons{open: o.open}
	if _, _, err := r.in(t.Context(), keysOf("p1")); !errors.Is(err, o.fails) {
		t.Errorf("the failure is %v", err)
	}
	if o.fails = nil; len(r.known) != 0 {
		t.Errorf("a failure is remembered: %v", r.known)
	}
}
