package seal

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
)

// createDurably writes a file that did not exist. It appears whole or not at
// all, whenever the machine stops: a link to a finished file is made in one
// step, and fails where a file is.
func createDurably(path string, content []byte) error {
	whole := path + "." + rand.Text() + ".new"
	if err := writeSynced(whole, content); err != nil {
		return errors.Join(err, os.Remove(whole))
	}
	if err := os.Link(whole, path); err != nil {
		return errors.Join(err, os.Remove(whole))
	}
	if err := os.Remove(whole); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// replaceDurably puts content in the place of a file in one step, and then
// overwrites what the file held. A disk may keep what was overwritten all the
// same; that part is an effort, not a promise.
func replaceDurably(path string, content []byte, size int) error {
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = old.Close() }() // It was synced.
	whole := path + "." + rand.Text() + ".new"
	if err := writeSynced(whole, content); err != nil {
		return errors.Join(err, os.Remove(whole))
	}
	if err := os.Rename(whole, path); err != nil {
		return errors.Join(err, os.Remove(whole))
	}
	if err := syncDirectory(filepath.Dir(path)); err != nil {
		return err
	}
	if _, err := old.WriteAt(make([]byte, size), 0); err != nil {
		return err
	}
	return old.Sync()
}
