package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
)

// emit stores what a change of state brings with it and gives the event's id.
// The counter of the dossier gives the event its number: whoever rolls back
// gives it back, so there are no gaps, and whoever comes at the same time waits,
// so none is given twice.
func (t *transaction) emit(ctx context.Context, e idv.Effects) (id string, err error) {
	event := e.Event
	if event.Name == "" {
		return "", errors.New("a change of state needs its event")
	}
	sequence, err := t.number(ctx, event)
	if err != nil {
		return "", err
	}
	id = strings.ReplaceAll(t.db.NewID(), "-", "")
	err = t.later(ctx, "store the event "+string(event.Name), `INSERT INTO events
		(id, tenant_id, dossier_id, sequence, process_id, name, provider, process_type, status, subscription_id, at, trace)
		VALUES ($1, $2, $3, (`+sequence+`), $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, event.TenantID, event.DossierID, event.ProcessID,
		event.Name, event.Provider, event.ProcessType, event.Status, event.SubscriptionID, micros(event.At), t.db.Trace(ctx))
	if err != nil {
		return "", err
	}
	t.brings = true
	record := eventRecord(event)
	if e.Detail != "" {
		record.Detail = e.Detail
	}
	if err := t.Record(ctx, record); err != nil {
		return "", err
	}
	return id, t.Enqueue(ctx, e.Jobs...)
}

// number counts an event on, in its dossier or among the tenant's own, and gives
// the query of its number by $2 and $3, the tenant and the dossier. No dossier, no
// number: the event is then refused.
func (t *transaction) number(ctx context.Context, event idv.Event) (sequence string, err error) {
	if event.DossierID == "" {
		return `SELECT own_seq FROM feeds WHERE tenant_id = $2 AND $3 = ''`, t.later(ctx, "number an event of the tenant",
			`INSERT INTO feeds (tenant_id, position, own_seq) VALUES ($1, 0, 1)
			ON CONFLICT (tenant_id) DO UPDATE SET own_seq = feeds.own_seq + 1`, event.TenantID)
	}
	return `SELECT event_seq FROM dossiers WHERE tenant_id = $2 AND id = $3`, t.later(ctx, "number an event of the dossier",
		`UPDATE dossiers SET event_seq = event_seq + 1 WHERE tenant_id = $1 AND id = $2`, event.TenantID, event.DossierID)
}

const eventQuery = `SELECT ` + eventColumns + ` FROM events e` + eventOwners + `
	WHERE e.tenant_id = $1 AND e.dossier_id = $2 AND e.sequence > $3 ORDER BY e.sequence LIMIT $4`

// Events gives up to limit events of a dossier whose sequence is greater than
// after, in order. They outlive the dossier: it gives none, and no error, for
// an id that is unknown or of another tenant.
func (db *DB) Events(ctx context.Context, tenant, dossier string, after int64, limit int) ([]idv.Event, error) {
	found, err := all(ctx, db.reader, scanEvent, eventQuery, tenant, dossier, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return newReader(db, db.reader, "").openEvents(found), nil
}
