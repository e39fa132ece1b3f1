package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"
	"time"
)

var _ Bucket = (*Folder)(nil)

// Folder is a Bucket on a local disk: a file for each key, in folders by its
// parts. It is given as an os.Root, so that nothing in it, a symbolic link
// included, leads out of it.
type Folder struct{ root *os.Root }

// OpenFolder opens the folder at path, which is created, for its owner only,
// when it is missing.
func OpenFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("create the blob folder: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open the blob folder: %w", err)
	}
	return &Folder{root}, nil
}

// Close gives the folder back.
func (f *Folder) Close() error { return f.root.Close() }

// Ready says whether a file can be written durably.
func (f *Folder) Ready(context.Context) error {
	part := "part-" + strings.ToLower(rand.Text())
	err := f.write(part, func(w io.Writer) error { _, err := w.Write([]byte{0}); return err })
	return errors.Join(err, f.remove(part))
}

// Put writes a file beside the key's, and renames it once it is durable. What a
// crash leaves of it bears a name of its own, by which Older gives it. The folders
// above, which may be new, are made durable while the bytes come in.
func (f *Folder) Put(_ context.Context, key string, write func(io.Writer) error) error {
	folder := path.Dir(key)
	if err := f.root.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("create its folder: %w", err)
	}
	above := make(chan error, 1)
	go func() { above <- f.syncUp(path.Dir(folder)) }()
	err := f.replace(key, path.Join(folder, "part-"+strings.ToLower(rand.Text())), write)
	if err == nil {
		err = f.sync(folder)
	}
	return errors.Join(err, <-above)
}

// replace gives a key the file that is written as part.
func (f *Folder) replace(key, part string, write func(io.Writer) error) error {
	if err := f.write(part, write); err != nil {
		return errors.Join(err, f.remove(part))
	}
	if err := f.root.Rename(part, key); err != nil {
		return errors.Join(fmt.Errorf("give it its name: %w", err), f.remove(part))
	}
	return nil
}

// write makes a new file that is durable when it returns nil.
func (f *Folder) write(name string, write func(io.Writer) error) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("create its file: %w", err)
	}
	if err := write(&early{file: file}); err != nil {
		return errors.Join(err, file.Close())
	}
	return errors.Join(file.Sync(), file.Close())
}

// remove removes a file that may not be there.
func (f *Folder) remove(name string) error {
	if err := f.root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncUp makes the entries of a folder durable, and of those above it, which may
// be as new.
func (f *Folder) syncUp(name string) error {
	for {
		if err := f.sync(name); err != nil || name == "." {
			return err
		}
		name = path.Dir(name)
	}
}

// sync makes the entries of a folder durable.
func (f *Folder) sync(name string) error {
	d, err := f.root.Open(name)
	if err != nil {
		return fmt.Errorf("open a folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync a folder: %w", err)
	}
	return nil
}

// Open gives the bytes, or fs.ErrNotExist.
func (f *Folder) Open(_ context.Context, key string) (io.ReadCloser, error) {
	return f.root.Open(key)
}

// Erase removes a file or a folder with all that is in it.
func (f *Folder) Erase(_ context.Context, key string) error {
	if err := f.root.RemoveAll(key); err != nil {
		return err
	}
	above := path.Dir(key)
	if _, err := f.root.Stat(above); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return f.syncUp(above)
}

// Older walks the folder. What disappears meanwhile is not given.
func (f *Folder) Older(ctx context.Context, t time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil {
				err = ctx.Err()
			}
			old, err := olderThan(t, entry, err)
			if err == nil && old && !yield(name, nil) {
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			yield("", err)
		}
	}
}

// olderThan says whether an entry of a walk is a file last written before t.
func olderThan(t time.Time, entry fs.DirEntry, err error) (bool, error) {
	if err == nil && entry.Type().IsRegular() {
		var info fs.FileInfo
		if info, err = entry.Info(); err == nil {
			return info.ModTime().Before(t), nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return false, err
}
