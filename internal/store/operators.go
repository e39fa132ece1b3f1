package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// Operator is a person who may use the console, for one tenant.
type Operator struct {
	ID     string
	Tenant string
	// Name is unique in the installation: it is what a person logs in with, and
	// how the audit trail calls them.
	Name string
	Role idv.Role
	// Subject is who they are at the identity provider; empty for who has a password.
	Subject string
	// Password is the hash of the password with its parameters.
	Password string
	// TOTP is the secret of the one-time passwords; sealed where it is stored.
	TOTP []byte
	// Code is the counter of the last one-time password that was taken: none is
	// taken twice.
	Code int64
	// Failures are the refused logins since the last good one; LockedUntil is the
	// time before which none is taken.
	Failures    int
	LockedUntil time.Time
	CreatedAt   time.Time
	// LoginAt is the last login, DisabledAt the end; zero while there is none.
	LoginAt, DisabledAt time.Time
}

// Session is what a browser was logged in with.
type Session struct {
	// Hash is SHA-256 of the secret that the browser holds.
	Hash       []byte
	OperatorID string
	// Once marks a link that opens another session, once.
	Once                         bool
	CreatedAt, SeenAt, ExpiresAt time.Time
}

// d is the row that a transaction which writes locks.
const operatorQuery = `SELECT d.id, d.tenant_id, d.name, d.role, d.password, d.totp, d.code, d.failures, d.locked_until,
	d.created_at, d.login_at, d.disabled_at, d.subject FROM operators d`

const operatorsQuery = operatorQuery + ` WHERE d.tenant_id = $1 ORDER BY d.name`

func (o *Operator) into() []any {
	return []any{
		&o.ID, &o.Tenant, &o.Name, &o.Role, &o.Password, &o.TOTP, &o.Code, &o.Failures, timeOf(&o.LockedUntil),
		timeOf(&o.CreatedAt), timeOf(&o.LoginAt), timeOf(&o.DisabledAt), &o.Subject,
	}
}

func scanOperator(r row) (o Operator, err error) {
	err = r.Scan(o.into()...)
	return o, err
}

// totpAt is what the secret of an operator is bound to.
func totpAt(id string) seal.Context { return seal.Context{Field: "operator/" + id} }

func (db *DB) openOperator(o Operator) (Operator, error) {
	secret, err := db.Sealer.OpenSystem(o.TOTP, totpAt(o.ID))
	if err != nil {
		return o, fmt.Errorf("operator %s: %w", o.ID, err)
	}
	o.TOTP = secret
	return o, nil
}

// Operator gives an operator of a tenant by id, also a disabled one, or NotFound.
func (db *DB) Operator(ctx context.Context, tenant, id string) (Operator, error) {
	o, err := one(ctx, db.reader, scanOperator, operatorQuery+` WHERE d.tenant_id = $1 AND d.id = $2`, tenant, id)
	if err != nil {
		return o, explain(err, "read", "operator")
	}
	return db.openOperator(o)
}

// OperatorByName gives an operator of any tenant, also a disabled one, or
// NotFound: the name is all that a login has.
func (db *DB) OperatorByName(ctx context.Context, name string) (Operator, error) {
	o, err := one(ctx, db.reader, scanOperator, operatorQuery+` WHERE d.name = $1`, name)
	if err != nil {
		return o, explain(err, "read", "operator")
	}
	return db.openOperator(o)
}

// OperatorBySubject gives who an identity provider calls so, or NotFound.
func (db *DB) OperatorBySubject(ctx context.Context, subject string) (Operator, error) {
	o, err := one(ctx, db.reader, scanOperator, operatorQuery+` WHERE d.subject = $1 AND d.subject <> ''`, subject)
	if err != nil {
		return o, explain(err, "read", "operator")
	}
	return db.openOperator(o)
}

// Operators gives those of a tenant by name, disabled ones too, without their
// secrets.
func (db *DB) Operators(ctx context.Context, tenant string) ([]Operator, error) {
	found, err := all(ctx, db.reader, scanOperator, operatorsQuery, tenant)
	if err != nil {
		return nil, fmt.Errorf("list operators: %w", err)
	}
	for i := range found {
		found[i].TOTP, found[i].Password = nil, ""
	}
	return found, nil
}

// CreateOperator stores a new operator of a tenant that exists. A name that is
// taken is refused with CodeInvalidState.
func (db *DB) CreateOperator(ctx context.Context, o Operator) error {
	if _, err := one(ctx, db.reader, value[string], `SELECT id FROM tenants WHERE id = $1`, o.Tenant); err != nil {
		return explain(err, "find", "tenant")
	}
	sealed, err := db.Sealer.SealSystem(o.TOTP, totpAt(o.ID))
	if err != nil {
		return err
	}
	return db.update(ctx, func(t *transaction) error {
		n, err := exec(ctx, t.q, `INSERT INTO operators (id, tenant_id, name, role, password, totp, code, failures, locked_until, created_at, login_at, disabled_at, subject)
			VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, 0, 0, $8) ON CONFLICT DO NOTHING`,
			o.ID, o.Tenant, o.Name, o.Role, o.Password, sealed, micros(o.CreatedAt), o.Subject)
		if err != nil {
			return fmt.Errorf("create the operator: %w", err)
		}
		if n == 0 {
			return idv.Refuse(idv.CodeInvalidState, "there is an operator of this name already")
		}
		return t.Record(ctx, idv.Record{Tenant: o.Tenant, At: o.CreatedAt, Action: idv.ActionOperatorCreated, Subject: o.Name})
	})
}

// ChangeOperator lets change work on an operator of a tenant as they are stored,
// keeps what it makes of them but id, tenant and name, and records the action.
// Where end is set, all their sessions are ended. Nothing is kept when change
// fails.
func (db *DB) ChangeOperator(ctx context.Context, tenant, id string, a idv.Action, now time.Time, end bool, change func(*Operator) error) error {
	return db.update(ctx, func(t *transaction) error {
		o, err := t.changeOperator(ctx, tenant, id, change)
		if err != nil {
			return err
		}
		if end {
			if _, err := exec(ctx, t.q, `DELETE FROM operator_sessions WHERE operator_id = $1`, id); err != nil {
				return fmt.Errorf("end the sessions of the operator: %w", err)
			}
		}
		return t.Record(ctx, idv.Record{Tenant: tenant, At: now, Action: a, Subject: o.Name})
	})
}

func (t *transaction) changeOperator(ctx context.Context, tenant, id string, change func(*Operator) error) (Operator, error) {
	o, err := one(ctx, t.q, scanOperator, operatorQuery+` WHERE d.tenant_id = $1 AND d.id = $2`+t.locking, tenant, id)
	if err != nil {
		return o, explain(err, "read", "operator")
	}
	if o, err = t.db.openOperator(o); err != nil {
		return o, err
	}
	if err := change(&o); err != nil {
		return o, err
	}
	t.seals()
	sealed, err := t.db.Sealer.SealSystem(o.TOTP, totpAt(id))
	if err != nil {
		return o, err
	}
	_, err = exec(ctx, t.q, `UPDATE operators SET role = $2, password = $3, totp = $4, code = $5, failures = $6, locked_until = $7,
		login_at = $8, disabled_at = $9 WHERE id = $1`,
		id, o.Role, o.Password, sealed, o.Code, o.Failures, micros(o.LockedUntil), micros(o.LoginAt), micros(o.DisabledAt))
	return o, explain(err, "change", "operator")
}
