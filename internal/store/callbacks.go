package store

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"github.com/dossier-id/dossier/internal/idv"
)

// callbackLane begins the lanes of notificationUrls.
const callbackLane = "callback/"

// callBack makes the delivery of an event to the notificationUrl of its process.
func (t *transaction) callBack(ctx context.Context, p *idv.Process, event string) error {
	u, err := url.Parse(p.Callback.URL.Reveal())
	if err != nil { // The cause would quote the URL.
		return errors.New("the notificationUrl of a process is no URL")
	}
	origin, err := t.db.Sealer.Index(p.TenantID, "callbackOrigin", u.Scheme+"://"+u.Host)
	if err != nil {
		return err
	}
	_, err = exec(ctx, t.q, `INSERT INTO deliveries
			(tenant_id, subscription_id, event_id, lane, position, status, tries, due_at, claim, attempts, created_at)
		VALUES ($1, '', $2, $3, 0, 'pending', 0, $4, '', '[]', $4)`,
		p.TenantID, event, callbackLane+hex.EncodeToString(origin), micros(p.UpdatedAt))
	if err != nil {
		return fmt.Errorf("store the callback: %w", err)
	}
	return nil
}

// afterEveryID sorts behind the id of any event, which is 32 hex digits.
const afterEveryID = "g"

// Callbacks gives a page of the calls of notificationUrls, in the order of the
// ids of their events, newest first. Limit is brought into the range of 1 to 201.
func (r *reader) Callbacks(ctx context.Context, tenant string, q idv.CallbackQuery) ([]idv.Delivery, error) {
	args := []any{tenant, cmp.Or(q.Before, afterEveryID), min(max(q.Limit, 1), maxPage)}
	where := ""
	if q.Status != "" {
		args = append(args, q.Status)
		where += fmt.Sprintf(` AND d.status = $%d`, len(args))
	}
	if q.Dossier != "" {
		args = append(args, q.Dossier)
		where += fmt.Sprintf(` AND d.event_id IN (SELECT id FROM events WHERE tenant_id = $1 AND dossier_id = $%d)`, len(args))
	}
	found, err := all(ctx, r.q, scanDelivery, deliveryQuery+` WHERE d.tenant_id = $1 AND d.subscription_id = '' AND d.event_id < $2`+where+
		` ORDER BY d.event_id DESC LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("list callbacks: %w", err)
	}
	return r.openDeliveries(found), nil
}
