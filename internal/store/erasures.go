package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// BeginErasure stores that a dossier is being deleted, by whom, and what is left
// to do. It comes before DeleteDossier in the same transaction.
func (t *transaction) BeginErasure(ctx context.Context, e *idv.Erasure) error {
	contents, err := json.Marshal(e.Contents)
	if err != nil {
		return fmt.Errorf("encode the contents of an erasure: %w", err)
	}
	actor := idv.ActorOf(ctx)
	_, err = exec(ctx, t.q, `INSERT INTO erasures (tenant_id, dossier_id, at, actor_kind, actor, contents) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant_id, dossier_id) DO UPDATE SET at = excluded.at, actor_kind = excluded.actor_kind, actor = excluded.actor, contents = excluded.contents`,
		e.Tenant, e.Dossier, micros(e.At), actor.Kind, actor.ID, string(contents))
	if err != nil {
		return fmt.Errorf("store an erasure: %w", err)
	}
	for _, p := range e.Parts {
		_, err := exec(ctx, t.q, `INSERT INTO erasure_parts (tenant_id, dossier_id, part, done_at) VALUES ($1, $2, $3, 0)
			ON CONFLICT (tenant_id, dossier_id, part) DO UPDATE SET done_at = 0`, e.Tenant, e.Dossier, p.Name)
		if err != nil {
			return fmt.Errorf("store a part of an erasure: %w", err)
		}
	}
	return nil
}

// DoneErasing stores when a part of an erasure was done, the first time. It does
// nothing where there is no such part.
func (t *transaction) DoneErasing(ctx context.Context, tenant, dossier, part string, at time.Time) error {
	_, err := exec(ctx, t.q, `UPDATE erasure_parts SET done_at = $4 WHERE tenant_id = $1 AND dossier_id = $2 AND part = $3 AND done_at = 0`,
		tenant, dossier, part, micros(at))
	if err != nil {
		return fmt.Errorf("note what of an erasure is done: %w", err)
	}
	return nil
}

// Erasure gives what became of the deletion of a dossier, or NotFound.
func (r *reader) Erasure(ctx context.Context, tenant, dossier string) (*idv.Erasure, error) {
	e := &idv.Erasure{Tenant: tenant, Dossier: dossier}
	contents, err := one(ctx, r.q, func(r row) (contents string, err error) {
		err = r.Scan(timeOf(&e.At), &e.Actor.Kind, &e.Actor.ID, &contents)
		return contents, err
	}, `SELECT at, actor_kind, actor, contents FROM erasures WHERE tenant_id = $1 AND dossier_id = $2`, tenant, dossier)
	if err != nil {
		return nil, explain(err, "read", "erasure")
	}
	if json.Unmarshal([]byte(contents), &e.Contents) != nil {
		return nil, errors.New("the contents of an erasure are not what was stored")
	}
	e.Parts, err = all(ctx, r.q, func(r row) (p idv.ErasurePart, err error) {
		err = r.Scan(&p.Name, timeOf(&p.Done))
		return p, err
	}, `SELECT part, done_at FROM erasure_parts WHERE tenant_id = $1 AND dossier_id = $2 ORDER BY part`, tenant, dossier)
	if err != nil {
		return nil, fmt.Errorf("read the parts of an erasure: %w", err)
	}
	return e, nil
}
