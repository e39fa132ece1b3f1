package service

import (
	"cmp"
	"context"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// beginErasure stores what of a dossier is about to become unreadable, and what
// its deletion leaves to do: the key, and the jobs.
func (s *Service) beginErasure(ctx context.Context, tx idv.Tx, d *idv.Dossier, processes []*idv.Process, jobs []idv.Job) error {
	e := &idv.Erasure{Tenant: d.TenantID, Dossier: d.ID, At: s.now(), Parts: []idv.ErasurePart{{Name: idv.PartKey}}}
	for _, j := range jobs {
		e.Parts = append(e.Parts, idv.ErasurePart{Name: partOf(j)})
	}
	files, err := tx.Files(ctx, d.TenantID, d.ID)
	if err != nil {
		return err
	}
	e.Contents = map[string]int{"processes": len(processes), "files": len(files), "userData": 0, "results": 0, "images": 0, "reports": 0}
	if d.UserData != nil {
		e.Contents["userData"] = 1
	}
	for _, p := range processes {
		if err := count(ctx, tx, p, e.Contents); err != nil {
			return err
		}
	}
	return tx.BeginErasure(ctx, e)
}

func count(ctx context.Context, tx idv.Tx, p *idv.Process, contents map[string]int) error {
	images, err := tx.Images(ctx, p.TenantID, p.ID)
	if err != nil {
		return err
	}
	reports, err := tx.Reports(ctx, p.TenantID, p.DossierID, p.ID)
	if err != nil {
		return err
	}
	contents["images"] += len(images)
	contents["reports"] += len(reports)
	if p.Verdict != nil {
		contents["results"]++
	}
	return nil
}

// partOf names the part of an erasure that a job does.
func partOf(j idv.Job) string {
	if j.Kind == idv.JobForget {
		return idv.PartProvider + cmp.Or(j.Ref, "process "+j.Process)
	}
	return idv.PartBlobs
}

// doneErasing stores that a job has done its part of the erasure of a dossier, if
// it is one, together with what else do stores.
func (s *Service) doneErasing(ctx context.Context, j idv.Job, do func(idv.Tx) error) error {
	partial := j.Kind == idv.JobEraseBlobs && j.Process != ""
	if partial || j.Dossier == "" && do == nil {
		return nil
	}
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		if do != nil {
			if err := do(tx); err != nil {
				return err
			}
		}
		return tx.DoneErasing(ctx, j.Tenant, j.Dossier, partOf(j), s.now())
	})
}

// Erasure gives what became of the deletion of a dossier, or NotFound.
func (s *Service) Erasure(ctx context.Context, tenant, dossier string) (e *idv.Erasure, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		e, err = r.Erasure(ctx, tenant, dossier)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read an erasure: %w", err)
	}
	return e, nil
}
