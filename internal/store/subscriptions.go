package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// d is the row that a transaction which writes locks.
const subscriptionQuery = `SELECT d.tenant_id, d.id, d.endpoint, d.events, d.state, d.reason, d.rotated_at, d.failing_since,
	d.created_at, d.updated_at FROM subscriptions d WHERE d.tenant_id = $1`

const subscriptionsQuery = subscriptionQuery + ` ORDER BY d.created_at, d.id`

// endpointRecord is what of a subscription is sealed: the URL may hold a
// credential of the receiver's.
type endpointRecord struct {
	URL       string `json:"url"`
	Secret    string `json:"secret"`
	OldSecret string `json:"oldSecret,omitempty"`
}

// subscriptionRow is a subscription as it is stored.
type subscriptionRow struct {
	idv.Subscription
	endpoint []byte
	events   []string
}

func (s *subscriptionRow) into() []any {
	return []any{
		&s.TenantID, &s.ID, &s.endpoint, scopesOf(&s.events), &s.State, &s.Reason,
		timeOf(&s.RotatedAt), timeOf(&s.FailingSince), timeOf(&s.CreatedAt), timeOf(&s.UpdatedAt),
	}
}

func scanSubscription(r row) (s subscriptionRow, err error) {
	err = r.Scan(s.into()...)
	return s, err
}

// endpointAt is what an endpoint is bound to.
func endpointAt(tenant, id string) seal.Context {
	return seal.Context{Tenant: tenant, Field: "subscription/" + id}
}

// openSubscription gives a subscription as it is stored. One that does not open
// is given as disabled: it must hold up neither the list nor the other endpoints.
func (r *reader) openSubscription(s subscriptionRow) (*idv.Subscription, error) {
	for _, name := range s.events {
		s.Events = append(s.Events, idv.EventName(name))
	}
	e, err := r.openEndpoint(s)
	if errors.Is(err, idv.ErrUnreadable) {
		s.State, s.Reason = idv.SubscriptionDisabled, idv.DisabledUnreadable
		return &s.Subscription, nil
	}
	if err != nil {
		return nil, err
	}
	s.URL, s.Secret, s.OldSecret = idv.Personal(e.URL), idv.Personal(e.Secret), idv.Personal(e.OldSecret)
	return &s.Subscription, nil
}

func (r *reader) openEndpoint(s subscriptionRow) (e endpointRecord, err error) {
	plain, err := r.db.Sealer.OpenSystem(s.endpoint, endpointAt(s.TenantID, s.ID))
	if err != nil {
		return e, unreadable("subscription "+s.ID, err)
	}
	if json.Unmarshal(plain, &e) != nil { // The cause could quote a secret.
		return e, fmt.Errorf("decode the subscription %s: %w", s.ID, idv.ErrUnreadable)
	}
	return e, nil
}

// Subscription reads a subscription. In a transaction that writes it makes
// other such transactions of it wait.
func (r *reader) Subscription(ctx context.Context, tenant, id string) (*idv.Subscription, error) {
	s, err := one(ctx, r.q, scanSubscription, subscriptionQuery+` AND d.id = $2`+r.locking, tenant, id)
	if err != nil {
		return nil, explain(err, "read", "subscription")
	}
	return r.openSubscription(s)
}

// Subscriptions gives those of a tenant, oldest first.
func (r *reader) Subscriptions(ctx context.Context, tenant string) ([]*idv.Subscription, error) {
	found, err := all(ctx, r.q, scanSubscription, subscriptionsQuery, tenant)
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	subscriptions := make([]*idv.Subscription, len(found))
	for i, s := range found {
		if subscriptions[i], err = r.openSubscription(s); err != nil {
			return nil, err
		}
	}
	return subscriptions, nil
}

// PutSubscription stores a subscription, new or changed, with its events. Of one
// that is not readable only the state is stored: what lies sealed stays for
// whoever can open it again.
func (t *transaction) PutSubscription(ctx context.Context, s *idv.Subscription, events ...idv.Event) error {
	put := t.putSubscription
	if !s.Readable() {
		put = t.putState
	}
	if err := put(ctx, s); err != nil {
		return err
	}
	t.brings = true // A subscription that was resumed has something to be sent.
	for _, e := range events {
		if _, err := t.emit(ctx, idv.Effects{Event: e}); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) putState(ctx context.Context, s *idv.Subscription) error {
	n, err := exec(ctx, t.q, `UPDATE subscriptions SET state = $3, reason = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2`,
		s.TenantID, s.ID, s.State, s.Reason, micros(s.UpdatedAt))
	return changed(n, err, "store the state of", "subscription")
}

func (t *transaction) putSubscription(ctx context.Context, s *idv.Subscription) error {
	plain, err := json.Marshal(endpointRecord{s.URL.Reveal(), s.Secret.Reveal(), s.OldSecret.Reveal()}) // #nosec G117 -- it is sealed next
	if err != nil {
		return fmt.Errorf("encode a subscription: %w", err)
	}
	t.seals()
	sealed, err := t.db.Sealer.SealSystem(plain, endpointAt(s.TenantID, s.ID))
	if err != nil {
		return err
	}
	_, err = exec(ctx, t.q, `INSERT INTO subscriptions
			(tenant_id, id, endpoint, events, state, reason, rotated_at, failing_since, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (tenant_id, id) DO UPDATE SET endpoint = excluded.endpoint, events = excluded.events, state = excluded.state,
			reason = excluded.reason, rotated_at = excluded.rotated_at, failing_since = excluded.failing_since, updated_at = excluded.updated_at`,
		s.TenantID, s.ID, sealed, joinNames(s.Events), s.State, s.Reason, micros(s.RotatedAt), micros(s.FailingSince),
		micros(s.CreatedAt), micros(s.UpdatedAt))
	if err != nil {
		return fmt.Errorf("store the subscription: %w", err)
	}
	return nil
}

// joinNames puts a space before, between and after names, so that one is found
// with LIKE.
func joinNames(names []idv.EventName) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, name := range names {
		b.WriteString(string(name) + " ")
	}
	return b.String()
}

// DeleteSubscription removes a subscription and its deliveries.
func (t *transaction) DeleteSubscription(ctx context.Context, tenant, id string) error {
	n, err := exec(ctx, t.q, `DELETE FROM subscriptions WHERE tenant_id = $1 AND id = $2`, tenant, id)
	if err := changed(n, err, "delete", "subscription"); err != nil {
		return err
	}
	if _, err := exec(ctx, t.q, `DELETE FROM deliveries WHERE tenant_id = $1 AND subscription_id = $2`, tenant, id); err != nil {
		return fmt.Errorf("delete the deliveries of a subscription: %w", err)
	}
	return nil
}
