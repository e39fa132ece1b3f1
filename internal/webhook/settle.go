package webhook

import (
	"context"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// taken says whether the endpoint took the event: any 2xx, but of a
// notificationUrl only 200 (Assure contract sections 5 and 9).
func (r *result) taken() bool {
	if r.SubscriptionID == "" {
		return r.answer.Status == http.StatusOK
	}
	return r.answer.Status >= 200 && r.answer.Status < 300
}

// gone says that the endpoint wants no more events.
func (r *result) gone() bool {
	return r.answer.Status == http.StatusGone && r.SubscriptionID != ""
}

// interrupted says that the try was broken off by our own end and says nothing
// about the endpoint.
func (r *result) interrupted() bool { return r.answer.Problem == "interrupted" }

// judge decides what comes after a try: the end of the delivery, or when it is
// tried again. A Retry-After that is longer than the schedule's wait is obeyed,
// and no try comes when the event has expired.
func judge(r *result, now time.Time, random float64) {
	if r.interrupted() {
		r.Due = now
		return
	}
	r.Remember(r.answer.Attempt)
	r.Tries++
	pause, again := wait(scheduleOf(r.SubscriptionID == ""), r.Tries, random)
	switch {
	case r.taken():
		r.Status = idv.DeliveryDelivered
	case r.gone() || !again:
		r.Status = idv.DeliveryFailed
	default:
		r.Due = now.Add(max(pause, r.answer.RetryAfter))
		if !r.Due.Before(r.Event.ExpiresAt()) {
			r.Status = idv.DeliveryExpired
		}
	}
}

// learn stores what a try says about the endpoint.
func (p *pass) learn(ctx context.Context, tx idv.Tx, r result) error {
	if r.SubscriptionID == "" || r.interrupted() || !r.telling(p.now) {
		return nil
	}
	s, err := tx.Subscription(ctx, r.TenantID, r.SubscriptionID)
	if idv.CodeOf(err) == idv.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return p.note(ctx, tx, s, r)
}

// telling says whether a try may change what is known of the endpoint, so that
// most need not look.
func (r *result) telling(now time.Time) bool {
	if r.taken() {
		return !r.failing.IsZero()
	}
	return r.gone() || r.failing.IsZero() || now.Sub(r.failing) >= idv.FailingLife
}

// note keeps since when the endpoint fails, and disables it when that is too
// long, or when it is gone.
func (p *pass) note(ctx context.Context, tx idv.Tx, s *idv.Subscription, r result) error {
	before := s.FailingSince
	switch {
	case s.State == idv.SubscriptionDisabled:
		return nil
	case r.gone():
		return p.disable(ctx, tx, s, idv.DisabledGone)
	case r.taken():
		s.FailingSince = time.Time{}
	case before.IsZero():
		s.FailingSince = r.answer.At
	case p.now.Sub(before) >= idv.FailingLife:
		return p.disable(ctx, tx, s, idv.DisabledFailing)
	}
	if s.FailingSince.Equal(before) {
		return nil
	}
	return tx.PutSubscription(ctx, s)
}

func (p *pass) disable(ctx context.Context, tx idv.Tx, s *idv.Subscription, reason string) error {
	p.disabled = append(p.disabled, s)
	return tx.PutSubscription(ctx, s, s.Disable(reason, p.now))
}
