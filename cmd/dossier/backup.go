package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/store"
)

type backupCommand struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
	To     string `arg:"" help:"Folder for the copy, which is made." placeholder:"FOLDER"`
}

// Help says what is not in the copy.
func (backupCommand) Help() string {
	return `Copies the SQLite database and the folder of images while the server goes on.
The key is left out on purpose: without it the copy shows nothing about anybody,
and with it the copy shows everything. Keep the key file apart.

PostgreSQL and buckets have tools of their own: see docs/operations.md.`
}

// Run copies the database first: what is uploaded meanwhile is then too much in
// the copy, and swept, instead of missing.
func (c backupCommand) Run(w world) (err error) {
	cfg, err := config.LoadOffline(c.Config, w.lookup)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(cfg.Database.Reveal(), "sqlite:") {
		return errors.New("the database is PostgreSQL: back it up with pg_dump")
	}
	b, err := openBase(w.ctx, cfg, store.Options{Beside: true})
	if err != nil {
		return err
	}
	defer func() { err = joined(err, b.db.Close()) }()
	if err := os.Mkdir(c.To, 0o700); err != nil {
		return fmt.Errorf("make the folder of the copy: %w", err)
	}
	if err := b.db.Backup(w.ctx, filepath.Join(c.To, "dossier.db")); err != nil {
		return err
	}
	if cfg.Blobs != "" {
		_, err = fmt.Fprintln(w.out, "The database is copied. The images are in a bucket, and the key is not in the copy: back them up apart.")
		return err
	}
	n, err := copyBlobs(filepath.Join(cfg.Data, "blobs"), filepath.Join(c.To, "blobs"))
	if err != nil {
		return fmt.Errorf("copy the images: %w", err)
	}
	_, err = fmt.Fprintf(w.out, "The database and %d files are copied. The key is not in the copy: keep it apart.\n", n)
	return err
}

// copyBlobs copies the files of a folder that is in use: what is being written is
// left out, and what disappears meanwhile was erased.
func copyBlobs(from, to string) (n int, err error) {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return 0, err
	}
	err = filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), "part-") {
			return err
		}
		below, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		err = copyFile(path, filepath.Join(to, below))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		n++
		return err
	})
	return n, err
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, in.Close()) }()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return joined(err, out.Sync(), out.Close())
}
