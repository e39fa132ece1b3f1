package store

import (
	"context"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// namedStep is a row of steps.
type namedStep struct {
	name string
	idv.Step
}

// Steps gives what the provider was asked for a process, by name.
func (r *reader) Steps(ctx context.Context, tenant, process string) (map[string]idv.Step, error) {
	found, err := all(ctx, r.q, scanStep, `SELECT name, ref, intended_at FROM steps WHERE tenant_id = $1 AND process_id = $2`, tenant, process)
	if err != nil {
		return nil, fmt.Errorf("read steps: %w", err)
	}
	if len(found) == 0 {
		if err := r.knowProcess(ctx, tenant, process); err != nil {
			return nil, err
		}
	}
	steps := make(map[string]idv.Step, len(found))
	for _, s := range found {
		steps[s.name] = s.Step
	}
	return steps, nil
}

func scanStep(r row) (s namedStep, err error) {
	err = r.Scan(&s.name, &s.Ref, timeOf(&s.IntendedAt))
	return s, err
}

// FindStep gives the process for which the provider's resource was made, or
// NotFound. A step in doubt has no reference and is never found.
func (r *reader) FindStep(ctx context.Context, step, ref string) (idv.ProcessKey, error) {
	if ref == "" {
		return idv.ProcessKey{}, idv.NotFound("step")
	}
	k, err := one(ctx, r.q, scanProcessKey, `SELECT s.tenant_id, p.dossier_id, s.process_id FROM steps s
		JOIN processes p ON p.tenant_id = s.tenant_id AND p.id = s.process_id
		WHERE s.name = $1 AND s.ref = $2 AND s.ref <> ''`, step, ref)
	return k, explain(err, "find", "step")
}

// PutStep stores a step; a zero Step removes it. It fails with idv.ErrTaken
// when another process has the reference.
func (t *transaction) PutStep(ctx context.Context, key idv.ProcessKey, name string, s idv.Step) error {
	if err := t.holdProcess(ctx, key); err != nil {
		return err
	}
	if owner, err := t.FindStep(ctx, name, s.Ref); err == nil && owner != key {
		return idv.ErrTaken
	} else if err != nil && idv.CodeOf(err) != idv.CodeNotFound {
		return err
	}
	statement, args := `DELETE FROM steps WHERE tenant_id = $1 AND process_id = $2 AND name = $3`, []any{key.Tenant, key.Process, name}
	if s != (idv.Step{}) {
		statement = `INSERT INTO steps (tenant_id, process_id, name, ref, intended_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (tenant_id, process_id, name) DO UPDATE SET ref = excluded.ref, intended_at = excluded.intended_at`
		args = append(args, s.Ref, micros(s.IntendedAt))
	}
	if _, err := exec(ctx, t.q, statement, args...); err != nil {
		return fmt.Errorf("store the step %s: %w", name, err)
	}
	return nil
}

// holdProcess makes other transactions of the dossier wait, and gives NotFound
// when the dossier has no such process.
func (t *transaction) holdProcess(ctx context.Context, key idv.ProcessKey) error {
	if _, err := t.vault(ctx, key.Tenant, key.Dossier); err != nil {
		return err
	}
	return t.knowProcessIn(ctx, key)
}
