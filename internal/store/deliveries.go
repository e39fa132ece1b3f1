package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// lanesQuery walks from lane to lane by the index, however much waits in each.
const lanesQuery = `WITH RECURSIVE lanes (lane) AS (
		SELECT MIN(lane) FROM deliveries WHERE status = 'pending'
		UNION ALL
		SELECT (SELECT MIN(d.lane) FROM deliveries d WHERE d.status = 'pending' AND d.lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL
	)
	SELECT l.lane, (SELECT MIN(d.due_at) FROM deliveries d WHERE d.status = 'pending' AND d.lane = l.lane), ` + endpointColumns + `
	FROM lanes l LEFT JOIN subscriptions d ON d.id = l.lane
	WHERE l.lane IS NOT NULL AND COALESCE(d.state, 'active') = 'active'`

// endpointColumns are those of subscriptionQuery, of a row that may be missing.
const endpointColumns = `COALESCE(d.tenant_id, ''), COALESCE(d.id, ''), d.endpoint, COALESCE(d.events, ''), COALESCE(d.state, ''),
	COALESCE(d.reason, ''), COALESCE(d.rotated_at, 0), COALESCE(d.failing_since, 0), COALESCE(d.created_at, 0), COALESCE(d.updated_at, 0)`

const deliveryQuery = `SELECT d.tenant_id, d.subscription_id, d.lane, d.status, d.tries, d.due_at, d.claim, d.attempts, ` + eventColumns + `
	FROM deliveries d JOIN events e ON e.id = d.event_id` + eventOwners

