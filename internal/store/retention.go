package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/audit"
	"github.com/dossier-id/dossier/internal/idv"
)

// Tenants gives the ids of all tenants.
func (r *reader) Tenants(ctx context.Context) ([]string, error) {
	ids, err := all(ctx, r.q, value[string], `SELECT id FROM tenants ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	return ids, nil
}

// agedProcesses finds those that have ended, in dossiers that are not held.
const agedProcesses = `SELECT p.dossier_id, p.id, p.updated_at FROM processes p
	JOIN dossiers d ON d.tenant_id = p.tenant_id AND d.id = p.dossier_id
	WHERE p.tenant_id = $1 AND p.status NOT IN ('pending', 'processing') AND p.updated_at <= $2 AND d.held_since = 0
	ORDER BY p.updated_at, p.id LIMIT $3`

// agedImages finds the same by an image that they have left, which is as old as
// the process or older: most that is old has none, and is not looked at.
const agedImages = `SELECT p.dossier_id, p.id, p.updated_at FROM images i
	JOIN processes p ON p.tenant_id = i.tenant_id AND p.id = i.process_id
	JOIN dossiers d ON d.tenant_id = p.tenant_id AND d.id = p.dossier_id
	WHERE i.tenant_id = $1 AND i.created_at <= $2 AND i.depiction = $4
	AND p.status NOT IN ('pending', 'processing') AND p.updated_at <= $2 AND d.held_since = 0
	ORDER BY i.created_at LIMIT $3`

// Aged gives processes that ended at t or earlier, oldest first; for images and
// biometrics only those that have some left, by the age of these.
func (r *reader) Aged(ctx context.Context, tenant string, a idv.Aging, t time.Time, limit int) ([]idv.Aged, error) {
	if a.Depictions() == nil {
		return r.aged(ctx, tenant, agedProcesses, t, limit)
	}
	var aged []idv.Aged
	for _, depiction := range a.Depictions() {
		found, err := r.aged(ctx, tenant, agedImages, t, limit, depiction)
		if err != nil {
			return nil, err
		}
		aged = append(aged, found...)
	}
	slices.SortFunc(aged, func(a, b idv.Aged) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Key.Process, b.Key.Process))
	})
	aged = slices.Compact(aged)
	return aged[:min(len(aged), limit)], nil
}

// AgedFiles gives the dossiers that have files of the depictions from t or
// earlier, a line for each file.
func (r *reader) AgedFiles(ctx context.Context, tenant string, d []idv.Depiction, t time.Time, limit int) ([]idv.Aged, error) {
	return r.aged(ctx, tenant, `SELECT f.dossier_id, '', f.created_at FROM files f
		JOIN dossiers d ON d.tenant_id = f.tenant_id AND d.id = f.dossier_id
		WHERE f.tenant_id = $1 AND f.created_at <= $2 AND f.depiction IN (`+quoted(d)+`) AND d.held_since = 0
		ORDER BY f.created_at, f.dossier_id LIMIT $3`, t, limit)
}

// AgedDossiers gives those without a process that were last changed at t or
// earlier. Only the oldest are looked at, as many as among; zero looks at all.
func (r *reader) AgedDossiers(ctx context.Context, tenant string, t time.Time, limit, among int) ([]idv.Aged, error) {
	return r.aged(ctx, tenant, `SELECT d.id, '', d.updated_at FROM (
			SELECT tenant_id, id, updated_at, held_since FROM dossiers WHERE tenant_id = $1 AND updated_at <= $2 ORDER BY updated_at, id LIMIT $4) AS d
		WHERE d.held_since = 0 AND NOT EXISTS (SELECT 1 FROM processes p WHERE p.tenant_id = d.tenant_id AND p.dossier_id = d.id)
		ORDER BY d.updated_at, d.id LIMIT $3`, t, limit, unbounded(among))
}

// unbounded takes zero for as many as there are.
func unbounded(most int) int {
	if most == 0 {
		return math.MaxInt32
	}
	return most
}

func (r *reader) aged(ctx context.Context, tenant, query string, t time.Time, more ...any) ([]idv.Aged, error) {
	found, err := all(ctx, r.q, func(r row) (a idv.Aged, err error) {
		a.Key.Tenant = tenant
		return a, r.Scan(&a.Key.Dossier, &a.Key.Process, timeOf(&a.Since))
	}, query, append([]any{tenant, micros(t)}, more...)...)
	if err != nil {
		return nil, fmt.Errorf("look for what has aged: %w", err)
	}
	return found, nil
}

// quoted writes words of ours for an IN.
func quoted(depictions []idv.Depiction) string {
	words := make([]string, len(depictions))
	for i, d := range depictions {
		words[i] = "'" + string(d) + "'"
	}
	return strings.Join(words, ", ")
}

// DeleteImages removes the images of these depictions from a process and stores
// the jobs. Neither the process nor its dossier counts as changed.
func (t *transaction) DeleteImages(ctx context.Context, k idv.ProcessKey, images []idv.Depiction, jobs []idv.Job) error {
	if err := t.holdProcess(ctx, k); err != nil {
		return err
	}
	_, err := exec(ctx, t.q, `DELETE FROM images WHERE tenant_id = $1 AND process_id = $2 AND depiction IN (`+quoted(images)+`)`, k.Tenant, k.Process)
	if err != nil {
		return fmt.Errorf("delete images: %w", err)
	}
	return t.Enqueue(ctx, jobs...)
}

// agedEvents selects the events that may be dropped: not those of a dossier under
// a hold, and none that is still being published or delivered.
const agedEvents = ` FROM events WHERE tenant_id = $1 AND at <= $2 AND position > 0
	AND NOT EXISTS (SELECT 1 FROM deliveries v WHERE v.tenant_id = events.tenant_id AND v.event_id = events.id)
	AND NOT EXISTS (SELECT 1 FROM dossiers d WHERE d.tenant_id = events.tenant_id AND d.id = events.dossier_id AND d.held_since > 0)`

// CountAged says how many events, or records of the trail, DropAged would remove.
// They are counted up to most; zero counts all.
func (r *reader) CountAged(ctx context.Context, tenant string, a idv.Aging, t time.Time, most int) (int, error) {
	if a == idv.AgingTrail {
		begin, end, err := r.agedTrail(ctx, tenant, t, most)
		return int(end.Position - begin.Position), err
	}
	n, err := one(ctx, r.q, value[int], `SELECT COUNT(*) FROM (SELECT 1`+agedEvents+` LIMIT $3) AS aged`, tenant, micros(t), unbounded(most))
	if err != nil {
		return 0, fmt.Errorf("count old events: %w", err)
	}
	return n, nil
}

// DropAged removes events, or the beginning of the trail, from t or before.
func (t *transaction) DropAged(ctx context.Context, tenant string, a idv.Aging, before time.Time) (int, error) {
	if a == idv.AgingTrail {
		return t.dropTrail(ctx, tenant, before)
	}
	n, err := exec(ctx, t.q, `DELETE`+agedEvents, tenant, micros(before))
	if err != nil {
		return 0, fmt.Errorf("drop old events: %w", err)
	}
	return int(n), nil
}

// agedTrail gives where a trail begins, and the last record of its beginning that
// may be dropped: all up to it are old, and none is of a dossier under a hold. Of
// the records, the first most are looked at; zero looks at all.
func (r *reader) agedTrail(ctx context.Context, tenant string, t time.Time, most int) (begin, end audit.Place, err error) {
	begin, err = one(ctx, r.q, scanPlace, `SELECT begin_position, begin_hash FROM audit_heads WHERE tenant_id = $1`, tenant)
	if err = explain(err, "read the beginning of", "audit trail"); idv.CodeOf(err) == idv.CodeNotFound {
		return begin, begin, nil
	}
	if err != nil {
		return begin, begin, err
	}
	last, err := one(ctx, r.q, value[int64], `SELECT COALESCE(
			(SELECT a.position - 1 FROM audit a LEFT JOIN dossiers d ON d.tenant_id = a.tenant_id AND d.id = a.dossier_id
				WHERE a.tenant_id = $1 AND a.position > $2 AND a.position <= $4 AND (a.at > $3 OR d.held_since > 0) ORDER BY a.position LIMIT 1),
			(SELECT CASE WHEN position < $4 THEN position ELSE $4 END FROM audit_heads WHERE tenant_id = $1))`,
		tenant, begin.Position, micros(t), begin.Position+int64(unbounded(most)))
	if err != nil || last <= begin.Position {
		return begin, begin, err
	}
	end, err = one(ctx, r.q, scanPlace, `SELECT position, hash FROM audit WHERE tenant_id = $1 AND position = $2`, tenant, last)
	return begin, end, err
}

// dropTrail lets the chain begin later. That the server did so is authenticated;
// the triggers let nothing else be deleted.
func (t *transaction) dropTrail(ctx context.Context, tenant string, before time.Time) (int, error) {
	begin, end, err := t.agedTrail(ctx, tenant, before, 0)
	if err != nil || end.Position == begin.Position {
		return 0, err
	}
	mac, err := audit.BeginningMAC(tenant, end, t.db.trailMAC)
	if err != nil {
		return 0, err
	}
	_, err = exec(ctx, t.q, `UPDATE audit_heads SET begin_position = $2, begin_hash = $3, begin_mac = $4 WHERE tenant_id = $1`,
		tenant, end.Position, end.Hash, mac)
	for _, table := range []string{"audit", "audit_checkpoints"} {
		if err == nil {
			_, err = exec(ctx, t.q, `DELETE FROM `+table+` WHERE tenant_id = $1 AND position <= $2`, tenant, end.Position)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("drop the beginning of the audit trail: %w", err)
	}
	return int(end.Position - begin.Position), nil
}

// SetHold stores since when a dossier is under a legal hold; zero ends it. A hold
// that is there already goes on.
func (t *transaction) SetHold(ctx context.Context, tenant, dossier string, since time.Time) error {
	n, err := exec(ctx, t.q, `UPDATE dossiers SET held_since = CASE WHEN held_since = 0 OR $3 < held_since THEN $3 ELSE held_since END
		WHERE tenant_id = $1 AND id = $2`, tenant, dossier, micros(since))
	return changed(n, err, "hold", "dossier")
}
