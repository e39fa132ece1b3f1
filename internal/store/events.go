package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// emit stores what a change of state brings with it. The counter of the dossier
// gives the event its number: whoever rolls back gives it back, so there are no
// gaps, and whoever comes at the same time waits, so none is given twice.
func (t *transaction) emit(ctx context.Context, e idv.Effects) error {
	event := e.Event
	if event.Name == "" {
		return errors.New("a change of state needs its event")
	}
	sequence, err := one(ctx, t.q, value[int64],
		`UPDATE dossiers SET event_seq = event_seq + 1 WHERE tenant_id = $1 AND id = $2 RETURNING event_seq`,
		event.TenantID, event.DossierID)
	if err != nil {
		return explain(err, "number an event of", "dossier")
	}
	_, err = exec(ctx, t.q, `INSERT INTO events
		(id, tenant_id, dossier_id, sequence, process_id, name, provider, process_type, status, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		t.db.NewID(), event.TenantID, event.DossierID, sequence, event.ProcessID,
		event.Name, event.Provider, event.ProcessType, event.Status, micros(event.At))
	if err != nil {
		return fmt.Errorf("store the event %s: %w", event.Name, err)
	}
	return t.Enqueue(ctx, e.Jobs...)
}

const eventQuery = `SELECT id, tenant_id, dossier_id, sequence, process_id, name, provider, process_type, status, at
	FROM events WHERE tenant_id = $1 AND dossier_id = $2 AND sequence > $3 ORDER BY sequence LIMIT $4`

// Events gives up to limit events of a dossier whose sequence is greater than
// after, in order. They outlive the dossier: it gives none, and no error, for
// an id that is unknown or of another tenant.
func (db *DB) Events(ctx context.Context, tenant, dossier string, after int64, limit int) ([]idv.Event, error) {
	found, err := all(ctx, db.reader, scanEvent, eventQuery, tenant, dossier, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return found, nil
}

func scanEvent(r row) (e idv.Event, err error) {
	err = r.Scan(&e.ID, &e.TenantID, &e.DossierID, &e.Sequence, &e.ProcessID, &e.Name, &e.Provider, &e.ProcessType, &e.Status, timeOf(&e.At))
	return e, err
}
