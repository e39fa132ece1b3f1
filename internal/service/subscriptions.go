package service

import (
	"context"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// Endpoint is what a customer sets of a subscription.
type Endpoint struct {
	URL    idv.Personal
	Events []idv.EventName
}

// CreateSubscription subscribes an endpoint to events from now on. The secret in
// the answer is the only time that it is shown.
func (s *Service) CreateSubscription(ctx context.Context, tenant string, e Endpoint) (*idv.Subscription, error) {
	secret, err := s.NewSecret()
	if err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	now := s.now()
	made := &idv.Subscription{
		ID: s.NewID(), TenantID: tenant, URL: e.URL, Events: e.Events, Secret: secret,
		State: idv.SubscriptionActive, CreatedAt: now, UpdatedAt: now,
	}
	if err := s.checkEndpoint(made); err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(tx idv.Tx) error {
		others, err := tx.Subscriptions(ctx, tenant)
		if err != nil {
			return err
		}
		if len(others) >= idv.MaxSubscriptions {
			return idv.Refuse(idv.CodeInvalidState, fmt.Sprintf("there are %d subscriptions already, the most that there may be", len(others)))
		}
		if err := tx.PutSubscription(ctx, made); err != nil {
			return err
		}
		return tx.Record(ctx, s.about(made, idv.ActionSubscriptionCreated))
	})
	if err != nil {
		return nil, fmt.Errorf("create subscription: %w", err)
	}
	return made, nil
}

// checkEndpoint refuses what is wrong in itself, and addresses that would be
// refused at every call.
func (s *Service) checkEndpoint(made *idv.Subscription) error {
	if err := made.Validate(); err != nil {
		return err
	}
	return s.checkURL("url", made.URL)
}

// checkURL refuses an address that may not be called, under the name of its
// field.
func (s *Service) checkURL(field string, url idv.Personal) error {
	if s.CheckURL(url.Reveal()) != nil {
		return idv.Refuse(idv.CodeInvalid, "the request is not valid",
			idv.InvalidParam{Name: field, Reason: "must lead to a public address, on a port that is open for webhooks"})
	}
	return nil
}

// Subscription gives a subscription.
func (s *Service) Subscription(ctx context.Context, tenant, id string) (found *idv.Subscription, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		found, err = r.Subscription(ctx, tenant, id)
		return err
	})
	return found, err
}

// Subscriptions gives those of a tenant, oldest first.
func (s *Service) Subscriptions(ctx context.Context, tenant string) (found []*idv.Subscription, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		found, err = r.Subscriptions(ctx, tenant)
		return err
	})
	return found, err
}

// ChangeSubscription replaces URL and events. What is on its way already goes to
// the new URL.
func (s *Service) ChangeSubscription(ctx context.Context, tenant, id string, e Endpoint) (*idv.Subscription, error) {
	return s.changeSubscription(ctx, tenant, id, idv.ActionSubscriptionChanged, func(sub *idv.Subscription) error {
		sub.URL, sub.Events, sub.UpdatedAt = e.URL, e.Events, s.now()
		return s.checkEndpoint(sub)
	})
}

// RotateSecret gives a subscription another secret, which is shown only now. The
// one before signs beside it for a day.
func (s *Service) RotateSecret(ctx context.Context, tenant, id string) (*idv.Subscription, error) {
	secret, err := s.NewSecret()
	if err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	return s.changeSubscription(ctx, tenant, id, idv.ActionSubscriptionRotated, func(sub *idv.Subscription) error {
		sub.Rotate(secret, s.now())
		return nil
	})
}

// PauseSubscription lets events wait until they are resumed or expire.
func (s *Service) PauseSubscription(ctx context.Context, tenant, id string) (*idv.Subscription, error) {
	return s.changeSubscription(ctx, tenant, id, idv.ActionSubscriptionPaused, func(sub *idv.Subscription) error { return sub.Pause(s.now()) })
}

// ResumeSubscription lets events flow, also to an endpoint that was disabled.
func (s *Service) ResumeSubscription(ctx context.Context, tenant, id string) (*idv.Subscription, error) {
	return s.changeSubscription(ctx, tenant, id, idv.ActionSubscriptionResumed, func(sub *idv.Subscription) error {
		sub.Resume(s.now())
		return nil
	})
}

// TestSubscription sends an event that only this endpoint gets.
func (s *Service) TestSubscription(ctx context.Context, tenant, id string) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		sub, err := tx.Subscription(ctx, tenant, id)
		if err != nil {
			return err
		}
		if sub.State == idv.SubscriptionDisabled {
			return idv.Refuse(idv.CodeInvalidState, "cannot send a test event: the subscription is disabled")
		}
		return tx.PutSubscription(ctx, sub, sub.Test(s.now()))
	})
}

// DeleteSubscription removes a subscription; nothing is sent to it any more.
func (s *Service) DeleteSubscription(ctx context.Context, tenant, id string) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		if err := tx.DeleteSubscription(ctx, tenant, id); err != nil {
			return err
		}
		return tx.Record(ctx, s.about(&idv.Subscription{TenantID: tenant, ID: id}, idv.ActionSubscriptionDeleted))
	})
}

// about gives the audit record of a change to a subscription.
func (s *Service) about(sub *idv.Subscription, a idv.Action) idv.Record {
	return idv.Record{Tenant: sub.TenantID, At: s.now(), Action: a, Subject: sub.ID}
}

func (s *Service) changeSubscription(ctx context.Context, tenant, id string, a idv.Action, change func(*idv.Subscription) error) (sub *idv.Subscription, err error) {
	err = s.Store.Update(ctx, func(tx idv.Tx) error {
		if sub, err = tx.Subscription(ctx, tenant, id); err != nil {
			return err
		}
		if !sub.Readable() {
			return idv.Refuse(idv.CodeInvalidState, "what is stored of the subscription does not open: delete it and subscribe anew")
		}
		if err := change(sub); err != nil {
			return err
		}
		if err := tx.PutSubscription(ctx, sub); err != nil {
			return err
		}
		return tx.Record(ctx, s.about(sub, a))
	})
	return sub, err
}
