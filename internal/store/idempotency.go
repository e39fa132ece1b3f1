package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// IdempotencyKey is the Idempotency-Key of a client's request. Key is the text
// that the client chose; it is never stored.
type IdempotencyKey struct{ Tenant, Client, Key string }

// ClaimState says what is known of a key.
type ClaimState int

// What a request with a key meets.
const (
	// ClaimFresh: the key is new, and the caller's until Finish or Abandon.
	ClaimFresh ClaimState = iota
	// ClaimInProgress: a request with the key is being answered right now.
	ClaimInProgress
	// ClaimAnswered: a request with the key was answered; Claim.Answer is the
	// answer, if Claim.Matches the request at hand.
	ClaimAnswered
)

// Claim is the hold on a key that Claim gave.
type Claim struct {
	State ClaimState
	// Object is the id for what a fresh request makes. A request that was cut off
	// before its answer hands it on to the one that tries again, which finds what
	// the first had made.
	Object string
	// Answer is set when the state is ClaimAnswered.
	Answer *Answer

	// row is where the claim lies, until when it holds: a claim that was
	// overtaken after that has another time and is not ours to end.
	row   claimRow
	until time.Time
	// request is the keyed hash of the request that was answered.
	request []byte
	sealer  *seal.Sealer
}

// Matches says whether the answered request had the given hash.
func (c *Claim) Matches(requestHash []byte) bool {
	keyed, err := requestIndex(c.sealer, c.row.tenant, requestHash)
	return err == nil && bytes.Equal(keyed, c.request)
}

// requestIndex keys the hash of a request: what is likely in one could be
// guessed from a plain hash.
func requestIndex(s *seal.Sealer, tenant string, requestHash []byte) ([]byte, error) {
	return s.Index(tenant, "idempotentRequest", string(requestHash))
}

// claimRow is the primary key of idempotency. The hash is keyed: what a client
// puts into its keys cannot be guessed from it.
type claimRow struct {
	tenant, client string
	key            []byte
}

func (db *DB) claimRow(k IdempotencyKey) (claimRow, error) {
	hash, err := db.Sealer.Index(k.Tenant, "idempotencyKey/"+k.Client, k.Key)
	return claimRow{k.Tenant, k.Client, hash}, err
}

// field is the name under which an answer is sealed.
func (r claimRow) field() string { return "answer/" + r.client + "/" + hex.EncodeToString(r.key) }

// Claim takes a key, unless it is taken. A claim that was neither finished nor
// abandoned ends after lease, or when the clock that gave it proves to have been
// ahead; an answer when Finish said. Both can be claimed
// anew then. What the request is need not be known yet, so that it can be
// hashed while it streams in.
func (db *DB) Claim(ctx context.Context, k IdempotencyKey, now time.Time, lease time.Duration) (*Claim, error) {
	row, err := db.claimRow(k)
	if err != nil {
		return nil, err
	}
	c := &Claim{row: row, until: now.Add(lease), sealer: db.Sealer}
	var found foundClaim
	err = db.update(ctx, func(t *transaction) (err error) {
		found, err = t.claim(ctx, c, now)
		return err
	})
	if err == nil && c.State == ClaimAnswered {
		err = db.openAnswer(ctx, c, found)
	}
	if err != nil {
		return nil, fmt.Errorf("claim an idempotency key: %w", err)
	}
	return c, nil
}

// claim takes the key, or says in c.State why not and gives what was found.
func (t *transaction) claim(ctx context.Context, c *Claim, now time.Time) (found foundClaim, err error) {
	c.Object, err = one(ctx, t.q, value[string], `INSERT INTO idempotency
		(tenant_id, client_id, key_hash, request_hash, dossier_id, answer, expires_at, object_id)
		VALUES ($1, $2, $3, $4, NULL, NULL, $5, $7)
		ON CONFLICT (tenant_id, client_id, key_hash) DO UPDATE
		SET request_hash = excluded.request_hash, dossier_id = NULL, answer = NULL, expires_at = excluded.expires_at,
			object_id = CASE WHEN idempotency.answer IS NULL THEN idempotency.object_id ELSE excluded.object_id END
		WHERE idempotency.expires_at <= $6 OR idempotency.answer IS NULL AND idempotency.expires_at > $8
		RETURNING object_id`,
		c.row.tenant, c.row.client, c.row.key, []byte{}, micros(c.until), micros(now), t.db.NewID(), micros(now.Add(longestLease)))
	if !errors.Is(err, sql.ErrNoRows) {
		return found, err
	}
	found, err = one(ctx, t.q, scanClaim, `SELECT request_hash, COALESCE(dossier_id, ''), answer FROM idempotency
		WHERE tenant_id = $1 AND client_id = $2 AND key_hash = $3`, c.row.tenant, c.row.client, c.row.key)
	c.State = ClaimInProgress
	if found.answer != nil {
		c.State, c.request = ClaimAnswered, found.request
	}
	return found, err
}

