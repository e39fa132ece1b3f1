package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// The reference of an event is that of its dossier as long as that exists.
const (
	eventColumns = `e.id, e.tenant_id, e.dossier_id, e.sequence, e.position, e.process_id, e.name, e.provider, e.process_type,
	e.status, e.subscription_id, e.at, e.trace, o.reference, k.wrapped_key`
	eventOwners = ` LEFT JOIN dossiers o ON o.tenant_id = e.tenant_id AND o.id = e.dossier_id
	LEFT JOIN dossier_keys k ON k.tenant_id = e.tenant_id AND k.dossier_id = e.dossier_id`
)

// eventRow is an event as it is read.
type eventRow struct {
	idv.Event
	reference, wrapped []byte
}

func (e *eventRow) into() []any {
	return []any{
		&e.ID, &e.TenantID, &e.DossierID, &e.Sequence, &e.Position, &e.ProcessID, &e.Name, &e.Provider, &e.ProcessType,
		&e.Status, &e.SubscriptionID, timeOf(&e.At), &e.Trace, &e.reference, &e.wrapped,
	}
}

func scanEvent(r row) (e eventRow, err error) {
	err = r.Scan(e.into()...)
	return e, err
}

// openEvent gives the event with the reference of its dossier. A reference that
// does not open is left out: a single dossier that was damaged must not hold up
// the events of all others. Whoever reads the dossier hears of it.
func (r *reader) openEvent(e eventRow) idv.Event {
	if e.reference == nil || e.wrapped == nil {
		return e.Event
	}
	at := seal.Context{Tenant: e.TenantID, Dossier: e.DossierID}
	v, err := vault{r.keys[at], at}, error(nil)
	if v.key == nil {
		v, err = r.unwrap(at, e.wrapped)
	}
	if err != nil {
		return e.Event
	}
	if reference, err := v.open(fieldReference, e.reference); err == nil {
		e.ExternalReference = idv.Personal(reference)
	}
	return e.Event
}

func (r *reader) openEvents(rows []eventRow) []idv.Event {
	events := make([]idv.Event, len(rows))
	for i, e := range rows {
		events[i] = r.openEvent(e)
	}
	return events
}

// Feed gives a page of the tenant's published events in the order of their
// positions. Limit is brought into the range of 1 to 201.
func (r *reader) Feed(ctx context.Context, tenant string, q idv.FeedQuery) ([]idv.Event, error) {
	query, args := feedQuery(tenant, q)
	found, err := all(ctx, r.q, scanEvent, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	return r.openEvents(found), nil
}

const pageEnd = ` ORDER BY position LIMIT $3`

// feedQuery reads along an index in the order of the feed, whatever is asked
// for: that of the dossier, whose events are few, or else one for each name, which
// the database merges. Only times are looked at event by event.
func feedQuery(tenant string, q idv.FeedQuery) (query string, args []any) {
	args = []any{tenant, max(q.After, 0), min(max(q.Limit, 1), maxPage)}
	place := func(arg any) string {
		args = append(args, arg)
		return "$" + strconv.Itoa(len(args))
	}
	base := `SELECT e.* FROM events e WHERE e.tenant_id = $1 AND e.position > $2`
	if !q.Since.IsZero() {
		base += " AND e.at >= " + place(micros(q.Since))
	}
	if !q.Until.IsZero() {
		base += " AND e.at < " + place(micros(q.Until))
	}
	var names, ways []string
	for _, name := range slices.Compact(slices.Sorted(slices.Values(q.Names))) {
		p := place(name)
		names = append(names, p)
		ways = append(ways, `SELECT * FROM (`+base+` AND e.name = `+p+pageEnd+`) AS way`+strconv.Itoa(len(names)))
	}
	if q.Dossier != "" || len(names) == 0 {
		ways = []string{base + within(q.Dossier, names, place)}
	}
	page := strings.Join(ways, " UNION ALL ") + pageEnd
	return `SELECT ` + eventColumns + ` FROM (` + page + `) AS e` + eventOwners + ` ORDER BY e.position`, args
}

// within narrows a query to the events of a dossier, and to those of some names.
func within(dossier string, names []string, place func(any) string) (condition string) {
	if dossier == "" {
		return ""
	}
	condition = " AND e.dossier_id = " + place(dossier)
	if len(names) > 0 {
		condition += " AND e.name IN (" + strings.Join(names, ", ") + ")"
	}
	return condition
}

// FeedEnd gives the position of the tenant's last published event, or 0.
func (r *reader) FeedEnd(ctx context.Context, tenant string) (int64, error) {
	end, err := one(ctx, r.q, value[int64], `SELECT COALESCE(MAX(position), 0) FROM feeds WHERE tenant_id = $1`, tenant)
	if err != nil {
		return 0, fmt.Errorf("read the end of the feed: %w", err)
	}
	return end, nil
}

// Publish gives up to limit events of each tenant their place in the feed and
// makes a delivery to each endpoint that wants them.
//
// Whoever publishes holds the row of the tenant's feed until the commit, so
// positions become visible in their order. Within a dossier they follow the
// sequence: an event is committed only after all that come before it.
func (t *transaction) Publish(ctx context.Context, now time.Time, limit int) (int, error) {
	tenants, err := all(ctx, t.q, value[string], `SELECT DISTINCT tenant_id FROM events WHERE position = 0 ORDER BY tenant_id`)
	if err != nil {
		return 0, fmt.Errorf("look for events to publish: %w", err)
	}
	published := 0
	for _, tenant := range tenants {
		n, err := t.publish(ctx, tenant, now, limit)
		if err != nil {
			return 0, fmt.Errorf("publish events: %w", err)
		}
		published += n
	}
	t.publishes = t.publishes || published > 0
	return published, nil
}

func (t *transaction) publish(ctx context.Context, tenant string, now time.Time, limit int) (int, error) {
	end, err := one(ctx, t.q, value[int64], `INSERT INTO feeds (tenant_id, position, own_seq) VALUES ($1, 0, 0)
		ON CONFLICT (tenant_id) DO UPDATE SET position = feeds.position RETURNING position`, tenant)
	if err != nil {
		return 0, err
	}
	n, err := exec(ctx, t.q, `UPDATE events SET position = numbered.place FROM (
			SELECT id, $2 + ROW_NUMBER() OVER (ORDER BY dossier_id, sequence) AS place FROM events
			WHERE tenant_id = $1 AND position = 0 ORDER BY dossier_id, sequence LIMIT $3) AS numbered
		WHERE events.id = numbered.id`, tenant, end, limit)
	if err != nil || n == 0 {
		return 0, err
	}
	if _, err := exec(ctx, t.q, `UPDATE feeds SET position = position + $2 WHERE tenant_id = $1`, tenant, n); err != nil {
		return 0, err
	}
	_, err = exec(ctx, t.q, `INSERT INTO deliveries
			(tenant_id, subscription_id, event_id, lane, position, status, tries, due_at, claim, attempts, created_at)
		SELECT s.tenant_id, s.id, e.id, s.id, e.position, 'pending', 0, CAST($4 AS BIGINT), '', '[]', CAST($4 AS BIGINT)
		FROM events e JOIN subscriptions s ON s.tenant_id = e.tenant_id
		WHERE e.tenant_id = $1 AND e.position > $2 AND e.position <= $3 AND s.state <> 'disabled'
			AND (s.events LIKE '% ' || e.name || ' %' OR e.name = 'subscription.test' AND s.id = e.subscription_id)
		ON CONFLICT DO NOTHING`, tenant, end, end+n, micros(now))
	return int(n), err
}
