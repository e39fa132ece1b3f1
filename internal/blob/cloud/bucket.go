package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"strings"
	"time"

	gcblob "gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	_ "gocloud.dev/blob/s3blob"    // s3://
	"gocloud.dev/gcerrors"

	"github.com/dossier-id/dossier/internal/blob"
)

var _ blob.Bucket = (*Bucket)(nil)

// schemes are the beginnings of the URLs that Open takes.
var schemes = []string{"s3", "gs", "azblob"}

// reachTimeout bounds how long Open waits for the store's first answer.
const reachTimeout = 15 * time.Second

// partSize is the least that S3 takes as one part of several; an object up to
// this size is sent in one request.
const partSize = 5 << 20

// Bucket is a bucket, or the part of one whose keys begin with a prefix. It is
// safe for concurrent use.
type Bucket struct{ bucket *gcblob.Bucket }

// Check says whether a URL is of a form that Open takes, without asking the
// store. The error repeats nothing of the URL.
func Check(at string) error {
	u, err := url.Parse(at)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return errors.New("must be s3://BUCKET, gs://BUCKET or azblob://CONTAINER, with options behind a '?'")
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return nil
		}
	}
	return errors.New("must begin with s3://, gs:// or azblob://")
}

// Open connects to the bucket of a URL:
//
//	s3://BUCKET?region=R[&endpoint=URL&use_path_style=true][&prefix=P/]
//	gs://BUCKET[?prefix=P/]
//	azblob://CONTAINER[?storage_account=A][&prefix=P/]
//
// Credentials come from the environment as the store's own tools take them. Open
// fails where the bucket does not answer within 15 seconds.
func Open(ctx context.Context, at string) (*Bucket, error) {
	if err := Check(at); err != nil {
		return nil, fmt.Errorf("the address of the bucket %w", err)
	}
	opened, err := gcblob.OpenBucket(ctx, withDefaults(at))
	if err != nil {
		return nil, fmt.Errorf("open the bucket: %w", err)
	}
	b := &Bucket{opened}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	if err := b.Ready(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// withDefaults asks a store of S3's kind for no checksums that it may not know:
// what is stored is authenticated by its seal.
func withDefaults(at string) string {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "s3" {
		return at
	}
	options := u.Query()
	for _, name := range []string{"request_checksum_calculation", "response_checksum_validation"} {
		if !options.Has(name) {
			options.Set(name, "when_required")
		}
	}
	u.RawQuery = options.Encode()
	return u.String()
}

// Close gives the connections back.
func (b *Bucket) Close() error { return b.bucket.Close() }

// Ready says whether the bucket is there and answers.
func (b *Bucket) Ready(ctx context.Context) error {
	there, err := b.bucket.IsAccessible(ctx)
	if err != nil {
		return fmt.Errorf("reach the bucket: %w", err)
	}
	if !there {
		return errors.New("reach the bucket: it is not there, or these credentials may not list it")
	}
	return nil
}

// Put streams what write writes to the store, in parts of 5 MiB one after the
// other: an upload holds one part in memory.
func (b *Bucket) Put(ctx context.Context, key string, write func(io.Writer) error) error {
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	w, err := b.bucket.NewWriter(ctx, key, &gcblob.WriterOptions{
		BufferSize: partSize, MaxConcurrency: 1, ContentType: "application/octet-stream", DisableContentTypeDetection: true,
	})
	if err != nil {
		return fmt.Errorf("begin an object: %w", err)
	}
	if err := write(w); err != nil {
		abort() // Close gives up an object whose context has ended.
		_ = w.Close()
		return err
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("store an object: %w", err)
	}
	return nil
}

// Open gives the bytes, or fs.ErrNotExist.
func (b *Bucket) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	r, err := b.bucket.NewReader(ctx, key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("read an object: %w", err)
	}
	return r, nil
}

// Erase removes the key and those below it. In a bucket that keeps versions the
// older ones stay: sealed under a key that a deleted dossier has no more.
func (b *Bucket) Erase(ctx context.Context, key string) error {
	if err := b.remove(ctx, key); err != nil {
		return err
	}
	if strings.Count(key, "/") == keyParts-1 {
		return nil // Nothing lies below a whole key.
	}
	for object, err := range b.list(ctx, key+"/") {
		if err != nil {
			return err
		}
		if err := b.remove(ctx, object.Key); err != nil {
			return err
		}
	}
	return nil
}

// keyParts is how many parts a whole key has: see blob.Bucket.
const keyParts = 4

// remove removes an object that may not be there.
func (b *Bucket) remove(ctx context.Context, key string) error {
	if err := b.bucket.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("delete an object: %w", err)
	}
	return nil
}

// Older lists the whole bucket, a page at a time.
func (b *Bucket) Older(ctx context.Context, t time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for object, err := range b.list(ctx, "") {
			if err != nil {
				yield("", err)
				return
			}
			if object.ModTime.Before(t) && !yield(object.Key, nil) {
				return
			}
		}
	}
}

func (b *Bucket) list(ctx context.Context, prefix string) iter.Seq2[*gcblob.ListObject, error] {
	return func(yield func(*gcblob.ListObject, error) bool) {
		objects := b.bucket.List(&gcblob.ListOptions{Prefix: prefix})
		for {
			object, err := objects.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("list the bucket: %w", err))
				return
			}
			if !yield(object, nil) {
				return
			}
		}
	}
}
