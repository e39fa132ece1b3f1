package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// SaveSession stores a session of an operator who exists.
func (db *DB) SaveSession(ctx context.Context, s Session) error {
	once := 0
	if s.Once {
		once = 1
	}
	_, err := exec(ctx, db.writer, `INSERT INTO operator_sessions (hash, operator_id, once, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, s.Hash, s.OperatorID, once, micros(s.CreatedAt), micros(s.SeenAt), micros(s.ExpiresAt))
	return explain(err, "save", "session")
}

// Session gives a session and whose it is, or NotFound when there is none, it is
// a link, or its operator is disabled. Whether it has expired is for the caller
// to see.
func (db *DB) Session(ctx context.Context, hash []byte) (s Session, o Operator, err error) {
	s, err = one(ctx, db.reader, func(r row) (s Session, err error) {
		err = r.Scan(append([]any{&s.Hash, &s.OperatorID, timeOf(&s.CreatedAt), timeOf(&s.SeenAt), timeOf(&s.ExpiresAt)}, o.into()...)...)
		return s, err
	}, `SELECT s.hash, s.operator_id, s.created_at, s.seen_at, s.expires_at, o.id, o.tenant_id, o.name, o.role, o.password, o.totp,
			o.code, o.failures, o.locked_until, o.created_at, o.login_at, o.disabled_at, o.subject
		FROM operator_sessions s JOIN operators o ON o.id = s.operator_id
		WHERE s.hash = $1 AND s.once = 0 AND o.disabled_at = 0`, hash)
	o.TOTP, o.Password = nil, ""
	return s, o, explain(err, "read", "session")
}

// TouchSession notes that a session was used.
func (db *DB) TouchSession(ctx context.Context, hash []byte, now time.Time) error {
	_, err := exec(ctx, db.writer, `UPDATE operator_sessions SET seen_at = $2 WHERE hash = $1`, hash, micros(now))
	return explain(err, "touch", "session")
}

// TakeLink removes a link that has not expired and gives the id of its operator
// and their tenant, or NotFound.
func (db *DB) TakeLink(ctx context.Context, hash []byte, now time.Time) (tenant, operator string, err error) {
	err = db.update(ctx, func(t *transaction) error {
		operator, err = one(ctx, t.q, value[string], `DELETE FROM operator_sessions WHERE hash = $1 AND once = 1 AND expires_at > $2 RETURNING operator_id`,
			hash, micros(now))
		if err != nil {
			return explain(err, "take", "link")
		}
		tenant, err = one(ctx, t.q, value[string], `SELECT tenant_id FROM operators WHERE id = $1`, operator)
		return explain(err, "read", "operator")
	})
	return tenant, operator, err
}

// EndSession removes a session; it is no error when there is none.
func (db *DB) EndSession(ctx context.Context, hash []byte, o Operator, now time.Time) error {
	return db.update(ctx, func(t *transaction) error {
		n, err := exec(ctx, t.q, `DELETE FROM operator_sessions WHERE hash = $1`, hash)
		if err != nil || n == 0 {
			return explain(err, "end", "session")
		}
		return t.Record(ctx, idv.Record{Tenant: o.Tenant, At: now, Action: idv.ActionOperatorLogout, Subject: o.Name})
	})
}

// DeleteOldSessions removes the sessions that have expired at now or, unless they
// are links, were last used before idle.
func (db *DB) DeleteOldSessions(ctx context.Context, now, idle time.Time) error {
	_, err := exec(ctx, db.writer, `DELETE FROM operator_sessions WHERE expires_at <= $1 OR once = 0 AND seen_at < $2`, micros(now), micros(idle))
	if err != nil {
		return fmt.Errorf("delete old sessions: %w", err)
	}
	return nil
}
