package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// vault seals and opens the values of one dossier or of one of its processes.
type vault struct {
	key *seal.Key
	at  seal.Context
}

const keyQuery = `SELECT k.wrapped_key FROM dossiers d
	JOIN dossier_keys k ON k.tenant_id = d.tenant_id AND k.dossier_id = d.id
	WHERE d.tenant_id = $1 AND d.id = $2`

// vault opens the vault of a dossier, or NotFound. In a transaction that writes
// it also makes other such transactions of the same dossier wait.
func (r *reader) vault(ctx context.Context, tenant, dossier string) (vault, error) {
	at := seal.Context{Tenant: tenant, Dossier: dossier}
	if key, known := r.keys[at]; known {
		return vault{key, at}, nil
	}
	wrapped, err := one(ctx, r.q, value[[]byte], keyQuery+r.locking, tenant, dossier)
	if err != nil {
		return vault{}, explain(err, "read the key of", "dossier")
	}
	return r.unwrap(at, wrapped)
}

func (r *reader) unwrap(at seal.Context, wrapped []byte) (vault, error) {
	key, err := r.db.Sealer.Unwrap(wrapped, at)
	if err != nil {
		return vault{}, unreadable("dossier "+at.Dossier, err)
	}
	r.keys[at] = key
	return vault{key, at}, nil
}

// process gives the vault of a process of the dossier.
func (v vault) process(id string) vault {
	v.at.Process = id
	return v
}

func (v vault) field(name string) seal.Context {
	v.at.Field = name
	return v.at
}

// seal seals a value; nil, which is none, stays nil.
func (v vault) seal(field string, plain []byte) ([]byte, error) {
	if plain == nil {
		return nil, nil
	}
	return v.key.Seal(plain, v.field(field))
}

// open opens what seal gave.
func (v vault) open(field string, sealed []byte) ([]byte, error) {
	if sealed == nil {
		return nil, nil
	}
	plain, err := v.key.Open(sealed, v.field(field))
	if err != nil {
		return nil, unreadable("dossier "+v.at.Dossier, err)
	}
	return plain, nil
}

// unreadable says whose value could not be opened, and tells one that does not
// open, with idv.ErrUnreadable, and one whose key was forgotten, which is as good
// as not there, from a key store that fails.
func unreadable(whose string, err error) error {
	if errors.Is(err, seal.ErrSealed) {
		return fmt.Errorf("%s: %w: %w", whose, idv.ErrUnreadable, err)
	}
	if errors.Is(err, seal.ErrForgotten) { // The row is from a backup of before the erasure.
		return fmt.Errorf("%s: %w: %w", whose, idv.NotFound("dossier"), err)
	}
	return fmt.Errorf("%s: %w", whose, err)
}

// sealJSON seals a record; nil stays nil.
func sealJSON[T any](v vault, field string, record *T) ([]byte, error) {
	if record == nil {
		return nil, nil
	}
	plain, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", field, err)
	}
	return v.seal(field, plain)
}

// openJSON opens what sealJSON gave.
func openJSON[T any](v vault, field string, sealed []byte) (*T, error) {
	plain, err := v.open(field, sealed)
	if err != nil || plain == nil {
		return nil, err
	}
	record := new(T)
	if json.Unmarshal(plain, record) != nil { // The cause could quote the value.
		return nil, fmt.Errorf("decode %s of dossier %s: %w", field, v.at.Dossier, idv.ErrUnreadable)
	}
	return record, nil
}

// WrappedKey gives the sealed key of a dossier, or NotFound.
func (db *DB) WrappedKey(ctx context.Context, tenant, dossier string) ([]byte, error) {
	wrapped, err := one(ctx, db.reader, value[[]byte], keyQuery, tenant, dossier)
	return wrapped, explain(err, "read the key of", "dossier")
}
