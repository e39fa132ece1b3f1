package blob_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/blob"
	"github.com/dossier-id/dossier/internal/blob/blobtest"
)

func openFolder(tb testing.TB, path string) *blob.Folder {
	tb.Helper()
	f, err := blob.OpenFolder(path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Errorf("close the folder: %v", err)
		}
	})
	return f
}

func TestFolder(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(tb testing.TB) blob.Bucket {
		tb.Helper()
		return openFolder(tb, filepath.Join(tb.TempDir(), "blobs"))
	})
}

func put(t *testing.T, f *blob.Folder, key, content string) {
	t.Helper()
	err := f.Put(t.Context(), key, func(w io.Writer) error { _, err := io.WriteString(w, content); return err })
	if err != nil {
		t.Fatal(err)
	}
}

func TestFolderIsTheOwners(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "blobs")
	put(t, openFolder(t, path), "t/d/p/n", "x")
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = fmt.Errorf("%s has the mode %v", name, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestOlderGoesByTheTimeOfWriting also lists what a crash left half-written,
// and passes over what is not a file.
func TestOlderGoesByTheTimeOfWriting(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	f := openFolder(t, path)
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, age := range map[string]time.Duration{"old": time.Hour, "edge": 0, "young": -time.Hour, "part-left": time.Hour} {
		put(t, f, "t/d/p/"+name, "x")
		if err := os.Chtimes(filepath.Join(path, "t/d/p", name), noon, noon.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("old", filepath.Join(path, "t/d/p/link")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for key, err := range f.Older(t.Context(), noon) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, key)
	}
	if want := []string{"t/d/p/old", "t/d/p/part-left"}; !slices.Equal(got, want) {
		t.Errorf("older are %q, want %q", got, want)
	}
}

func TestLinksDoNotLeadOut(t *testing.T) {
	t.Parallel()
	path, outside := t.TempDir(), t.TempDir()
	f := openFolder(t, path)
	put(t, f, "t/d/p/n", "x")
	if err := os.WriteFile(filepath.Join(outside, "n"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(path, "t/d/out")); err != nil {
		t.Fatal(err)
	}
	if r, err := f.Open(t.Context(), "t/d/out/n"); err == nil {
		t.Errorf("a file outside was opened; closing it: %v", r.Close())
	}
	if err := f.Put(t.Context(), "t/d/out/n", func(io.Writer) error { return nil }); err == nil {
		t.Error("a file outside was written")
	}
	if err := f.Erase(t.Context(), "t/d"); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(filepath.Join(outside, "n")); err != nil || string(content) != "secret" {
		t.Errorf("the file outside is %q, %v", content, err)
	}
}

func TestFullDiskLeavesNothing(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	full := errors.New("no space left")
	err := openFolder(t, path).Put(t.Context(), "t/d/p/n", func(w io.Writer) error {
		_, err := io.Copy(w, strings.NewReader("a part of it"))
		return errors.Join(err, full)
	})
	if !errors.Is(err, full) {
		t.Errorf("error %v, want the writer's", err)
	}
	if left, err := os.ReadDir(filepath.Join(path, "t/d/p")); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}
