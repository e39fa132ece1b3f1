package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// DefaultTenant is the tenant that every database has from the start.
const DefaultTenant = "default"

// Client is a program of a customer that may ask for access tokens.
type Client struct {
	// ID is unique in the installation and shown to everybody concerned.
	ID     string
	Tenant string
	// Name is for people.
	Name string
	// SecretHash is SHA-256 of the secret, which is not stored.
	SecretHash []byte
	// PreviousHash is that of the secret before the last rotation, which is good
	// until PreviousUntil; nil and zero when there is none.
	PreviousHash  []byte
	PreviousUntil time.Time
	// Scopes are what its tokens may be given; none holds a space.
	Scopes    []string
	CreatedAt time.Time
	// RevokedAt is zero while the client is good.
	RevokedAt time.Time
}

const clientQuery = `SELECT id, tenant_id, name, secret_hash, previous_hash, previous_until, scopes, created_at, revoked_at FROM clients`

const clientsQuery = clientQuery + ` WHERE tenant_id = $1 ORDER BY created_at, id`

func scanClient(r row) (c Client, err error) {
	err = r.Scan(&c.ID, &c.Tenant, &c.Name, &c.SecretHash, &c.PreviousHash, timeOf(&c.PreviousUntil), scopesOf(&c.Scopes), timeOf(&c.CreatedAt), timeOf(&c.RevokedAt))
	return c, err
}

// CreateTenant stores a tenant; the name is for people. It fails when the id is
// taken.
func (db *DB) CreateTenant(ctx context.Context, id, name string, now time.Time) error {
	return db.update(ctx, func(t *transaction) error {
		_, err := exec(ctx, t.q, `INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)`, id, name, micros(now))
		if err != nil {
			return fmt.Errorf("create the tenant: %w", err)
		}
		return t.Record(ctx, idv.Record{Tenant: id, At: now, Action: idv.ActionTenantCreated})
	})
}

// Tenant is a customer whose data is apart from that of all others.
type Tenant struct {
	ID string
	// Name is for people.
	Name      string
	CreatedAt time.Time
}

// ListTenants gives all tenants, oldest first.
func (db *DB) ListTenants(ctx context.Context) ([]Tenant, error) {
	found, err := all(ctx, db.reader, scanTenant, `SELECT id, name, created_at FROM tenants ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	return found, nil
}

func scanTenant(r row) (t Tenant, err error) {
	err = r.Scan(&t.ID, &t.Name, timeOf(&t.CreatedAt))
	return t, err
}

// CreateClient stores a client of a tenant that exists; NotFound otherwise.
func (db *DB) CreateClient(ctx context.Context, c Client) error {
	if _, err := one(ctx, db.reader, value[string], `SELECT id FROM tenants WHERE id = $1`, c.Tenant); err != nil {
		return explain(err, "find", "tenant")
	}
	return db.update(ctx, func(t *transaction) error {
		_, err := exec(ctx, t.q, `INSERT INTO clients (id, tenant_id, name, secret_hash, scopes, created_at, revoked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			c.ID, c.Tenant, c.Name, c.SecretHash, strings.Join(c.Scopes, " "), micros(c.CreatedAt), micros(c.RevokedAt))
		if err != nil {
			return fmt.Errorf("create the client: %w", err)
		}
		return t.Record(ctx, idv.Record{Tenant: c.Tenant, At: c.CreatedAt, Action: idv.ActionClientCreated, Subject: c.ID})
	})
}

// Client gives a client, also a revoked one, or NotFound. It looks across
// tenants: the id is all that a token request has.
func (db *DB) Client(ctx context.Context, id string) (Client, error) {
	c, err := one(ctx, db.reader, scanClient, clientQuery+` WHERE id = $1`, id)
	return c, explain(err, "read", "client")
}

// ListClients gives the clients of a tenant, oldest first, revoked ones too.
func (db *DB) ListClients(ctx context.Context, tenant string) ([]Client, error) {
	found, err := all(ctx, db.reader, scanClient, clientsQuery, tenant)
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", err)
	}
	return found, nil
}

// RevokeClient ends a client and deletes its tokens, or gives NotFound. The
// time of a first revocation stays.
func (db *DB) RevokeClient(ctx context.Context, tenant, id string, now time.Time) error {
	return db.update(ctx, func(t *transaction) error {
		n, err := exec(ctx, t.q, `UPDATE clients SET revoked_at = CASE revoked_at WHEN 0 THEN $3 ELSE revoked_at END
			WHERE tenant_id = $1 AND id = $2`, tenant, id, micros(now))
		if err := changed(n, err, "revoke", "client"); err != nil {
			return err
		}
		_, err = exec(ctx, t.q, `DELETE FROM tokens WHERE tenant_id = $1 AND client_id = $2`, tenant, id)
		if err != nil {
			return fmt.Errorf("delete the tokens of the client: %w", err)
		}
		return t.Record(ctx, idv.Record{Tenant: tenant, At: now, Action: idv.ActionClientRevoked, Subject: id})
	})
}

// Rotation is a change of a client's secret.
type Rotation struct {
	Tenant, Client string
	// SecretHash is SHA-256 of the new secret.
	SecretHash []byte
	// At is when, and PreviousUntil how long the secret before is still good. At
	// the same time it is not, and the tokens of the client end with it.
	At, PreviousUntil time.Time
}

// RotateClient gives a client another secret, or NotFound when there is no such
// client or it is revoked. Only the last secret before it can stay good.
func (db *DB) RotateClient(ctx context.Context, r Rotation) error {
	return db.update(ctx, func(t *transaction) error {
		n, err := exec(ctx, t.q, `UPDATE clients SET previous_hash = secret_hash, previous_until = $3, secret_hash = $4
			WHERE tenant_id = $1 AND id = $2 AND revoked_at = 0`, r.Tenant, r.Client, micros(r.PreviousUntil), r.SecretHash)
		if err := changed(n, err, "rotate the secret of", "client"); err != nil {
			return err
		}
		if !r.PreviousUntil.After(r.At) {
			if _, err := exec(ctx, t.q, `DELETE FROM tokens WHERE tenant_id = $1 AND client_id = $2`, r.Tenant, r.Client); err != nil {
				return fmt.Errorf("delete the tokens of the client: %w", err)
			}
		}
		return t.Record(ctx, idv.Record{Tenant: r.Tenant, At: r.At, Action: idv.ActionClientRotated, Subject: r.Client})
	})
}

// scopesOf scans scopes, which are stored with a space between them.
func scopesOf(s *[]string) *scopes { return (*scopes)(s) }

type scopes []string

// Scan takes what the drivers give for a TEXT.
func (s *scopes) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("stored scopes are a %T, not a text", v)
	}
	*s = strings.Fields(text)
	return nil
}
