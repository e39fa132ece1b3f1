package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// Files gives the files of the dossier itself, in the order of idv.Depictions.
func (r *reader) Files(ctx context.Context, tenant, dossier string) ([]idv.Image, error) {
	found, err := all(ctx, r.q, scanImage, `SELECT tenant_id, dossier_id, '', depiction, blob_name, media_type, size, width, height, created_at
		FROM files WHERE tenant_id = $1 AND dossier_id = $2`, tenant, dossier)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	if len(found) == 0 {
		_, err := one(ctx, r.q, value[int64], `SELECT 1 FROM dossiers WHERE tenant_id = $1 AND id = $2`, tenant, dossier)
		return nil, explain(err, "look for", "dossier")
	}
	return inOrder(found), nil
}

// PutFiles replaces the dossier's files of the same depiction, stores the time
// of the change, and the jobs. The files become those of the dossier, whatever
// ids they bear.
func (t *transaction) PutFiles(ctx context.Context, tenant, dossier string, files []idv.Image, now time.Time, jobs []idv.Job) error {
	if err := t.touchDossier(ctx, tenant, dossier, now); err != nil {
		return err
	}
	for _, f := range files {
		_, err := exec(ctx, t.q, `INSERT INTO files (tenant_id, dossier_id, depiction, blob_name, media_type, size, width, height, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (tenant_id, dossier_id, depiction) DO UPDATE SET blob_name = excluded.blob_name, media_type = excluded.media_type,
			size = excluded.size, width = excluded.width, height = excluded.height, created_at = excluded.created_at`,
			tenant, dossier, f.Depiction, f.Blob, f.MediaType, f.Size, f.Width, f.Height, micros(f.CreatedAt))
		if err != nil {
			return fmt.Errorf("store the file %s: %w", f.Depiction, err)
		}
	}
	return t.Enqueue(ctx, jobs...)
}

// DeleteFiles removes the dossier's files of these depictions, stores the time
// of the change, and the jobs.
func (t *transaction) DeleteFiles(ctx context.Context, tenant, dossier string, files []idv.Depiction, now time.Time, jobs []idv.Job) error {
	if err := t.touchDossier(ctx, tenant, dossier, now); err != nil {
		return err
	}
	for _, d := range files {
		_, err := exec(ctx, t.q, `DELETE FROM files WHERE tenant_id = $1 AND dossier_id = $2 AND depiction = $3`, tenant, dossier, d)
		if err != nil {
			return fmt.Errorf("delete the file %s: %w", d, err)
		}
	}
	return t.Enqueue(ctx, jobs...)
}

// touchDossier locks a dossier and stores the time of a change to it.
func (t *transaction) touchDossier(ctx context.Context, tenant, dossier string, now time.Time) error {
	if _, err := t.vault(ctx, tenant, dossier); err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE dossiers SET updated_at = $3 WHERE tenant_id = $1 AND id = $2`, tenant, dossier, micros(now))
	return changed(n, err, "touch", "dossier")
}
