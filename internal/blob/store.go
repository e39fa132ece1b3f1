package blob

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// DefaultMaxBytes is the longest blob where Options say nothing.
const DefaultMaxBytes = 64 << 20

// bufferSize joins the 4 KiB of the seal to larger reads and writes.
const bufferSize = 64 << 10

// Bucket keeps bytes as they are given under keys of four parts, a/b/c/d, each
// of letters, digits, '.' and '-'. It is safe for concurrent use.
type Bucket interface {
	// Put stores what write writes, in place of what the key had. When it
	// returns nil the bytes are durable; after an error, also one of write, the
	// key has what it had before.
	Put(ctx context.Context, key string, write func(io.Writer) error) error
	// Open gives the bytes, or fs.ErrNotExist.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Erase removes the key and every key that it is a beginning of, by whole
	// parts: a/b is of a/b/c/d and not of a/bb/c/d. It is no error when there
	// are none.
	Erase(ctx context.Context, key string) error
	// Older gives the keys whose bytes were stored before t, and those of which
	// a crash left only a part. Keys may be erased meanwhile.
	Older(ctx context.Context, t time.Time) iter.Seq2[string, error]
}

var _ idv.Blobs = (*Store)(nil)

// Options are what a Store needs beside its bucket.
type Options struct {
	// Sealer unwraps what Keys gives.
	Sealer *seal.Sealer
	Keys   idv.BlobKeys
	// MaxBytes is the longest blob that Put takes; 0 means DefaultMaxBytes.
	MaxBytes int64
}

// Store seals blobs into a bucket. It is safe for concurrent use.
type Store struct {
	Options
	bucket Bucket
}

// New gives a Store on a bucket.
func New(b Bucket, o Options) *Store {
	o.MaxBytes = cmp.Or(o.MaxBytes, DefaultMaxBytes)
	return &Store{Options: o, bucket: b}
}

// Put stores what r gives until io.EOF, in place of what the name had. After
// an error nothing has changed. More than MaxBytes is refused with
// idv.CodeTooLarge; an unknown dossier is NotFound.
func (s *Store) Put(ctx context.Context, at idv.BlobRef, r io.Reader) error {
	key, err := keyOf(at)
	if err != nil {
		return err
	}
	dossier, err := s.unwrap(ctx, at)
	if err != nil {
		return err
	}
	err = s.bucket.Put(ctx, key, func(w io.Writer) error { return s.seal(ctx, dossier, at, w, r) })
	if err != nil {
		return fmt.Errorf("store a blob: %w", err)
	}
	return nil
}

func (s *Store) seal(ctx context.Context, k *seal.Key, at idv.BlobRef, w io.Writer, r io.Reader) error {
	buffered := bufio.NewWriterSize(w, bufferSize)
	sealing, err := k.Encrypt(buffered, place(at))
	if err != nil {
		return err
	}
	n, err := io.Copy(sealing, io.LimitReader(&interruptible{ctx, r}, s.MaxBytes+1))
	if err != nil {
		return err
	}
	if n > s.MaxBytes {
		return idv.Refuse(idv.CodeTooLarge, fmt.Sprintf("a file may have at most %d bytes", s.MaxBytes))
	}
	if err := sealing.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// Open gives the bytes, or NotFound. See the package on what its Read promises.
func (s *Store) Open(ctx context.Context, at idv.BlobRef) (io.ReadCloser, error) {
	key, err := keyOf(at)
	if err != nil {
		return nil, idv.NotFound("file")
	}
	dossier, err := s.unwrap(ctx, at)
	if err != nil {
		return nil, err
	}
	sealed, err := s.bucket.Open(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, idv.NotFound("file")
	}
	if err != nil {
		return nil, fmt.Errorf("open a blob: %w", err)
	}
	opening, err := dossier.Decrypt(bufio.NewReaderSize(&interruptible{ctx, sealed}, bufferSize), place(at))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a blob: %w", err), sealed.Close())
	}
	return &opened{opening, sealed}, nil
}

// Erase removes one blob (Name set), those of a process (Process set), or those
// of a dossier. It is no error when there are none.
func (s *Store) Erase(ctx context.Context, at idv.BlobRef) error {
	prefix, err := prefixOf(at)
	if err != nil {
		return err
	}
	if err := s.bucket.Erase(ctx, prefix); err != nil {
		return fmt.Errorf("erase blobs: %w", err)
	}
	return nil
}

// Older gives the blobs stored before t, and what a crash left of others.
func (s *Store) Older(ctx context.Context, t time.Time) iter.Seq2[idv.BlobRef, error] {
	return func(yield func(idv.BlobRef, error) bool) {
		for key, err := range s.bucket.Older(ctx, t) {
			if err != nil {
				yield(idv.BlobRef{}, fmt.Errorf("list blobs: %w", err))
				return
			}
			at, ours := refOf(key)
			if ours && !yield(at, nil) {
				return
			}
		}
	}
}

func (s *Store) unwrap(ctx context.Context, at idv.BlobRef) (*seal.Key, error) {
	wrapped, err := s.Keys.WrappedKey(ctx, at.Tenant, at.Dossier)
	if err != nil {
		return nil, fmt.Errorf("find the key of a blob: %w", err)
	}
	key, err := s.Sealer.Unwrap(wrapped, place(at))
	if errors.Is(err, seal.ErrForgotten) { // A backup of before the erasure was brought back.
		return nil, fmt.Errorf("%w: %w", idv.NotFound("file"), err)
	}
	return key, err
}

// place is what a blob's ciphertext is bound to.
func place(at idv.BlobRef) seal.Context {
	return seal.Context{Tenant: at.Tenant, Dossier: at.Dossier, Process: at.Process, Field: "blob/" + at.Name}
}

// opened reads the plaintext and closes the ciphertext.
type opened struct {
	io.Reader
	io.Closer
}

// interruptible stops reading when its context ends.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

// Read reads, unless the context has ended.
func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}
