package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// Answer is what a request was answered with.
type Answer struct {
	Status      int    `json:"status"`
	Location    string `json:"location,omitempty"`
	ContentType string `json:"contentType,omitempty"`
	Body        []byte `json:"body,omitempty"`
}

// sealAnswer seals an answer under the key of its dossier, or under that of the
// installation when it has none.
func (t *transaction) sealAnswer(ctx context.Context, r claimRow, dossier string, a Answer) ([]byte, error) {
	if dossier != "" {
		v, err := t.vault(ctx, r.tenant, dossier)
		if err != nil {
			return nil, err
		}
		return sealJSON(v, r.field(), &a)
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encode an answer: %w", err)
	}
	t.seals()
	return t.db.Sealer.SealSystem(plain, seal.Context{Tenant: r.tenant, Field: r.field()})
}

// openAnswer opens the answer that a claim met. It runs after the claim's
// transaction: a lock on the key and one on the dossier, taken in this order,
// could stand against a deletion that takes them in the other.
func (db *DB) openAnswer(ctx context.Context, c *Claim, found foundClaim) (err error) {
	if found.dossier == "" {
		c.Answer, err = db.openSystemAnswer(c.row, found.answer)
		return err
	}
	v, err := newReader(db, db.reader, "").vault(ctx, c.row.tenant, found.dossier)
	if idv.CodeOf(err) == idv.CodeNotFound { // Deleted this moment, with the key: another try finds it fresh.
		c.State = ClaimInProgress
		return nil
	}
	if err == nil {
		c.Answer, err = openJSON[Answer](v, c.row.field(), found.answer)
	}
	return err
}

func (db *DB) openSystemAnswer(r claimRow, sealed []byte) (*Answer, error) {
	plain, err := db.Sealer.OpenSystem(sealed, seal.Context{Tenant: r.tenant, Field: r.field()})
	if err != nil {
		return nil, err
	}
	a := new(Answer)
	if json.Unmarshal(plain, a) != nil { // The cause could quote the answer.
		return nil, errors.New("decode an answer: it is not what was stored")
	}
	return a, nil
}
