package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// pass is one look at the store.
type pass struct {
	*Courier
	now      time.Time
	claimed  []parcel
	disabled []*idv.Subscription
	// vain are claimed deliveries of which there is nothing to send any more.
	vain []idv.Delivery
	// damaged are those of them that somebody must look at.
	damaged []idv.Delivery
	rest    time.Duration
}

// tell logs what an operator should know of a pass that is stored.
func (p *pass) tell(ctx context.Context) {
	for _, s := range p.disabled {
		p.Log.WarnContext(ctx, "an endpoint is disabled", "subscription", s.ID, "tenant", s.TenantID, "reason", s.Reason)
	}
	for _, d := range p.damaged {
		p.Log.ErrorContext(ctx, "a notificationUrl is not called: what is stored of its process does not open",
			"process", d.Event.ProcessID, "dossier", d.Event.DossierID, "tenant", d.TenantID)
	}
}

func (p *pass) run(ctx context.Context, tx idv.Tx) error {
	p.claimed, p.disabled, p.vain, p.damaged = nil, nil, nil, nil
	if err := p.settle(ctx, tx); err != nil || p.closing {
		return err
	}
	n, err := tx.Publish(ctx, p.now, publishAtOnce)
	if err != nil {
		return err
	}
	if n >= publishAtOnce {
		p.rest = 0 // there may be more
	}
	return p.fetch(ctx, tx)
}

// settle stores what came of the last tries, and what they say about endpoints.
func (p *pass) settle(ctx context.Context, tx idv.Tx) error {
	tried := make([]idv.Delivery, len(p.finished))
	for i, r := range p.finished {
		tried[i] = r.Delivery
		if err := p.learn(ctx, tx, r); err != nil {
			return err
		}
	}
	return tx.SettleDeliveries(ctx, tried)
}

// fetch claims what is due, as far as each lane has free places.
func (p *pass) fetch(ctx context.Context, tx idv.Tx) error {
	lanes, err := tx.Lanes(ctx)
	if err != nil {
		return err
	}
	free := p.AtOnce - p.running
	var places []idv.Places
	endpoints := map[string]*idv.Subscription{}
	for _, l := range lanes {
		if l.Endpoint != nil && !l.Endpoint.Readable() {
			if err := p.disable(ctx, tx, l.Endpoint, idv.DisabledUnreadable); err != nil {
				return err
			}
			continue
		}
		if n := min(p.places(l), free); n > 0 {
			places, free = append(places, idv.Places{Lane: l.Key, Count: n}), free-n
			endpoints[l.Key] = l.Endpoint
		}
	}
	claimed, err := tx.ClaimDeliveries(ctx, places, p.now, p.now.Add(p.ClaimFor))
	if err != nil {
		return err
	}
	for _, d := range claimed {
		if err := p.pack(ctx, tx, d, endpoints[d.Lane]); err != nil {
			return fmt.Errorf("make the message of a delivery: %w", err)
		}
	}
	return tx.SettleDeliveries(ctx, p.vain)
}

// places says how many deliveries of a lane may be tried now. What becomes due
// later shortens the rest.
func (p *pass) places(l idv.Lane) int {
	n, from := p.PerEndpoint, l.Due
	if known := p.lanes[l.Key]; known != nil {
		n = known.limit - known.running
		if known.until.After(from) {
			from = known.until
		}
	}
	if from.After(p.now) {
		p.rest = min(p.rest, from.Sub(p.now))
		return 0
	}
	return n // When there are none, a result will wake us.
}

// pack makes the message of a delivery, or notes that there is none to send any
// more.
func (p *pass) pack(ctx context.Context, tx idv.Tx, d idv.Delivery, endpoint *idv.Subscription) (err error) {
	one := parcel{Delivery: d}
	if !p.now.Before(d.Event.ExpiresAt()) {
		one.Status = idv.DeliveryExpired
		p.vain = append(p.vain, one.Delivery)
		return nil
	}
	if endpoint != nil {
		one.failing = endpoint.FailingSince
		one.message, err = message(d.Event, endpoint, p.now)
	} else {
		one.message, err = p.packCallback(ctx, tx, d.Event)
	}
	switch {
	case idv.CodeOf(err) == idv.CodeNotFound: // The process is deleted, and its notificationUrl with it.
		one.Status = idv.DeliveryFailed
		p.vain = append(p.vain, one.Delivery)
	case errors.Is(err, idv.ErrUnreadable): // One that is damaged must not stop all others.
		one.Status = idv.DeliveryFailed
		one.Remember(idv.Attempt{At: p.now, Problem: "unreadable"})
		p.vain, p.damaged = append(p.vain, one.Delivery), append(p.damaged, one.Delivery)
	case err != nil:
		return err
	default:
		p.claimed = append(p.claimed, one)
	}
	return nil
}

func (p *pass) packCallback(ctx context.Context, tx idv.Tx, e idv.Event) (Message, error) {
	process, err := tx.Process(ctx, e.TenantID, e.DossierID, e.ProcessID)
	if err != nil {
		return Message{}, err
	}
	return callback(e, process.Callback)
}
