-- The end-user's way through our pages, and how these look. Kept word for word
-- like the PostgreSQL file beside it, except for the types.

-- +goose Up
-- secret_hash is SHA-256 of what the link holds. flow is sealed under the
-- dossier's key.
CREATE TABLE captures (
	tenant_id   TEXT    NOT NULL,
	process_id  TEXT    NOT NULL,
	dossier_id  TEXT    NOT NULL,
	secret_hash BLOB    NOT NULL,
	flow        BLOB    NOT NULL,
	created_at  INTEGER NOT NULL,
	expires_at  INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, process_id),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX captures_by_secret ON captures (secret_hash);

-- profile is JSON, as the customer set it: nothing in it is about a person.
CREATE TABLE capture_configurations (
	tenant_id  TEXT    NOT NULL REFERENCES tenants (id),
	id         TEXT    NOT NULL,
	profile    TEXT    NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX capture_configurations_by_age ON capture_configurations (tenant_id, created_at, id);
