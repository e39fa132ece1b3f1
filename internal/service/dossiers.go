package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/dossier-id/dossier/internal/idv"
)

// Folder is a dossier with its processes, oldest first, and its files.
type Folder struct {
	*idv.Dossier
	Processes []*View
	Files     []idv.Image
}

// CreateDossier makes a dossier for one end-user. reference may be empty.
func (s *Service) CreateDossier(ctx context.Context, tenant string, reference idv.Personal) (*idv.Dossier, error) {
	return s.EnsureDossier(ctx, tenant, "", reference)
}

// EnsureDossier makes the dossier with an id, or gives the one that an earlier
// try under that id has made; an empty id is a new one. A dossier of another
// reference refuses the request with CodeKeyReused.
func (s *Service) EnsureDossier(ctx context.Context, tenant, id string, reference idv.Personal) (*idv.Dossier, error) {
	now := s.now()
	d := &idv.Dossier{ID: cmp.Or(id, s.NewID()), TenantID: tenant, ExternalReference: reference, CreatedAt: now, UpdatedAt: now}
	if err := d.Validate(); err != nil {
		return nil, err
	}
	err := s.Store.Update(ctx, func(tx idv.Tx) error {
		if id == "" {
			return tx.CreateDossier(ctx, d)
		}
		made, err := tx.Dossier(ctx, tenant, id)
		if idv.CodeOf(err) == idv.CodeNotFound {
			return tx.CreateDossier(ctx, d)
		}
		if err == nil && made.ExternalReference != reference {
			err = errMadeOtherwise
		}
		d = made
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create dossier: %w", err)
	}
	return d, nil
}

// errMadeOtherwise refuses a request whose Idempotency-Key made something else
// before it was cut off.
var errMadeOtherwise = idv.Refuse(idv.CodeKeyReused, "this Idempotency-Key was used for another request")

// Dossiers gives a page of a tenant's dossiers, newest first.
func (s *Service) Dossiers(ctx context.Context, tenant string, q idv.DossierQuery) ([]*idv.Dossier, error) {
	var page []*idv.Dossier
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		page, err = r.Dossiers(ctx, tenant, q)
		return err
	})
	return page, err
}

// Dossier gives a dossier with its processes. Looking at it is recorded when it
// holds a result.
func (s *Service) Dossier(ctx context.Context, tenant, id string) (*Folder, error) {
	var f Folder
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		if f.Dossier, err = r.Dossier(ctx, tenant, id); err != nil {
			return err
		}
		if f.Files, err = r.Files(ctx, tenant, id); err != nil {
			return err
		}
		processes, err := r.Processes(ctx, tenant, id)
		if err != nil {
			return err
		}
		for _, p := range processes {
			v, err := withImages(ctx, r, p)
			if err != nil {
				return err
			}
			f.Processes = append(f.Processes, v)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read dossier: %w", err)
	}
	if !slices.ContainsFunc(f.Processes, func(v *View) bool { return v.Verdict != nil }) {
		return &f, nil
	}
	return &f, s.seen(ctx, idv.ProcessKey{Tenant: tenant, Dossier: id}, idv.ActionDossierViewed, "")
}

// deletable gives a dossier of which something is about to be deleted, and
// refuses where a legal hold is on it.
func deletable(ctx context.Context, tx idv.Tx, tenant, id string) (*idv.Dossier, error) {
	d, err := tx.Dossier(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	return d, d.Deletable()
}

// DeleteDossier removes a dossier with all that is in it, at once for every
// reader. What the provider holds and the blobs go by durable jobs.
func (s *Service) DeleteDossier(ctx context.Context, tenant, id string) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		d, err := deletable(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		processes, err := tx.Processes(ctx, tenant, id)
		if err != nil {
			return err
		}
		jobs := []idv.Job{{Kind: idv.JobEraseBlobs, Tenant: tenant, Dossier: id}}
		for _, p := range processes {
			forget, err := s.forgetJobs(ctx, tx, d, p)
			if err != nil {
				return err
			}
			jobs = append(jobs, forget...)
		}
		if err := s.beginErasure(ctx, tx, d, processes, jobs); err != nil {
			return err
		}
		return tx.DeleteDossier(ctx, tenant, id, idv.Effects{Event: d.Deleted(s.now()), Jobs: jobs})
	})
}

// SetUserData replaces what the customer says about the end-user.
func (s *Service) SetUserData(ctx context.Context, tenant, dossier string, u *idv.UserData) error {
	if err := u.Validate(); err != nil {
		return err
	}
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		return tx.SaveUserData(ctx, tenant, dossier, u, s.now())
	})
}

// UserData gives what SetUserData stored, or NotFound.
func (s *Service) UserData(ctx context.Context, tenant, dossier string) (*idv.UserData, error) {
	var d *idv.Dossier
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		d, err = r.Dossier(ctx, tenant, dossier)
		return err
	})
	if err != nil {
		return nil, err
	}
	if d.UserData == nil {
		return nil, idv.NotFound("user data")
	}
	return d.UserData, s.seen(ctx, idv.ProcessKey{Tenant: tenant, Dossier: dossier}, idv.ActionUserDataViewed, "")
}
