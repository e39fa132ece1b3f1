package archive

import (
	"context"
	"crypto/rand"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/signing"
)

func ring(t *testing.T, rotations ...time.Time) *signing.Ring {
	t.Helper()
	r, err := signing.NewRing(rand.Reader, done.AddDate(-3, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range rotations {
		if _, err := r.Rotate(rand.Reader, at); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// TestEachKeySignsItsTime: after a rotation what is older keeps its key, and with
// it its bytes; every key on the ring verifies.
func TestEachKeySignsItsTime(t *testing.T) {
	t.Parallel()
	r := ring(t, done.AddDate(0, 0, 1), done.AddDate(0, 0, 10))
	text, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := signing.ParseRing(text)
	if err != nil {
		t.Fatal(err)
	}
	keys := again.Keys()
	for at, want := range map[time.Time]int{
		done.AddDate(-9, 0, 0): 0, done: 0, done.AddDate(0, 0, 1): 1, done.AddDate(0, 0, 9): 1, done.AddDate(0, 0, 10): 2, done.AddDate(9, 0, 0): 2,
	} {
		if got := again.At(at); got != keys[want].Key {
			t.Errorf("what was completed at %s is not signed by key %d", at, want)
		}
	}
	before := build(t, r.At(done), testManifest(), testContents())
	if v := verify(t, before, again.Public()...); !v.Genuine() || v.KeyID != keys[0].Public().ID() {
		t.Errorf("signed before the rotations: %+v", v)
	}
	if public := again.Public(); len(public) != 3 || public[0].ID() != keys[2].Public().ID() {
		t.Error("the newest public key is not the first")
	}
}

func TestRevokedKeysProveNothing(t *testing.T) {
	t.Parallel()
	now := done.AddDate(1, 0, 0)
	r := ring(t, done.AddDate(0, 0, 10))
	leaked := r.Keys()[0]
	file := build(t, r.At(done), testManifest(), testContents())
	if err := r.Revoke(leaked.Public().ID(), rand.Reader, now); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, file, r.Public()...); v.Genuine() || v.Proven {
		t.Error("a file by a revoked key is genuine")
	}
	if v := verify(t, build(t, r.At(done), testManifest(), testContents()), r.Public()...); !v.Genuine() {
		t.Errorf("signed anew: %+v", v)
	}
	last := r.Keys()[0].Public().ID()
	if err := r.Revoke(last, rand.Reader, now); err != nil || len(r.Keys()) != 1 || r.Keys()[0].Public().ID() == last {
		t.Errorf("the last key was not replaced: %v", err)
	}
	if err := r.Revoke(last, rand.Reader, now); err == nil {
		t.Error("a key was revoked twice")
	}
}

func TestRingsAreBounded(t *testing.T) {
	t.Parallel()
	r := ring(t, slices.Repeat([]time.Time{done}, signing.MaxKeys-1)...)
	if _, err := r.Rotate(rand.Reader, done); err == nil {
		t.Error("a ring has no end")
	}
	for _, text := range []string{"", "[]", "{}", `[{"seed":"AA==","since":"2025-01-08T16:21:41Z"}]`} {
		if _, err := signing.ParseRing([]byte(text)); err == nil {
			t.Errorf("took %q", text)
		}
	}
}

// TestMemorySparesTheMeasuring: what is known is not read to be measured, and
// gives the same bytes; the oldest is forgotten.
func TestMemorySparesTheMeasuring(t *testing.T) {
	t.Parallel()
	k, known, reads := testKey(t, 1), NewMemory(2), 0
	picture := pictureOf("front", "picture")
	picture.Name = "images/front.jpg"
	opened := picture.Open
	counted := picture
	counted.Open = func(ctx context.Context) (io.ReadCloser, error) { reads++; return opened(ctx) }
	source := func(identity string) Source {
		return Source{
			Manifest: testManifest(), Page: &Page{Process: []byte(`{}`), Pictures: []Picture{counted}},
			Contents: []Content{textOf("process.json", "{}"), textOf("images/front.jpg", "picture")}, Identity: identity,
		}
	}
	write := func(identity string) string {
		a, err := Build(t.Context(), k, source(identity), known)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := a.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	first := write("a")
	for i, c := range []struct {
		identity string
		reads    int
	}{{"a", 1}, {"", 2}, {"", 2}, {"b", 2}, {"b", 1}, {"c", 2}, {"a", 2}} {
		reads = 0
		if got := write(c.identity); got != first || reads != c.reads {
			t.Errorf("step %d: read %d times, want %d; the same bytes: %v", i, reads, c.reads, got == first)
		}
	}
}
