package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// The fields of a dossier that are sealed. A name is part of what a ciphertext
// is bound to: it never changes.
const (
	fieldReference = "externalReference"
	fieldUserData  = "userData"
)

// maxPage is one more than the longest page of the contract, so that a caller
// can see whether there is another page.
const maxPage = 201

const dossierQuery = `SELECT d.tenant_id, d.id, d.reference, d.user_data, d.created_at, d.updated_at, d.held_since, k.wrapped_key
	FROM dossiers d JOIN dossier_keys k ON k.tenant_id = d.tenant_id AND k.dossier_id = d.id
	WHERE d.tenant_id = $1`

// dossierRow is a dossier as it is stored.
type dossierRow struct {
	idv.Dossier
	reference, userData, wrapped []byte
}

func scanDossier(r row) (dossierRow, error) {
	var d dossierRow
	err := r.Scan(&d.TenantID, &d.ID, &d.reference, &d.userData, timeOf(&d.CreatedAt), timeOf(&d.UpdatedAt), timeOf(&d.HeldSince), &d.wrapped)
	return d, err
}

// Dossier reads a dossier with its user data.
func (r *reader) Dossier(ctx context.Context, tenant, id string) (*idv.Dossier, error) {
	d, err := one(ctx, r.q, scanDossier, dossierQuery+` AND d.id = $2`+r.locking, tenant, id)
	if err != nil {
		return nil, explain(err, "read", "dossier")
	}
	return r.openDossier(d)
}

// Dossiers gives a page, newest first, the greater id first among those of the
// same microsecond. Limit is brought into the range of 1 to 201. What a backup has
// brought back after its erasure is left out: nobody can read it.
func (r *reader) Dossiers(ctx context.Context, tenant string, q idv.DossierQuery) (page []*idv.Dossier, err error) {
	q.Limit = min(max(q.Limit, 1), maxPage)
	for {
		wanted := q.Limit - len(page)
		found, err := r.dossierRows(ctx, tenant, q, wanted)
		if err != nil {
			return nil, fmt.Errorf("list dossiers: %w", err)
		}
		for _, row := range found {
			d, err := r.openDossier(row)
			if errors.Is(err, seal.ErrForgotten) {
				continue
			}
			if err != nil {
				return nil, err
			}
			page = append(page, d)
		}
		if len(page) == q.Limit || len(found) < wanted {
			return page, nil
		}
		last := found[len(found)-1]
		q.After = idv.DossierCursor{CreatedAt: last.CreatedAt, ID: last.ID}
	}
}

// dossierRows gives up to limit rows of the page, still sealed.
func (r *reader) dossierRows(ctx context.Context, tenant string, q idv.DossierQuery, limit int) ([]dossierRow, error) {
	before := int64(math.MaxInt64)
	if q.After != (idv.DossierCursor{}) {
		before = micros(q.After.CreatedAt)
	}
	args := []any{tenant, before, q.After.ID, limit}
	query := dossierQuery + ` AND (d.created_at, d.id) < ($2, $3)`
	if q.ExternalReference != "" {
		index, err := r.db.Sealer.Index(tenant, fieldReference, q.ExternalReference.Reveal())
		if err != nil {
			return nil, err
		}
		query += ` AND d.reference_index = $5`
		args = append(args, index)
	}
	if q.Held {
		query += ` AND d.held_since > 0`
	}
	return all(ctx, r.q, scanDossier, query+` ORDER BY d.created_at DESC, d.id DESC LIMIT $4`, args...)
}

func (r *reader) openDossier(d dossierRow) (*idv.Dossier, error) {
	v, err := r.unwrap(seal.Context{Tenant: d.TenantID, Dossier: d.ID}, d.wrapped)
	if err != nil {
		return nil, err
	}
	reference, err := v.open(fieldReference, d.reference)
	if err != nil {
		return nil, err
	}
	user, err := openJSON[userRecord](v, fieldUserData, d.userData)
	if err != nil {
		return nil, err
	}
	d.ExternalReference, d.UserData = idv.Personal(reference), user.userData()
	return &d.Dossier, nil
}

