package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestFilesBelongToTheDossier(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d, other := b.dossier(t, ""), b.dossier(t, "")
		file := func(depiction idv.Depiction, blob string) idv.Image {
			return idv.Image{
				TenantID: d.TenantID, DossierID: d.ID, Depiction: depiction, Blob: blob,
				MediaType: idv.MediaPNG, Size: 1 << 33, Width: 640, Height: 480, CreatedAt: noon,
			}
		}
		later := noon.Add(time.Minute)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			first := []idv.Image{file(idv.Selfie, "s"), file(idv.Front, "f1")}
			if err := tx.PutFiles(ctx, d.TenantID, d.ID, first, noon, nil); err != nil {
				return err
			}
			return tx.PutFiles(ctx, d.TenantID, d.ID, []idv.Image{file(idv.Front, "f2")}, later, []idv.Job{{Kind: idv.JobEraseBlobs, Ref: "f1"}})
		})
		b.wantFiles(t, d, file(idv.Front, "f2"), file(idv.Selfie, "s"))
		b.wantFiles(t, other)
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			for blob, want := range map[string]bool{"f1": false, "f2": true} {
				if has, err := r.HasBlob(ctx, blob); err != nil || has != want {
					t.Errorf("HasBlob(%q) is %v, %v, want %v", blob, has, err, want)
				}
			}
			touched, err := r.Dossier(ctx, d.TenantID, d.ID)
			if err == nil && !touched.UpdatedAt.Equal(later) {
				t.Errorf("the dossier was touched at %v, want %v", touched.UpdatedAt, later)
			}
			return err
		})
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteFiles(ctx, d.TenantID, d.ID, []idv.Depiction{idv.Front, idv.Back}, noon, []idv.Job{{Kind: idv.JobEraseBlobs, Ref: "f2"}})
		})
		b.wantFiles(t, d, file(idv.Selfie, "s"))
		if n := b.count(t, `SELECT COUNT(*) FROM test_jobs WHERE kind = 'blobs_erase'`); n != 2 {
			t.Errorf("%d jobs to erase, want 2", n)
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteDossier(ctx, d.TenantID, d.ID, idv.Effects{Event: d.Deleted(noon)})
		})
		if n := b.count(t, `SELECT COUNT(*) FROM files`); n != 0 {
			t.Errorf("%d files outlive their dossier", n)
		}
	})
}

func (b *bed) wantFiles(t *testing.T, d *idv.Dossier, want ...idv.Image) {
	t.Helper()
	b.view(t, func(ctx context.Context, r idv.Reader) error {
		got, err := r.Files(ctx, d.TenantID, d.ID)
		if !slices.Equal(got, want) {
			t.Errorf("files %+v, want %+v", got, want)
		}
		return err
	})
}

func TestFilesOfAnotherTenantAreUnknown(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		mustBe(t, idv.CodeNotFound, b.View(t.Context(), func(r idv.Reader) error {
			_, err := r.Files(t.Context(), "other", d.ID)
			return err
		}))
		mustBe(t, idv.CodeNotFound, b.Update(t.Context(), func(tx idv.Tx) error {
			return tx.PutFiles(t.Context(), "other", d.ID, []idv.Image{{Depiction: idv.Front}}, noon, nil)
		}))
		mustBe(t, idv.CodeNotFound, b.Update(t.Context(), func(tx idv.Tx) error {
			return tx.DeleteFiles(t.Context(), "other", d.ID, []idv.Depiction{idv.Front}, noon, nil)
		}))
	})
}
