package store

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// PutReview stores what people decided of a process, or that a proposal was sent
// back, with the event of a decision.
func (t *transaction) PutReview(ctx context.Context, p *idv.Process, before *idv.Review, e *idv.Event) error {
	v, err := t.vault(ctx, p.TenantID, p.DossierID)
	if err != nil {
		return err
	}
	stored, err := t.Process(ctx, p.TenantID, p.DossierID, p.ID)
	if err != nil {
		return err
	}
	if stored.Status != idv.StatusInconclusive || stored.Reviewed.Decided() || !reflect.DeepEqual(stored.Reviewed, before) {
		return idv.Refuse(idv.CodeInvalidState, "somebody else has looked at the process meanwhile: read it again")
	}
	sealed, err := sealJSON(v.process(p.ID), fieldReview, recordReview(p.Reviewed))
	if err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE processes SET review = $4, reviewed_at = $5 WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3`,
		p.TenantID, p.DossierID, p.ID, sealed, micros(p.Reviewed.DecidedAt()))
	if err := changed(n, err, "review", "process"); err != nil || e == nil {
		return err
	}
	_, err = t.emit(ctx, idv.Effects{Event: *e, Detail: p.Reviewed.Summary()})
	return err
}

// FourEyes says whether a tenant demands that two operators agree to a review.
func (r *reader) FourEyes(ctx context.Context, tenant string) (bool, error) {
	n, err := one(ctx, r.q, value[int64], `SELECT four_eyes FROM tenants WHERE id = $1`, tenant)
	return n == 1, explain(err, "read", "tenant")
}

// SetFourEyes stores what FourEyes answers.
func (t *transaction) SetFourEyes(ctx context.Context, tenant string, demanded bool) error {
	n := 0
	if demanded {
		n = 1
	}
	rows, err := exec(ctx, t.q, `UPDATE tenants SET four_eyes = $2 WHERE id = $1`, tenant, n)
	return changed(rows, err, "change", "tenant")
}

// VerdictTimes gives how long the newest verifications took from their start to
// their verdict. The newest are chosen first: left to itself, PostgreSQL joins all
// events of the time before it takes the newest.
func (r *reader) VerdictTimes(ctx context.Context, tenant string, since time.Time, limit int) ([]time.Duration, error) {
	found, err := all(ctx, r.q, func(r row) (d time.Duration, err error) {
		var took int64
		err = r.Scan(&took)
		return time.Duration(took) * time.Microsecond, err
	}, `SELECT took FROM (SELECT c.at - (SELECT MIN(b.at) FROM events b
			WHERE b.tenant_id = c.tenant_id AND b.dossier_id = c.dossier_id AND b.process_id = c.process_id AND b.name = $3) AS took
		FROM (SELECT * FROM events WHERE tenant_id = $1 AND at >= $2 AND `+isVerdict+` ORDER BY at DESC LIMIT $4) AS c) AS all_of_them WHERE took IS NOT NULL`, tenant, micros(since), idv.EventProcessProcessing, limit)
	if err != nil {
		return nil, fmt.Errorf("read how long verifications took: %w", err)
	}
	return found, nil
}

// Backlog says what waits to be done for a tenant.
func (r *reader) Backlog(ctx context.Context, tenant string) (b idv.Backlog, err error) {
	for _, count := range []struct {
		into  *int
		query string
	}{
		{&b.Processing, `SELECT COUNT(*) FROM processes WHERE tenant_id = $1 AND status = 'processing'`},
		{&b.Undecided, `SELECT COUNT(*) FROM processes WHERE tenant_id = $1 AND status = 'inconclusive' AND reviewed_at = 0`},
		{&b.Deliveries, `SELECT COUNT(*) FROM deliveries WHERE tenant_id = $1 AND status = 'pending'`},
	} {
		if *count.into, err = one(ctx, r.q, value[int], count.query, tenant); err != nil {
			return b, fmt.Errorf("count what waits: %w", err)
		}
	}
	due, err := one(ctx, r.q, value[int64], `SELECT COALESCE(MIN(due_at), 0) FROM deliveries WHERE tenant_id = $1 AND status = 'pending'`, tenant)
	if err != nil {
		return b, fmt.Errorf("look for the oldest delivery: %w", err)
	}
	b.DeliveriesSince = unmicros(due)
	return b, nil
}
