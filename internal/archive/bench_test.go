package archive_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/dossier-id/dossier/internal/signing"

	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/blob"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// pictureSize makes a zip of 12 MB of three pictures, once as they are and once
// in the page.
const pictureSize = 12_000_000 * 3 / 7 / 3

// oneKey has the key of the one dossier.
type oneKey []byte

func (k oneKey) WrappedKey(context.Context, string, string) ([]byte, error) { return k, nil }

// sealedPictures gives a full result of three sealed pictures in a folder.
func sealedPictures(b *testing.B) archive.Source {
	b.Helper()
	folder, err := blob.OpenFolder(filepath.Join(b.TempDir(), "blobs"))
	orFail(b, err)
	sealer, err := seal.CreateKeyFile(filepath.Join(b.TempDir(), "key"))
	orFail(b, err)
	wrapped, _, err := sealer.NewKey(seal.Context{Tenant: "t", Dossier: "d"}, 1)
	orFail(b, err)
	store := blob.New(folder, blob.Options{Sealer: sealer, Keys: oneKey(wrapped)})
	page := &archive.Page{Process: []byte(`{"status":"accepted"}`)}
	var contents []archive.Content
	for i, name := range []string{"front", "back", "selfie"} {
		picture := make([]byte, pictureSize)
		noise := rand.NewChaCha8([32]byte{byte(i)})
		_, _ = noise.Read(picture) // never fails
		at := idv.BlobRef{Tenant: "t", Dossier: "d", Process: "p", Name: name}
		orFail(b, store.Put(b.Context(), at, bytes.NewReader(picture)))
		open := func(ctx context.Context) (io.ReadCloser, error) { return store.Open(ctx, at) }
		file := "images/" + name + ".jpg"
		contents = append(contents, archive.Content{Name: file, Write: func(ctx context.Context, w io.Writer) error {
			r, err := open(ctx)
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = io.Copy(w, r)
			return err
		}})
		page.Pictures = append(page.Pictures, archive.Picture{Name: file, Caption: name, MediaType: "image/jpeg", Open: open})
	}
	return archive.Source{Contents: contents, Page: page, Identity: "pictures"}
}

func orFail(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// sink takes bytes and nothing else, as a connection would.
type sink struct{}

func (sink) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkFullResult makes and writes a full result of 12 MB out of sealed
// pictures, as the first download does and as later ones do.
func BenchmarkFullResult(b *testing.B) {
	b.Run("first", func(b *testing.B) { download(b, nil) })
	b.Run("again", func(b *testing.B) { download(b, archive.NewMemory(1)) })
}

func download(b *testing.B, known *archive.Memory) {
	b.Helper()
	source := sealedPictures(b)
	key, err := signing.NewKey(make([]byte, 32))
	orFail(b, err)
	b.ReportAllocs()
	for b.Loop() {
		made, err := archive.Build(b.Context(), key, source, known)
		orFail(b, err)
		orFail(b, made.Write(sink{}))
		b.SetBytes(made.Size())
	}
}

// BenchmarkCopy is what BenchmarkFullResult is measured against: the same bytes
// from a file that is not sealed.
func BenchmarkCopy(b *testing.B) {
	source := sealedPictures(b)
	key, err := signing.NewKey(make([]byte, 32))
	orFail(b, err)
	made, err := archive.Build(b.Context(), key, source, nil)
	orFail(b, err)
	name := filepath.Join(b.TempDir(), "plain.zip")
	file, err := os.Create(name)
	orFail(b, err)
	orFail(b, made.Write(file))
	orFail(b, file.Close())
	b.SetBytes(made.Size())
	for b.Loop() {
		file, err := os.Open(name)
		orFail(b, err)
		_, err = io.Copy(sink{}, file)
		orFail(b, err)
		orFail(b, file.Close())
	}
}
