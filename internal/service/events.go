package service

import (
	"context"

	"github.com/dossier-id/dossier/internal/idv"
)

// Feed gives a page of the tenant's events. Going on behind the position of the
// last one, again and again, gives each event once.
func (s *Service) Feed(ctx context.Context, tenant string, q idv.FeedQuery) (page []idv.Event, err error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(r idv.Reader) error {
		page, err = r.Feed(ctx, tenant, q)
		return err
	})
	return page, err
}

// FeedEnd gives the position of the tenant's newest event, or 0.
func (s *Service) FeedEnd(ctx context.Context, tenant string) (end int64, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		end, err = r.FeedEnd(ctx, tenant)
		return err
	})
	return end, err
}

// Deliveries gives a page of what was sent, or is to be, to a subscription.
func (s *Service) Deliveries(ctx context.Context, tenant, subscription string, q idv.DeliveryQuery) (page []idv.Delivery, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		page, err = r.Deliveries(ctx, tenant, subscription, q)
		return err
	})
	return page, err
}

// Callbacks gives a page of the calls of notificationUrls, done or to be done.
func (s *Service) Callbacks(ctx context.Context, tenant string, q idv.CallbackQuery) (page []idv.Delivery, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		page, err = r.Callbacks(ctx, tenant, q)
		return err
	})
	return page, err
}

// Replay sends events once more, under the ids that they had: one event, or
// those of a range that the subscription wants. It says how many. Events that
// have expired stay expired.
func (s *Service) Replay(ctx context.Context, tenant, subscription string, q idv.ReplayQuery) (n int, err error) {
	if err := q.Validate(); err != nil {
		return 0, err
	}
	err = s.Store.Update(ctx, func(tx idv.Tx) error {
		n, err = tx.Replay(ctx, tenant, subscription, q, s.now())
		return err
	})
	if err == nil && n == 0 && q.Event != "" {
		return 0, idv.NotFound("event that could be delivered")
	}
	return n, err
}