// CreateDossier stores a new dossier and makes the key that seals it.
func (t *transaction) CreateDossier(ctx context.Context, d *idv.Dossier) error {
	at := seal.Context{Tenant: d.TenantID, Dossier: d.ID}
	wrapped, key, err := t.newKey(ctx, at)
	if err != nil {
		return err
	}
	v := vault{key, at}
	reference, index, err := t.sealReference(v, d.ExternalReference)
	if err != nil {
		return err
	}
	user, err := sealJSON(v, fieldUserData, recordUser(d.UserData))
	if err != nil {
		return err
	}
	err = t.later(ctx, "create the dossier", `INSERT INTO dossiers (tenant_id, id, reference, reference_index, user_data, event_seq, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7)`,
		d.TenantID, d.ID, reference, index, user, micros(d.CreatedAt), micros(d.UpdatedAt))
	if err != nil {
		return err
	}
	err = t.later(ctx, "store the key of the dossier", `INSERT INTO dossier_keys (tenant_id, dossier_id, wrapped_key) VALUES ($1, $2, $3)`,
		d.TenantID, d.ID, wrapped)
	if err != nil {
		return err
	}
	return t.Record(ctx, idv.Record{Tenant: d.TenantID, At: d.CreatedAt, Action: idv.ActionDossierCreated, Dossier: d.ID})
}

// sealReference gives the sealed reference and what it is found by; both nil
// when there is none.
func (t *transaction) sealReference(v vault, reference idv.Personal) (sealed, index []byte, err error) {
	if reference == "" {
		return nil, nil, nil
	}
	if sealed, err = v.seal(fieldReference, []byte(reference.Reveal())); err != nil {
		return nil, nil, err
	}
	index, err = t.db.Sealer.Index(v.at.Tenant, fieldReference, reference.Reveal())
	return sealed, index, err
}

// SaveUserData replaces the user data of a dossier; nil removes it.
func (t *transaction) SaveUserData(ctx context.Context, tenant, dossier string, u *idv.UserData, now time.Time) error {
	v, err := t.vault(ctx, tenant, dossier)
	if err != nil {
		return err
	}
	sealed, err := sealJSON(v, fieldUserData, recordUser(u))
	if err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE dossiers SET user_data = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2`,
		tenant, dossier, sealed, micros(now))
	return changed(n, err, "store the user data of", "dossier")
}

// DeleteDossier removes the dossier, all that is in it, and its key. Its events
// stay.
func (t *transaction) DeleteDossier(ctx context.Context, tenant, id string, e idv.Effects) error {
	wrapped, err := one(ctx, t.q, value[[]byte], keyQuery+t.locking, tenant, id)
	if err != nil {
		return explain(err, "read the key of", "dossier")
	}
	if _, err := t.emit(ctx, e); err != nil {
		return err
	}
	if err := t.forget(ctx, seal.Context{Tenant: tenant, Dossier: id}, wrapped); err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `DELETE FROM dossiers WHERE tenant_id = $1 AND id = $2`, tenant, id)
	delete(t.keys, seal.Context{Tenant: tenant, Dossier: id})
	return changed(n, err, "delete", "dossier")
}

// DropErased removes a dossier whose key is forgotten, with all that is in it.
func (t *transaction) DropErased(ctx context.Context, tenant, dossier string, now time.Time) error {
	wrapped, err := one(ctx, t.q, value[[]byte], keyQuery+t.locking, tenant, dossier)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return explain(err, "read the key of", "dossier")
	}
	leaf, err := seal.LeafOf(wrapped)
	if err != nil || t.db.Sealer.Remembers(leaf) {
		return err
	}
	n, err := exec(ctx, t.q, `DELETE FROM dossiers WHERE tenant_id = $1 AND id = $2`, tenant, dossier)
	if err := changed(n, err, "drop", "dossier"); err != nil {
		return err
	}
	return t.Record(ctx, idv.Record{Tenant: tenant, At: now, Action: idv.Action(idv.EventDossierDeleted), Subject: "of a backup", Dossier: dossier})
}
