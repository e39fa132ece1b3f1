-- Times are microseconds since 1970 in UTC, 0 for none. What is said about a
-- person is a sealed BLOB; a column in clear holds ids, words of the contract,
-- sizes and times only. Kept word for word like the PostgreSQL file beside it,
-- except for the types.

-- +goose Up
CREATE TABLE tenants (
	id         TEXT    PRIMARY KEY,
	name       TEXT    NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

INSERT INTO tenants (id, name, created_at) VALUES ('default', 'Default', 0);

CREATE TABLE clients (
	id          TEXT    PRIMARY KEY,
	tenant_id   TEXT    NOT NULL REFERENCES tenants (id),
	name        TEXT    NOT NULL,
	secret_hash BLOB    NOT NULL,
	scopes      TEXT    NOT NULL,
	created_at  INTEGER NOT NULL,
	revoked_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX clients_of_tenant ON clients (tenant_id, created_at, id);

CREATE TABLE tokens (
	hash       BLOB    PRIMARY KEY,
	tenant_id  TEXT    NOT NULL REFERENCES tenants (id),
	client_id  TEXT    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
	scopes     TEXT    NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_of_client ON tokens (client_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE dossiers (
	tenant_id       TEXT    NOT NULL REFERENCES tenants (id),
	id              TEXT    NOT NULL,
	reference       BLOB,
	reference_index BLOB,
	user_data       BLOB,
	event_seq       INTEGER NOT NULL,
	created_at      INTEGER NOT NULL,
	updated_at      INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX dossiers_by_age ON dossiers (tenant_id, created_at, id);
CREATE INDEX dossiers_by_reference ON dossiers (tenant_id, reference_index, created_at, id);

-- A table of its own, so that keys can be kept out of a backup of the rest.
CREATE TABLE dossier_keys (
	tenant_id   TEXT NOT NULL,
	dossier_id  TEXT NOT NULL,
	wrapped_key BLOB NOT NULL,
	PRIMARY KEY (tenant_id, dossier_id),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossiers (tenant_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE processes (
	tenant_id     TEXT    NOT NULL,
	id            TEXT    NOT NULL,
	dossier_id    TEXT    NOT NULL,
	provider      TEXT    NOT NULL,
	type          TEXT    NOT NULL,
	document_type TEXT    NOT NULL,
	path          TEXT    NOT NULL,
	parameters    BLOB    NOT NULL,
	status        TEXT    NOT NULL,
	verdict       BLOB,
	failure       BLOB,
	deadline      INTEGER NOT NULL,
	lease_holder  TEXT    NOT NULL,
	lease_until   INTEGER NOT NULL,
	created_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossiers (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX processes_of_dossier ON processes (tenant_id, dossier_id, created_at, id);
CREATE INDEX processes_by_status ON processes (status, updated_at, id);

CREATE TABLE images (
	tenant_id  TEXT    NOT NULL,
	process_id TEXT    NOT NULL,
	depiction  TEXT    NOT NULL,
	blob_name  TEXT    NOT NULL,
	media_type TEXT    NOT NULL,
	size       INTEGER NOT NULL,
	width      INTEGER NOT NULL,
	height     INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, process_id, depiction),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX images_by_blob ON images (blob_name);

CREATE TABLE steps (
	tenant_id   TEXT    NOT NULL,
	process_id  TEXT    NOT NULL,
	name        TEXT    NOT NULL,
	ref         TEXT    NOT NULL,
	intended_at INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, process_id, name),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX steps_by_ref ON steps (name, ref) WHERE ref <> '';

CREATE TABLE reports (
	tenant_id  TEXT NOT NULL,
	process_id TEXT NOT NULL,
	kind       TEXT NOT NULL,
	raw        BLOB NOT NULL,
	PRIMARY KEY (tenant_id, process_id, kind),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
) STRICT;

-- No foreign key: events outlive their dossier.
CREATE TABLE events (
	id           TEXT    PRIMARY KEY,
	tenant_id    TEXT    NOT NULL,
	dossier_id   TEXT    NOT NULL,
	sequence     INTEGER NOT NULL,
	process_id   TEXT    NOT NULL,
	name         TEXT    NOT NULL,
	provider     TEXT    NOT NULL,
	process_type TEXT    NOT NULL,
	status       TEXT    NOT NULL,
	at           INTEGER NOT NULL,
	UNIQUE (tenant_id, dossier_id, sequence)
) STRICT;

CREATE TABLE idempotency (
	tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
	client_id    TEXT    NOT NULL,
	key_hash     BLOB    NOT NULL,
	request_hash BLOB    NOT NULL,
	dossier_id   TEXT,
	answer       BLOB,
	expires_at   INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, client_id, key_hash),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossiers (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idempotency_of_dossier ON idempotency (tenant_id, dossier_id);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- Values of the installation: the one table without a tenant.
CREATE TABLE settings (
	name  TEXT PRIMARY KEY,
	value BLOB NOT NULL
) STRICT;
