package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// forgetJobs lists the work that makes the provider forget a process that is
// about to be deleted. Where it is in doubt whether the provider knows the
// person, what finds them is kept until that is settled: the dossier's own data
// cannot be read any more by then.
func (s *Service) forgetJobs(ctx context.Context, tx idv.Tx, d *idv.Dossier, p *idv.Process) ([]idv.Job, error) {
	steps, err := tx.Steps(ctx, p.TenantID, p.ID)
	if err != nil {
		return nil, err
	}
	step := steps[idv.StepApplicant]
	switch {
	case step.Ref != "":
		return []idv.Job{{Kind: idv.JobForget, Tenant: p.TenantID, Dossier: p.DossierID, Ref: step.Ref}}, nil
	case step.IntendedAt.IsZero():
		return nil, nil
	}
	trace := s.Provider.Trace(idv.Case{Process: p, UserData: d.UserData, Journal: &journal{service: s, steps: steps}})
	if err := tx.KeepTrace(ctx, p.ID, trace); err != nil {
		return nil, err
	}
	return []idv.Job{{Kind: idv.JobForget, Tenant: p.TenantID, Dossier: p.DossierID, Process: p.ID}}, nil
}

// forget makes the provider forget a person: one it knows by reference, or
// whoever the trace of a deleted process leads to.
func (s *Service) forget(ctx context.Context, j idv.Job) (again time.Duration, err error) {
	if j.Ref != "" {
		if err := s.Provider.Forget(ctx, j.Ref); err != nil {
			return later(err)
		}
		return 0, s.doneErasing(ctx, j, nil)
	}
	var trace idv.PersonalJSON
	err = s.Store.View(ctx, func(r idv.Reader) (err error) {
		trace, err = r.Trace(ctx, j.Process)
		return err
	})
	if idv.CodeOf(err) == idv.CodeNotFound {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the trace of a deleted process: %w", err)
	}
	ref, err := s.Provider.Find(ctx, trace, s.isTaken)
	if err == nil && ref != "" {
		err = s.Provider.Forget(ctx, ref)
	}
	if err != nil {
		return later(err)
	}
	return 0, s.doneErasing(ctx, j, func(tx idv.Tx) error { return tx.DropTrace(ctx, j.Process) })
}

func (s *Service) isTaken(ctx context.Context, ref string) (bool, error) {
	owner, err := s.owner(ctx, idv.StepApplicant, ref)
	return owner != (idv.ProcessKey{}), err
}

// later turns a provider's "not yet" into a time to come back.
func later(err error) (time.Duration, error) {
	if l, ok := errors.AsType[*idv.Later](err); ok && l.After > 0 {
		return l.After, nil
	}
	return 0, err
}
