package seal

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestTreeForgetsWhatItIsToldAndNothingElse forgets leaves of every kind of
// place and asks for the others after each.
func TestTreeForgetsWhatItIsToldAndNothingElse(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same each time
	whole := newTree([seedSize]byte{9})
	leaves := []uint64{0, 1, 2, 3, MaxLeaf, MaxLeaf - 1, MaxLeaf / 2, MaxLeaf/2 + 1}
	for range 60 {
		leaves = append(leaves, random.Uint64N(100), random.Uint64N(MaxLeaf+1))
	}
	cut, gone := whole, map[uint64]bool{}
	for i, leaf := range leaves {
		if i%2 == 0 {
			cut, gone[leaf] = cut.forget(leaf), true
			if err := cut.check(); err != nil {
				t.Fatal(err)
			}
		}
		for _, other := range leaves {
			want, _ := whole.secret(other)
			got, known := cut.secret(other)
			if known == gone[other] || known && got != want {
				t.Fatalf("after %d: leaf %d is known: %v, want %v and its secret", leaf, other, known, !gone[other])
			}
		}
	}
}

// TestForgettingInOrderKeepsTheTreeSmall: what expires in the order in which it
// was made costs nothing that grows.
func TestForgettingInOrderKeepsTheTreeSmall(t *testing.T) {
	t.Parallel()
	tree := newTree([seedSize]byte{9})
	for leaf := range uint64(3_000) {
		if tree = tree.forget(leaf); len(tree) > treeDepth {
			t.Fatalf("after %d leaves the tree has %d nodes, want at most %d", leaf+1, len(tree), treeDepth)
		}
	}
}

func TestForgottenKeyIsForgottenForGood(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	s, err := CreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gone, _, err := s.NewKey(home, 7)
	if err != nil {
		t.Fatal(err)
	}
	stays, _, err := s.NewKey(home, 8)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(KeyFile{Path: path}.tree())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Forget(7); err != nil {
			t.Fatal(err)
		}
	}
	reopened, err := OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Sealer{"at once": s, "after a restart": reopened} {
		if _, err := s.Unwrap(gone, home); !errors.Is(err, ErrForgotten) {
			t.Errorf("%s: error %v, want ErrForgotten", name, err)
		}
		if _, err := s.Unwrap(stays, home); err != nil {
			t.Errorf("%s: the one beside it: %v", name, err)
		}
		if _, _, err := s.NewKey(home, 7); !errors.Is(err, ErrForgotten) || s.Remembers(7) {
			t.Errorf("%s: the leaf is used anew: %v", name, err)
		}
	}
	// Only whoever has kept the tree of before opens it.
	if err := os.WriteFile(KeyFile{Path: path}.tree(), before, 0o600); err != nil {
		t.Fatal(err)
	}
	if old, err := OpenKeyFile(path); err != nil {
		t.Error(err)
	} else if _, err := old.Unwrap(gone, home); err != nil {
		t.Errorf("the tree of before does not open it, so nothing is shown: %v", err)
	}
}

// TestLeafIsPartOfTheKey: a wrapped key does not open under a leaf that is still
// known.
func TestLeafIsPartOfTheKey(t *testing.T) {
	t.Parallel()
	s := testSealer(t)
	wrapped, _, err := s.NewKey(home, 7)
	if err != nil {
		t.Fatal(err)
	}
	wrapped[leafSize-1]++
	if _, err := s.Unwrap(wrapped, home); !errors.Is(err, ErrSealed) {
		t.Errorf("error %v, want ErrSealed", err)
	}
	for n := range leafSize + 1 {
		if _, err := s.Unwrap(wrapped[:n], home); !errors.Is(err, ErrSealed) {
			t.Errorf("%d bytes: error %v, want ErrSealed", n, err)
		}
	}
}

// TestProcessesShareATree lets two that have opened the same file forget at the
// same time: nothing comes back.
func TestProcessesShareATree(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tree")
	one, err := createTree(path)
	if err != nil {
		t.Fatal(err)
	}
	two, err := openTree(path)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i, f := range []*treeFile{one, two} {
		wg.Go(func() {
			for leaf := range uint64(20) {
				if err := f.forget([]uint64{2*leaf + uint64(i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	after, err := openTree(path)
	if err != nil {
		t.Fatal(err)
	}
	for leaf := range uint64(41) {
		if _, known := after.secret(leaf); known != (leaf == 40) {
			t.Errorf("leaf %d is known: %v", leaf, known)
		}
	}
}

func TestDamagedTreeIsRefused(t *testing.T) {
	t.Parallel()
	whole := newTree([seedSize]byte{9}).forget(5).marshal()
	for at := 0; at < len(whole); at += 7 {
		changed := bytes.Clone(whole)
		changed[at] ^= 1
		if _, err := parseTree(changed); !errors.Is(err, errTree) {
			t.Errorf("byte %d changed: %v", at, err)
		}
		if _, err := parseTree(whole[:at]); !errors.Is(err, errTree) {
			t.Errorf("cut to %d bytes: %v", at, err)
		}
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, err := CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(KeyFile{Path: path}.tree()); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(path); !errors.Is(err, ErrNoTree) {
		t.Errorf("without its tree: error %v, want ErrNoTree", err)
	}
}

func BenchmarkTree(b *testing.B) {
	path := filepath.Join(b.TempDir(), "keys.json")
	s, err := CreateKeyFile(path)
	if err != nil {
		b.Fatal(err)
	}
	wrapped, _, err := s.NewKey(home, 123_456)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("unwrap", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Unwrap(wrapped, home); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("forget", func(b *testing.B) {
		var leaf uint64 = 1_000_000
		for b.Loop() {
			leaf += 100
			if err := s.Forget(leaf); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(s.tree.tree)), "nodes")
	})
}
