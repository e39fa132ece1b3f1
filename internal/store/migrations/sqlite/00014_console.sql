-- The operators of the console, how they are logged in, what reviewers decide,
-- and what finds processes and deliveries fast. Kept word for word like the
-- PostgreSQL file beside it, except for the types.

-- +goose Up
-- Passwords are argon2id; totp is sealed. failures are those since the last
-- login; code is the counter of the last one-time password that was taken.
CREATE TABLE operators (
	id           TEXT    PRIMARY KEY,
	tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
	name         TEXT    NOT NULL UNIQUE,
	role         TEXT    NOT NULL,
	password     TEXT    NOT NULL,
	totp         BLOB    NOT NULL,
	code         INTEGER NOT NULL,
	failures     INTEGER NOT NULL,
	locked_until INTEGER NOT NULL,
	created_at   INTEGER NOT NULL,
	login_at     INTEGER NOT NULL,
	disabled_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX operators_of_tenant ON operators (tenant_id, name);

-- hash is SHA-256 of what the browser holds. A session of which once is 1 is a
-- link that opens one other session.
CREATE TABLE operator_sessions (
	hash        BLOB    PRIMARY KEY,
	operator_id TEXT    NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
	once        INTEGER NOT NULL,
	created_at  INTEGER NOT NULL,
	seen_at     INTEGER NOT NULL,
	expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX operator_sessions_of ON operator_sessions (operator_id);
CREATE INDEX operator_sessions_by_expiry ON operator_sessions (expires_at);

ALTER TABLE tenants ADD COLUMN four_eyes INTEGER NOT NULL DEFAULT 0;

-- review is sealed; reviewed_at is when it was decided, 0 until then.
ALTER TABLE processes ADD COLUMN review BLOB;
ALTER TABLE processes ADD COLUMN reviewed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX processes_found ON processes (tenant_id, created_at, id, status, type);
CREATE INDEX processes_found_by_status ON processes (tenant_id, status, created_at, id);
CREATE INDEX processes_found_by_type ON processes (tenant_id, type, created_at, id);
CREATE INDEX processes_to_review ON processes (tenant_id, created_at, id) WHERE status = 'inconclusive' AND reviewed_at = 0;

CREATE INDEX events_by_time ON events (tenant_id, name, at);
CREATE INDEX deliveries_of_event ON deliveries (tenant_id, event_id);
CREATE INDEX deliveries_waiting ON deliveries (tenant_id, due_at) WHERE status = 'pending';
