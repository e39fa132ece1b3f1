package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-id/dossier/internal/idv"
)

// Images gives those of a process in the order of idv.Depictions, then its
// video.
func (r *reader) Images(ctx context.Context, tenant, process string) ([]idv.Image, error) {
	found, err := all(ctx, r.q, scanImage, `SELECT i.tenant_id, p.dossier_id, i.process_id, i.depiction, i.blob_name,
		i.media_type, i.size, i.width, i.height, i.created_at
		FROM images i JOIN processes p ON p.tenant_id = i.tenant_id AND p.id = i.process_id
		WHERE i.tenant_id = $1 AND i.process_id = $2`, tenant, process)
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}
	if len(found) == 0 {
		return nil, r.knowProcess(ctx, tenant, process)
	}
	return inOrder(found), nil
}

func inOrder(images []idv.Image) []idv.Image {
	order := append(idv.Depictions(), idv.Video)
	slices.SortFunc(images, func(a, b idv.Image) int {
		return cmp.Compare(slices.Index(order, a.Depiction), slices.Index(order, b.Depiction))
	})
	return images
}

func scanImage(r row) (i idv.Image, err error) {
	err = r.Scan(&i.TenantID, &i.DossierID, &i.ProcessID, &i.Depiction, &i.Blob,
		&i.MediaType, &i.Size, &i.Width, &i.Height, timeOf(&i.CreatedAt))
	return i, err
}

// HasBlob says whether an image or a file refers to the blob.
func (r *reader) HasBlob(ctx context.Context, blob string) (bool, error) {
	_, err := one(ctx, r.q, value[int64], `SELECT 1 FROM images WHERE blob_name = $1
		UNION ALL SELECT 1 FROM files WHERE blob_name = $1 LIMIT 1`, blob)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the image of a blob: %w", err)
	}
	return true, nil
}

// PutImages replaces the images of the same depiction, stores the process's
// UpdatedAt, and stores the jobs. The images become those of the process,
// whatever ids they bear.
func (t *transaction) PutImages(ctx context.Context, p *idv.Process, images []idv.Image, jobs []idv.Job) error {
	if _, err := t.vault(ctx, p.TenantID, p.DossierID); err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE processes SET updated_at = $4 WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3`,
		p.TenantID, p.DossierID, p.ID, micros(p.UpdatedAt))
	if err := changed(n, err, "touch", "process"); err != nil {
		return err
	}
	for _, i := range images {
		_, err := exec(ctx, t.q, `INSERT INTO images (tenant_id, process_id, depiction, blob_name, media_type, size, width, height, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (tenant_id, process_id, depiction) DO UPDATE SET blob_name = excluded.blob_name, media_type = excluded.media_type,
			size = excluded.size, width = excluded.width, height = excluded.height, created_at = excluded.created_at`,
			p.TenantID, p.ID, i.Depiction, i.Blob, i.MediaType, i.Size, i.Width, i.Height, micros(i.CreatedAt))
		if err != nil {
			return fmt.Errorf("store the image %s: %w", i.Depiction, err)
		}
	}
	return t.Enqueue(ctx, jobs...)
}

// DropImages removes images of a process.
func (t *transaction) DropImages(ctx context.Context, p *idv.Process, images []idv.Image) error {
	for _, i := range images {
		_, err := exec(ctx, t.q, `DELETE FROM images WHERE tenant_id = $1 AND process_id = $2 AND depiction = $3`, p.TenantID, p.ID, i.Depiction)
		if err != nil {
			return fmt.Errorf("remove the image %s: %w", i.Depiction, err)
		}
	}
	return nil
}
