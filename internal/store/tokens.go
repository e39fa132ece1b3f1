package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Token is an access token that was given out.
type Token struct {
	// Hash is SHA-256 of the token, which is not stored.
	Hash     []byte
	Tenant   string
	ClientID string
	// Scopes are what it may be used for; none holds a space.
	Scopes    []string
	ExpiresAt time.Time
}

// SaveToken stores a token of a client that exists.
func (db *DB) SaveToken(ctx context.Context, t Token) error {
	_, err := exec(ctx, db.writer, `INSERT INTO tokens (hash, tenant_id, client_id, scopes, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		t.Hash, t.Tenant, t.ClientID, strings.Join(t.Scopes, " "), micros(t.ExpiresAt))
	return explain(err, "save", "token")
}

// Token gives the token with the hash, or NotFound when there is none or its
// client is revoked. Whether it has expired is for the caller to see.
func (db *DB) Token(ctx context.Context, hash []byte) (Token, error) {
	t, err := one(ctx, db.reader, scanToken, `SELECT t.hash, t.tenant_id, t.client_id, t.scopes, t.expires_at
		FROM tokens t JOIN clients c ON c.id = t.client_id AND c.tenant_id = t.tenant_id
		WHERE t.hash = $1 AND c.revoked_at = 0`, hash)
	return t, explain(err, "read", "token")
}

func scanToken(r row) (t Token, err error) {
	err = r.Scan(&t.Hash, &t.Tenant, &t.ClientID, scopesOf(&t.Scopes), timeOf(&t.ExpiresAt))
	return t, err
}

// DeleteExpiredTokens removes the tokens that have expired at now.
func (db *DB) DeleteExpiredTokens(ctx context.Context, now time.Time) error {
	if _, err := exec(ctx, db.writer, `DELETE FROM tokens WHERE expires_at <= $1`, micros(now)); err != nil {
		return fmt.Errorf("delete expired tokens: %w", err)
	}
	return nil
}
