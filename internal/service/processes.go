package service

import (
	"context"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// CreateProcess makes a pending process in a dossier from what the customer
// ordered: p's provider, types, location, consent, app and callback.
func (s *Service) CreateProcess(ctx context.Context, tenant, dossier string, p *idv.Process) (*View, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	now := s.now()
	p.ID, p.TenantID, p.DossierID = s.NewID(), tenant, dossier
	p.Status, p.CreatedAt, p.UpdatedAt = idv.StatusPending, now, now
	err := s.Store.Update(ctx, func(tx idv.Tx) error {
		return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()})
	})
	if err != nil {
		return nil, fmt.Errorf("create process: %w", err)
	}
	return &View{Process: p}, nil
}

// Process gives a process as it stands.
func (s *Service) Process(ctx context.Context, k idv.ProcessKey) (*View, error) {
	var v *View
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		v, err = view(ctx, r, k)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read process: %w", err)
	}
	return v, nil
}

// DeleteProcess removes a process in whatever state it is; work in progress
// stops at its next step.
func (s *Service) DeleteProcess(ctx context.Context, k idv.ProcessKey) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		d, err := tx.Dossier(ctx, k.Tenant, k.Dossier)
		if err != nil {
			return err
		}
		p, err := tx.Process(ctx, k.Tenant, k.Dossier, k.Process)
		if err != nil {
			return err
		}
		jobs, err := s.forgetJobs(ctx, tx, d, p)
		if err != nil {
			return err
		}
		jobs = append(jobs, idv.Job{Kind: idv.JobEraseBlobs, Tenant: k.Tenant, Dossier: k.Dossier, Process: k.Process})
		return tx.DeleteProcess(ctx, p, idv.Effects{Event: p.Deleted(s.now()), Jobs: jobs})
	})
}
