package service

import (
	"context"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// Review lets an operator decide an inconclusive process. Where the tenant
// demands four eyes it is a proposal, which another operator confirms. by is
// the operator's name.
func (s *Service) Review(ctx context.Context, k idv.ProcessKey, by string, decision idv.Status, reason idv.Personal) error {
	return s.review(ctx, k, idv.ActionReviewProposed, func(tx idv.Tx, p *idv.Process) (*idv.Event, error) {
		fourEyes, err := tx.FourEyes(ctx, k.Tenant)
		if err != nil {
			return nil, err
		}
		return p.Review(idv.Review{Decision: decision, Reason: reason, By: by, At: s.now(), FourEyes: fourEyes})
	})
}

// ConfirmReview lets another operator agree to a proposal.
func (s *Service) ConfirmReview(ctx context.Context, k idv.ProcessKey, by string) error {
	return s.review(ctx, k, "", func(_ idv.Tx, p *idv.Process) (*idv.Event, error) { return p.ConfirmReview(by, s.now()) })
}

// ReturnReview removes a proposal.
func (s *Service) ReturnReview(ctx context.Context, k idv.ProcessKey) error {
	return s.review(ctx, k, idv.ActionReviewReturned, func(_ idv.Tx, p *idv.Process) (*idv.Event, error) { return nil, p.ReturnReview() })
}

// review changes the review of a process. What has an event is recorded with it;
// else the action is.
func (s *Service) review(ctx context.Context, k idv.ProcessKey, a idv.Action, change func(idv.Tx, *idv.Process) (*idv.Event, error)) error {
	err := s.Store.Update(ctx, func(tx idv.Tx) error {
		p, err := tx.Process(ctx, k.Tenant, k.Dossier, k.Process)
		if err != nil {
			return err
		}
		before := p.Reviewed
		e, err := change(tx, p)
		if err != nil {
			return err
		}
		if err := tx.PutReview(ctx, p, before, e); err != nil || e != nil {
			return err
		}
		return tx.Record(ctx, idv.Record{Tenant: k.Tenant, At: s.now(), Action: a, Dossier: k.Dossier, Process: k.Process, Detail: p.Reviewed.Summary()})
	})
	if err != nil {
		return fmt.Errorf("review the process: %w", err)
	}
	return nil
}

// FourEyes says whether a tenant demands that two operators agree to a review.
func (s *Service) FourEyes(ctx context.Context, tenant string) (demanded bool, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		demanded, err = r.FourEyes(ctx, tenant)
		return err
	})
	return demanded, err
}

// SetFourEyes changes it. What is proposed already stays a proposal.
func (s *Service) SetFourEyes(ctx context.Context, tenant string, demanded bool) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		if err := tx.SetFourEyes(ctx, tenant, demanded); err != nil {
			return err
		}
		return tx.Record(ctx, idv.Record{Tenant: tenant, At: s.now(), Action: idv.ActionTenantChanged, Subject: fmt.Sprintf("four eyes: %t", demanded)})
	})
}
