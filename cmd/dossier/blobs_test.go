package main

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// blobCount is how many files the blob store holds.
func (s *stack) blobCount() (n int) {
	s.t.Helper()
	err := filepath.WalkDir(filepath.Join(s.data, "blobs"), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			n++
		}
		if errors.Is(err, fs.ErrNotExist) { // Erased this moment.
			return nil
		}
		return err
	})
	check(s.t, err)
	return n
}

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
