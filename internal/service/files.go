package service

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/dossier-id/dossier/internal/idv"
)

// SetFiles stores images as files of a dossier, all of them or none; one of the
// same depiction is replaced. See SetImages for read.
func (s *Service) SetFiles(ctx context.Context, tenant, dossier string, read func(Upload) error) error {
	if _, err := s.Files(ctx, tenant, dossier); err != nil {
		return err
	}
	return s.files(tenant, dossier).take(ctx, (*batch).toFiles, read)
}

// files is a batch on its way to the files of a dossier.
func (s *Service) files(tenant, dossier string) *batch {
	return &batch{service: s, key: idv.ProcessKey{Tenant: tenant, Dossier: dossier}}
}

// toFiles makes the images files of the dossier and lets the ones they replace
// go.
func (b *batch) toFiles(ctx context.Context) error {
	return b.service.Store.Update(ctx, func(tx idv.Tx) error {
		before, err := tx.Files(ctx, b.key.Tenant, b.key.Dossier)
		if err != nil {
			return err
		}
		return tx.PutFiles(ctx, b.key.Tenant, b.key.Dossier, b.images, b.service.now(), b.replaced(before))
	})
}

// Files lists the files of a dossier, in the order of idv.Depictions.
func (s *Service) Files(ctx context.Context, tenant, dossier string) ([]idv.Image, error) {
	var files []idv.Image
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		files, err = r.Files(ctx, tenant, dossier)
		return err
	})
	return files, err
}

// File gives a file of a dossier and its bytes, which the caller closes.
func (s *Service) File(ctx context.Context, tenant, dossier string, d idv.Depiction) (idv.Image, io.ReadCloser, error) {
	files, err := s.Files(ctx, tenant, dossier)
	if err != nil {
		return idv.Image{}, nil, err
	}
	file, body, err := s.openOne(ctx, "file", files, d)
	if err != nil {
		return file, nil, err
	}
	return s.shown(ctx, file, body, idv.ActionFileViewed)
}

// DeleteFiles removes the files of a dossier that are named, or all of them when
// none is. A name without a file is NotFound, and then nothing is removed.
func (s *Service) DeleteFiles(ctx context.Context, tenant, dossier string, names ...idv.Depiction) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		if _, err := deletable(ctx, tx, tenant, dossier); err != nil {
			return err
		}
		files, err := tx.Files(ctx, tenant, dossier)
		if err != nil {
			return err
		}
		gone, missing := choose(files, names)
		if len(missing) > 0 {
			return idv.NotFound("file")
		}
		depictions := make([]idv.Depiction, len(gone))
		for i, f := range gone {
			depictions[i] = f.Depiction
		}
		return tx.DeleteFiles(ctx, tenant, dossier, depictions, s.now(), eraseJobs(gone))
	})
}

// TakeFromFiles makes copies of the dossier's files images of a pending process:
// those named, or all when none is. A file that is not there refuses the
// request, and nothing is taken.
func (s *Service) TakeFromFiles(ctx context.Context, k idv.ProcessKey, names []idv.Depiction) error {
	v, err := s.pending(ctx, k)
	if err != nil {
		return err
	}
	files, err := s.Files(ctx, k.Tenant, k.Dossier)
	if err != nil {
		return err
	}
	to := &batch{service: s, key: k, oneSided: oneSided(v.Process)}
	if len(names) == 0 && to.oneSided { // The back of another document is no reason to refuse.
		files = slices.DeleteFunc(files, func(f idv.Image) bool { return f.Depiction == idv.Back })
	}
	return to.copy(ctx, (*batch).toProcess, files, names)
}

// CopyToFiles makes copies of a process's images files of its dossier, whatever
// the status of the process. See TakeFromFiles for names.
func (s *Service) CopyToFiles(ctx context.Context, k idv.ProcessKey, names []idv.Depiction) error {
	v, err := s.process(ctx, k)
	if err != nil {
		return err
	}
	return s.files(k.Tenant, k.Dossier).copy(ctx, (*batch).toFiles, v.Images, names)
}

// copy stores the bytes of images once more, sealed for their new place:
// a ciphertext opens only where it was made for.
func (b *batch) copy(ctx context.Context, commit func(*batch, context.Context) error, from []idv.Image, names []idv.Depiction) error {
	chosen, missing := choose(from, names)
	if len(names) == 0 && len(chosen) == 0 {
		return idv.Refuse(idv.CodeImagesMissing, "there is no image to copy")
	}
	if len(missing) > 0 {
		return idv.Refuse(idv.CodeImagesMissing, "images are missing", missing...)
	}
	return b.take(ctx, commit, func(put Upload) error {
		for _, i := range chosen {
			if err := b.service.copyImage(ctx, i, put); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) copyImage(ctx context.Context, i idv.Image, put Upload) error {
	body, err := s.openImage(ctx, i)
	if err != nil {
		return fmt.Errorf("open the image to copy: %w", err)
	}
	defer func() { _ = body.Close() }()
	return put(i.Depiction, body)
}

// choose gives the images that are named, all when none is, and what is named
// but not there.
func choose(images []idv.Image, names []idv.Depiction) (chosen []idv.Image, missing []idv.InvalidParam) {
	if len(names) == 0 {
		return images, nil
	}
	for _, name := range names {
		at := slices.IndexFunc(images, func(i idv.Image) bool { return i.Depiction == name })
		if at < 0 {
			missing = append(missing, idv.InvalidParam{Name: string(name), Reason: "is missing"})
		} else {
			chosen = append(chosen, images[at])
		}
	}
	return chosen, missing
}
