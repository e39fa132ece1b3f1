package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
)

const lineQuery = `SELECT tenant_id, dossier_id, id, type, document_type, status, reviewed_at, created_at, updated_at
	FROM processes WHERE tenant_id = $1`

func scanLine(r row) (l idv.ProcessLine, err error) {
	err = r.Scan(&l.Tenant, &l.Dossier, &l.Process, &l.Type, &l.DocumentType, &l.Status,
		timeOf(&l.ReviewedAt), timeOf(&l.CreatedAt), timeOf(&l.UpdatedAt))
	return l, err
}

// FindProcesses gives a page of a tenant's processes, newest first. Limit is
// brought into the range of 1 to 201. Of the dossiers with an external
// reference, the newest 200 are looked at.
func (r *reader) FindProcesses(ctx context.Context, tenant string, q idv.ProcessQuery) ([]idv.ProcessLine, error) {
	q.Limit = min(max(q.Limit, 1), maxPage)
	found, err := r.findLines(ctx, tenant, q)
	if err != nil {
		return nil, fmt.Errorf("find processes: %w", err)
	}
	return found, nil
}

func (r *reader) findLines(ctx context.Context, tenant string, q idv.ProcessQuery) ([]idv.ProcessLine, error) {
	switch {
	case q.ExternalReference != "":
		dossiers, err := r.Dossiers(ctx, tenant, idv.DossierQuery{Limit: maxPage - 1, ExternalReference: q.ExternalReference})
		if err != nil {
			return nil, err
		}
		ids := make([]string, len(dossiers))
		for i, d := range dossiers {
			ids[i] = d.ID
		}
		return r.linesOf(ctx, tenant, q, ids)
	case q.ID != "":
		found, err := r.lines(ctx, tenant, q, ` AND id = `, q.ID)
		if err != nil || len(found) > 0 {
			return found, err
		}
		return r.linesOf(ctx, tenant, q, []string{q.ID})
	}
	return r.lines(ctx, tenant, q, "", "")
}

// linesOf gives the page of the processes of several dossiers.
func (r *reader) linesOf(ctx context.Context, tenant string, q idv.ProcessQuery, dossiers []string) (found []idv.ProcessLine, err error) {
	for _, id := range dossiers {
		some, err := r.lines(ctx, tenant, q, ` AND dossier_id = `, id)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	slices.SortFunc(found, func(a, b idv.ProcessLine) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.Process, a.Process))
	})
	return found[:min(len(found), q.Limit)], nil
}

// lines reads one range of an index.
func (r *reader) lines(ctx context.Context, tenant string, q idv.ProcessQuery, by, is string) ([]idv.ProcessLine, error) {
	query, args := lineQuery, []any{tenant}
	where := func(condition string, arg any) {
		args = append(args, arg)
		query += condition + fmt.Sprintf("$%d", len(args))
	}
	if by != "" {
		where(by, is)
	}
	if q.Undecided {
		query += ` AND status = 'inconclusive' AND reviewed_at = 0`
	} else if q.Status != "" {
		where(` AND status = `, q.Status)
	}
	if q.Type != "" {
		where(` AND type = `, q.Type)
	}
	if q.Country != "" {
		index, err := r.countryIndex(tenant, q.Country)
		if err != nil {
			return nil, err
		}
		where(` AND country_index = `, index)
	}
	if !q.Since.IsZero() {
		where(` AND created_at >= `, micros(q.Since))
	}
	last, id := int64(math.MaxInt64), q.After.ID
	if q.After != (idv.ProcessCursor{}) {
		last = micros(q.After.CreatedAt)
	}
	if until := micros(q.Until); until != 0 && until <= last {
		last, id = until, "" // Nothing sorts before an empty id.
	}
	args = append(args, last, id, q.Limit)
	query += fmt.Sprintf(` AND (created_at, id) < ($%d, $%d) ORDER BY created_at DESC, id DESC LIMIT $%d`, len(args)-2, len(args)-1, len(args))
	return all(ctx, r.q, scanLine, query, args...)
}

// DeliveriesOf gives the deliveries of events to every endpoint, by event and
// then by endpoint.
func (r *reader) DeliveriesOf(ctx context.Context, tenant string, events []string) ([]idv.Delivery, error) {
	var deliveries []idv.Delivery
	for _, id := range events {
		rows, err := all(ctx, r.q, scanDelivery, deliveryQuery+` WHERE d.tenant_id = $1 AND d.event_id = $2`, tenant, id)
		if err != nil {
			return nil, fmt.Errorf("read the deliveries of an event: %w", err)
		}
		slices.SortFunc(rows, func(a, b deliveryRow) int { return strings.Compare(a.SubscriptionID, b.SubscriptionID) })
		deliveries = append(deliveries, r.openDeliveries(rows)...)
	}
	return deliveries, nil
}