// foundClaim is the rest of a row of idempotency.
type foundClaim struct {
	request []byte
	dossier string
	answer  []byte
}

func scanClaim(r row) (c foundClaim, err error) {
	err = r.Scan(&c.request, &c.dossier, &c.answer)
	return c, err
}

// Finish stores the answer to a fresh claim until keepUntil, with the hash of
// the request that it answers. When the answer is about a dossier it is sealed
// under the dossier's key and dies with it; otherwise dossier is empty. It does
// nothing for a claim that has ended.
func (db *DB) Finish(ctx context.Context, c *Claim, requestHash []byte, dossier string, a Answer, keepUntil time.Time) error {
	if c.State != ClaimFresh {
		return errors.New("finish an idempotency key: it is not a fresh claim")
	}
	request, err := requestIndex(db.Sealer, c.row.tenant, requestHash)
	if err != nil {
		return fmt.Errorf("finish an idempotency key: %w", err)
	}
	err = db.update(ctx, func(t *transaction) error {
		sealed, err := t.sealAnswer(ctx, c.row, dossier, a)
		if idv.CodeOf(err) == idv.CodeNotFound { // The dossier was deleted meanwhile, and the answer with it.
			return t.abandon(ctx, c)
		}
		if err != nil {
			return err
		}
		_, err = exec(ctx, t.q, `UPDATE idempotency SET dossier_id = NULLIF($5, ''), answer = $6, expires_at = $7, request_hash = $8
			WHERE tenant_id = $1 AND client_id = $2 AND key_hash = $3 AND expires_at = $4 AND answer IS NULL`,
			c.row.tenant, c.row.client, c.row.key, micros(c.until), dossier, sealed, micros(keepUntil), request)
		return err
	})
	if err != nil {
		return fmt.Errorf("finish an idempotency key: %w", err)
	}
	return nil
}

// Renew lets a fresh claim hold until a later time. It does nothing for a claim
// that has ended.
func (db *DB) Renew(ctx context.Context, c *Claim, until time.Time) error {
	if c.State != ClaimFresh {
		return errors.New("renew the claim of an idempotency key: it is not a fresh claim")
	}
	n, err := exec(ctx, db.writer, `UPDATE idempotency SET expires_at = $5
		WHERE tenant_id = $1 AND client_id = $2 AND key_hash = $3 AND expires_at = $4 AND answer IS NULL`,
		c.row.tenant, c.row.client, c.row.key, micros(c.until), micros(until))
	if err != nil {
		return fmt.Errorf("renew the claim of an idempotency key: %w", err)
	}
	if n == 1 {
		c.until = until
	}
	return nil
}

// Abandon gives a fresh claim up, so that the same key can be tried again. It
// does nothing for a claim that has ended.
func (db *DB) Abandon(ctx context.Context, c *Claim) error {
	if c.State != ClaimFresh {
		return errors.New("abandon an idempotency key: it is not a fresh claim")
	}
	if err := db.update(ctx, func(t *transaction) error { return t.abandon(ctx, c) }); err != nil {
		return fmt.Errorf("abandon an idempotency key: %w", err)
	}
	return nil
}

func (t *transaction) abandon(ctx context.Context, c *Claim) error {
	_, err := exec(ctx, t.q, `DELETE FROM idempotency
		WHERE tenant_id = $1 AND client_id = $2 AND key_hash = $3 AND expires_at = $4 AND answer IS NULL`,
		c.row.tenant, c.row.client, c.row.key, micros(c.until))
	return err
}

// keepUnanswered is how long a claim is remembered that ended without an answer:
// as long as a client may try again.
const keepUnanswered = 24 * time.Hour

// DeleteExpiredAnswers removes the answers that have ended at now, and the claims
// without an answer a day later.
func (db *DB) DeleteExpiredAnswers(ctx context.Context, now time.Time) error {
	_, err := exec(ctx, db.writer, `DELETE FROM idempotency WHERE expires_at <= $1 AND (answer IS NOT NULL OR expires_at <= $2)`,
		micros(now), micros(now.Add(-keepUnanswered)))
	if err != nil {
		return fmt.Errorf("delete expired answers: %w", err)
	}
	return nil
}
