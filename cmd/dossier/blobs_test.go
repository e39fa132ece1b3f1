package main

import (
	"io/fs"
	"path/filepath"
)

// wantNoBlobs checks that the blob store holds no file at all.
func (s *stack) wantNoBlobs() {
	s.t.Helper()
	err := filepath.WalkDir(filepath.Join(s.data, "blobs"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			s.t.Errorf("a blob is left: %s", path)
		}
		return err
	})
	check(s.t, err)
}