// attemptRecord is idv.Attempt as it is stored.
type attemptRecord struct {
	At      int64  `json:"at"`
	Micros  int64  `json:"micros"`
	Status  int    `json:"status,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// deliveryRow is a delivery as it is stored.
type deliveryRow struct {
	idv.Delivery
	attempts string
	event    eventRow
}

func scanDelivery(r row) (d deliveryRow, err error) {
	err = r.Scan(append([]any{&d.TenantID, &d.SubscriptionID, &d.Lane, &d.Status, &d.Tries, timeOf(&d.Due), &d.Claim, &d.attempts}, d.event.into()...)...)
	return d, err
}

func (r *reader) openDeliveries(rows []deliveryRow) []idv.Delivery {
	deliveries := make([]idv.Delivery, len(rows))
	for i, d := range rows {
		d.Event = r.openEvent(d.event)
		d.Attempts = decodeAttempts(d.attempts)
		deliveries[i] = d.Delivery
	}
	return deliveries
}

// decodeAttempts gives none for a text that is damaged: what was tried before
// matters less than that the delivery, and all beside it, goes on.
func decodeAttempts(text string) (attempts []idv.Attempt) {
	var records []attemptRecord
	if json.Unmarshal([]byte(text), &records) != nil {
		return nil
	}
	for _, a := range records {
		attempts = append(attempts, idv.Attempt{
			At: time.UnixMicro(a.At).UTC(), Took: time.Duration(a.Micros) * time.Microsecond, Status: a.Status, Problem: a.Problem,
		})
	}
	return attempts
}

func encodeAttempts(attempts []idv.Attempt) (string, error) {
	records := make([]attemptRecord, len(attempts))
	for i, a := range attempts {
		records[i] = attemptRecord{a.At.UnixMicro(), a.Took.Microseconds(), a.Status, a.Problem}
	}
	text, err := json.Marshal(records)
	return string(text), err
}

// laneRow is a lane as it is read.
type laneRow struct {
	idv.Lane
	endpoint subscriptionRow
}

func scanLane(r row) (l laneRow, err error) {
	err = r.Scan(append([]any{&l.Key, timeOf(&l.Due)}, l.endpoint.into()...)...)
	return l, err
}

// Lanes gives every lane of an endpoint that may be sent to and has something
// pending, across tenants.
func (r *reader) Lanes(ctx context.Context) ([]idv.Lane, error) {
	found, err := all(ctx, r.q, scanLane, lanesQuery)
	if err != nil {
		return nil, fmt.Errorf("look for deliveries: %w", err)
	}
	var lanes []idv.Lane
	for _, l := range found {
		if l.endpoint.ID != "" {
			if l.Endpoint, err = r.openSubscription(l.endpoint); err != nil {
				return nil, err
			}
		}
		lanes = append(lanes, l.Lane)
	}
	return lanes, nil
}

// Deliveries gives a page of those to a subscription, newest event first. Limit
// is brought into the range of 1 to 201.
func (r *reader) Deliveries(ctx context.Context, tenant, subscription string, q idv.DeliveryQuery) ([]idv.Delivery, error) {
	if _, err := one(ctx, r.q, value[int64], `SELECT 1 FROM subscriptions WHERE tenant_id = $1 AND id = $2`, tenant, subscription); err != nil {
		return nil, explain(err, "look for", "subscription")
	}
	before := q.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	query, args := deliveryQuery+` WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND d.position < $3`, []any{tenant, subscription, before, min(max(q.Limit, 1), maxPage)}
	if q.Status != "" {
		query += ` AND d.status = $5`
		args = append(args, q.Status)
	}
	if q.Status != "" && q.Status != idv.DeliveryDelivered {
		query += ` AND d.status <> 'delivered'` // The condition of an index.
	}
	found, err := all(ctx, r.q, scanDelivery, query+` ORDER BY d.position DESC LIMIT $4`, args...)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return r.openDeliveries(found), nil
}

// claimAtOnce is of how many lanes one statement claims.
const claimAtOnce = 50

// ClaimDeliveries takes due deliveries for one worker, as many of each lane as
// there are places: no other gets them before until. Oldest first.
func (t *transaction) ClaimDeliveries(ctx context.Context, places []idv.Places, now, until time.Time) ([]idv.Delivery, error) {
	var claimed []idv.Delivery
	for some := range slices.Chunk(places, claimAtOnce) {
		found, err := t.claimLanes(ctx, some, now, until)
		if err != nil {
			return nil, fmt.Errorf("claim deliveries: %w", err)
		}
		claimed = append(claimed, found...)
	}
	return claimed, nil
}

func (t *transaction) claimLanes(ctx context.Context, places []idv.Places, now, until time.Time) ([]idv.Delivery, error) {
	claim := t.db.NewID()
	args := []any{claim, micros(until), micros(now)}
	var heads, lanes []string
	for _, p := range places {
		n := len(args)
		heads = append(heads, fmt.Sprintf(`SELECT * FROM (SELECT tenant_id, subscription_id, event_id FROM deliveries
			WHERE lane = $%d AND status = 'pending' AND due_at <= $3 ORDER BY due_at, position LIMIT $%d%s) AS lane%d`, n+1, n+2, t.db.skipping, n))
		lanes = append(lanes, fmt.Sprintf("$%d", len(lanes)+3))
		args = append(args, p.Lane, p.Count)
	}
	// Joined, not IN: SQLite would walk through all that is pending. The last two
	// conditions are asked once more of a row that another worker held.
	n, err := exec(ctx, t.q, `UPDATE deliveries SET claim = $1, due_at = $2
		FROM (`+strings.Join(heads, " UNION ALL ")+`) AS head
		WHERE deliveries.tenant_id = head.tenant_id AND deliveries.subscription_id = head.subscription_id AND deliveries.event_id = head.event_id
			AND deliveries.due_at + 0 <= $3 AND deliveries.status || '' = 'pending'`, args...)
	if err != nil || n == 0 {
		return nil, err
	}
	args = []any{claim, micros(until)}
	for _, p := range places {
		args = append(args, p.Lane)
	}
	found, err := all(ctx, t.q, scanDelivery, deliveryQuery+` WHERE d.lane IN (`+strings.Join(lanes, ", ")+`)
		AND d.status = 'pending' AND d.due_at = $2 AND d.claim = $1 ORDER BY d.position`, args...)
	if err != nil {
		return nil, err
	}
	return t.openDeliveries(found), nil
}

// settleStatement is of one row, which is planned by its key whatever the table's
// statistics say; one that joined a list of rows would not be.
const settleStatement = `UPDATE deliveries SET status = $5, tries = $6, due_at = $7, attempts = $8, claim = ''
	WHERE tenant_id = $1 AND subscription_id = $2 AND event_id = $3 AND claim = $4`

// SettleDeliveries stores how claimed deliveries went and gives the claims up.
// It does nothing for a claim that was overtaken.
func (t *transaction) SettleDeliveries(ctx context.Context, deliveries []idv.Delivery) error {
	for _, d := range deliveries {
		attempts, err := encodeAttempts(d.Attempts)
		if err != nil {
			return fmt.Errorf("encode the attempts of a delivery: %w", err)
		}
		err = t.later(ctx, "settle a delivery", settleStatement,
			d.TenantID, d.SubscriptionID, d.Event.ID, d.Claim, string(d.Status), d.Tries, micros(d.Due), attempts)
		if err != nil {
			return err
		}
	}
	return nil
}

// maxReplay is how many deliveries one replay makes.
const maxReplay = 10_000

// Replay makes deliveries to a subscription pending anew, and those that it
// never had, and says how many: of one event, or of the events of a range that
// it wants. Events that have expired are left out, and what is being delivered
// right now is left alone.
func (t *transaction) Replay(ctx context.Context, tenant, subscription string, q idv.ReplayQuery, now time.Time) (int, error) {
	s, err := t.Subscription(ctx, tenant, subscription)
	if err != nil {
		return 0, err
	}
	until := int64(math.MaxInt64)
	if !q.Until.IsZero() {
		until = micros(q.Until)
	}
	args := []any{tenant, subscription, micros(now), max(micros(q.Since), micros(now.Add(-idv.EventLife))), until}
	which, last := `$6 LIKE '% ' || e.name || ' %'`, any(joinNames(s.Events))
	if q.Event != "" {
		which, last = `e.id = $6`, q.Event
	}
	args = append(args, last)
	but := ""
	if q.Failed {
		but = ` AND deliveries.status <> 'delivered'`
	}
	n, err := exec(ctx, t.q, `INSERT INTO deliveries
			(tenant_id, subscription_id, event_id, lane, position, status, tries, due_at, claim, attempts, created_at)
		SELECT e.tenant_id, CAST($2 AS TEXT), e.id, CAST($2 AS TEXT), e.position, 'pending', 0, CAST($3 AS BIGINT), '', '[]', CAST($3 AS BIGINT)
		FROM events e WHERE e.tenant_id = $1 AND e.position > 0 AND e.at > $4 AND e.at < $5 AND `+which+`
		ORDER BY e.position LIMIT `+fmt.Sprint(maxReplay)+`
		ON CONFLICT (tenant_id, subscription_id, event_id) DO UPDATE SET status = 'pending', tries = 0, due_at = excluded.due_at
		WHERE deliveries.claim = ''`+but, args...)
	if err != nil {
		return 0, fmt.Errorf("replay deliveries: %w", err)
	}
	t.brings = t.brings || n > 0
	return int(n), nil
}

// DeleteOldDeliveries removes the deliveries that ended and were made before t.
func (db *DB) DeleteOldDeliveries(ctx context.Context, t time.Time) error {
	if _, err := exec(ctx, db.writer, `DELETE FROM deliveries WHERE created_at < $1 AND status <> 'pending'`, micros(t)); err != nil {
		return fmt.Errorf("delete old deliveries: %w", err)
	}
	return nil
}
