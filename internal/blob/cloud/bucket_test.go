package cloud_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/blob"
	"github.com/dossier-id/dossier/internal/blob/blobtest"
	"github.com/dossier-id/dossier/internal/blob/cloud"
	"github.com/dossier-id/dossier/internal/s3test"
)

func TestMain(m *testing.M) {
	if err := s3test.Setenv(); err != nil {
		panic(err)
	}
	m.Run()
}

func open(tb testing.TB, url string) *cloud.Bucket {
	tb.Helper()
	b, err := cloud.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := b.Close(); err != nil {
			tb.Error(err)
		}
	})
	return b
}

func TestS3(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(tb testing.TB) blob.Bucket {
		tb.Helper()
		return open(tb, s3test.New(tb)+"&prefix=dossier/")
	})
}

// TestALargeObjectGoesInParts is longer than one part, and cut off in the
// second one the next time.
func TestALargeObjectGoesInParts(t *testing.T) {
	t.Parallel()
	b, content := open(t, s3test.New(t)), bytes.Repeat([]byte("0123456789abcdef"), 12<<20/16)
	put := func(broken error) error {
		return b.Put(t.Context(), "t/d/p/n", func(w io.Writer) error {
			_, err := io.Copy(w, bytes.NewReader(content))
			return errors.Join(err, broken)
		})
	}
	if err := put(nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := put(broken); !errors.Is(err, broken) {
		t.Errorf("error %v, want the writer's", err)
	}
	r, err := b.Open(t.Context(), "t/d/p/n")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
}

func TestTwoPrefixesAreTwoBuckets(t *testing.T) {
	t.Parallel()
	url := s3test.New(t)
	one, two := open(t, url+"&prefix=one/"), open(t, url+"&prefix=two/")
	if err := one.Put(t.Context(), "t/d/p/n", func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Open(t.Context(), "t/d/p/n"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
	if err := two.Erase(t.Context(), "t/d"); err != nil {
		t.Fatal(err)
	}
	r, err := one.Open(t.Context(), "t/d/p/n")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestAFullStoreIsAnError(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	b := open(t, server.New(t))
	write := func(w io.Writer) error { _, err := io.WriteString(w, "a picture"); return err }
	server.Full(t, true)
	if err := b.Put(t.Context(), "t/d/p/n", write); err == nil {
		t.Error("a full store took an object")
	}
	server.Full(t, false)
	if _, err := b.Open(t.Context(), "t/d/p/n"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist: a failed Put left something", err)
	}
	if err := b.Put(t.Context(), "t/d/p/n", write); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestBadAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "s3://", "file:///tmp", "mem://", "s3://key:SECRET@bucket", "s3://bucket/path", "s3://bucket\x00?SECRET", "https://bucket.s3.amazonaws.com"} {
		if err := cloud.Check(url); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: error %v, want one without the address", url, err)
		}
	}
	for _, url := range []string{"s3://b?region=eu-west-1", "gs://b?prefix=x/", "azblob://c"} {
		if err := cloud.Check(url); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
	gone := strings.Replace(s3test.New(t), "s3://", "s3://other-", 1)
	if b, err := cloud.Open(t.Context(), gone); err == nil {
		t.Errorf("a bucket that is not there was opened: %v", b.Close())
	}
}
