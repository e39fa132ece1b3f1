package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// Film gives the challenge that was posed in a process and the film that
// answers it, or nil when none was posed.
func (r *reader) Film(ctx context.Context, tenant, process string) (*idv.Film, error) {
	text, err := one(ctx, r.q, value[string], `SELECT film FROM films WHERE tenant_id = $1 AND process_id = $2`, tenant, process)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, r.knowProcess(ctx, tenant, process)
	}
	if err != nil {
		return nil, fmt.Errorf("read the film: %w", err)
	}
	var record filmRecord
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		return nil, fmt.Errorf("read the film: %w", err)
	}
	return record.film(), nil
}

// PutFilm stores what was posed to the end-user of a process and what is known
// of the answer. It says nothing of a person, so it is not sealed.
func (t *transaction) PutFilm(ctx context.Context, key idv.ProcessKey, f *idv.Film) error {
	if err := t.holdProcess(ctx, key); err != nil {
		return err
	}
	text, err := json.Marshal(recordFilm(f))
	if err != nil {
		return fmt.Errorf("store the film: %w", err)
	}
	_, err = exec(ctx, t.q, `INSERT INTO films (tenant_id, process_id, film) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, process_id) DO UPDATE SET film = excluded.film`, key.Tenant, key.Process, string(text))
	if err != nil {
		return fmt.Errorf("store the film: %w", err)
	}
	return nil
}
