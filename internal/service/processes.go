package service

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// CreateProcess makes a pending process in a dossier from what the customer
// ordered: p's provider, types, location, consent, app and callback.
func (s *Service) CreateProcess(ctx context.Context, tenant, dossier string, p *idv.Process) (*View, error) {
	return s.EnsureProcess(ctx, tenant, dossier, "", p)
}

// EnsureProcess makes the process with an id, or gives the one that an earlier
// try under that id has made; an empty id is a new one. A process of another
// order refuses the request with CodeKeyReused.
func (s *Service) EnsureProcess(ctx context.Context, tenant, dossier, id string, p *idv.Process) (*View, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if p.Callback.URL != "" {
		if err := s.checkURL("notificationUrl", p.Callback.URL); err != nil {
			return nil, err
		}
	}
	now := s.now()
	p.ID, p.TenantID, p.DossierID = cmp.Or(id, s.NewID()), tenant, dossier
	p.Status, p.CreatedAt, p.UpdatedAt = idv.StatusPending, now, now
	v := &View{Process: p}
	err := s.Store.Update(ctx, func(tx idv.Tx) error {
		if id == "" {
			return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()})
		}
		made, err := view(ctx, tx, idv.ProcessKey{Tenant: tenant, Dossier: dossier, Process: id})
		if idv.CodeOf(err) == idv.CodeNotFound {
			return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()})
		}
		if err == nil && !sameOrder(*made.Process, *p) {
			err = errMadeOtherwise
		}
		v = made
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create process: %w", err)
	}
	return v, nil
}

// sameOrder says whether two processes were ordered alike, whatever has become
// of them.
func sameOrder(a, b idv.Process) bool {
	for _, p := range []*idv.Process{&a, &b} {
		p.Status, p.Verdict, p.Failure, p.Reviewed = "", nil, nil, nil
		p.CreatedAt, p.UpdatedAt, p.Deadline = time.Time{}, time.Time{}, time.Time{}
	}
	return reflect.DeepEqual(a, b)
}

// Process gives a process as it stands. Looking at a result is recorded.
func (s *Service) Process(ctx context.Context, k idv.ProcessKey) (*View, error) {
	v, err := s.process(ctx, k)
	if err != nil || v.Verdict == nil {
		return v, err
	}
	return v, s.seen(ctx, k, idv.ActionResultViewed, "")
}

// process reads a process for a use case.
func (s *Service) process(ctx context.Context, k idv.ProcessKey) (*View, error) {
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
		d, err := deletable(ctx, tx, k.Tenant, k.Dossier)
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
