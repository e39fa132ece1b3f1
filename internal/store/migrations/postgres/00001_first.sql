-- Times are microseconds since 1970 in UTC, 0 for none. What is said about a
-- person is a sealed BYTEA; a column in clear holds ids, words of the contract,
-- sizes and times only. Kept word for word like the SQLite file beside it,
-- except for the types.

-- +goose Up
CREATE TABLE tenants (
	id         TEXT COLLATE "C" PRIMARY KEY,
	name       TEXT COLLATE "C" NOT NULL,
	created_at BIGINT           NOT NULL
);

INSERT INTO tenants (id, name, created_at) VALUES ('default', 'Default', 0);

CREATE TABLE clients (
	id          TEXT COLLATE "C" PRIMARY KEY,
	tenant_id   TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
	name        TEXT COLLATE "C" NOT NULL,
	secret_hash BYTEA            NOT NULL,
	scopes      TEXT COLLATE "C" NOT NULL,
	created_at  BIGINT           NOT NULL,
	revoked_at  BIGINT           NOT NULL
);
CREATE INDEX clients_of_tenant ON clients (tenant_id, created_at, id);

CREATE TABLE tokens (
	hash       BYTEA            PRIMARY KEY,
	tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
	client_id  TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
	scopes     TEXT COLLATE "C" NOT NULL,
	expires_at BIGINT           NOT NULL
);
CREATE INDEX tokens_of_client ON tokens (client_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE dossiers (
	tenant_id       TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
	id              TEXT COLLATE "C" NOT NULL,
	reference       BYTEA,
	reference_index BYTEA,
	user_data       BYTEA,
	event_seq       BIGINT           NOT NULL,
	created_at      BIGINT           NOT NULL,
	updated_at      BIGINT           NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
CREATE INDEX dossiers_by_age ON dossiers (tenant_id, created_at, id);
CREATE INDEX dossiers_by_reference ON dossiers (tenant_id, reference_index, created_at, id);

-- A table of its own, so that keys can be kept out of a backup of the rest.
CREATE TABLE dossier_keys (
	tenant_id   TEXT COLLATE "C" NOT NULL,
	dossier_id  TEXT COLLATE "C" NOT NULL,
	wrapped_key BYTEA            NOT NULL,
	PRIMARY KEY (tenant_id, dossier_id),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossiers (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE processes (
	tenant_id     TEXT COLLATE "C" NOT NULL,
	id            TEXT COLLATE "C" NOT NULL,
	dossier_id    TEXT COLLATE "C" NOT NULL,
	provider      TEXT COLLATE "C" NOT NULL,
	type          TEXT COLLATE "C" NOT NULL,
	document_type TEXT COLLATE "C" NOT NULL,
	path          TEXT COLLATE "C" NOT NULL,
	parameters    BYTEA            NOT NULL,
	status        TEXT COLLATE "C" NOT NULL,
	verdict       BYTEA,
	failure       BYTEA,
	deadline      BIGINT           NOT NULL,
	lease_holder  TEXT COLLATE "C" NOT NULL,
	lease_until   BIGINT           NOT NULL,
	created_at    BIGINT           NOT NULL,
	updated_at    BIGINT           NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossiers (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX processes_of_dossier ON processes (tenant_id, dossier_id, created_at, id);
CREATE INDEX processes_by_status ON processes (status, updated_at, id);

CREATE TABLE images (
	tenant_id  TEXT COLLATE "C" NOT NULL,
	process_id TEXT COLLATE "C" NOT NULL,
	depiction  TEXT COLLATE "C" NOT NULL,
	blob_name  TEXT COLLATE "C" NOT NULL,
	media_type TEXT COLLATE "C" NOT NULL,
	size       BIGINT           NOT NULL,
	width      BIGINT           NOT NULL,
	height     BIGINT           NOT NULL,
	created_at BIGINT           NOT NULL,
	PRIMARY KEY (tenant_id, process_id, depiction),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX images_by_blob ON images (blob_name);

CREATE TABLE steps (
	tenant_id   TEXT COLLATE "C" NOT NULL,
	process_id  TEXT COLLATE "C" NOT NULL,
	name        TEXT COLLATE "C" NOT NULL,
	ref         TEXT COLLATE "C" NOT NULL,
	intended_at BIGINT           NOT NULL,
	PRIMARY KEY (tenant_id, process_id, name),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX steps_by_ref ON steps (name, ref) WHERE ref <> '';

CREATE TABLE reports (
	tenant_id  TEXT COLLATE "C" NOT NULL,
	process_id TEXT COLLATE "C" NOT NULL,
	kind       TEXT COLLATE "C" NOT NULL,
	raw        BYTEA            NOT NULL,
	PRIMARY KEY (tenant_id, process_id, kind),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
);

-- No foreign key: events outlive their dossier.
CREATE TABLE events (
	id           TEXT COLLATE "C" PRIMARY KEY,
	tenant_id    TEXT COLLATE "C" NOT NULL,
	dossier_id   TEXT COLLATE "C" NOT NULL,
	sequence     BIGINT           NOT NULL,
	process_id   TEXT COLLATE "C" NOT NULL,
	name         TEXT COLLATE "C" NOT NULL,
	provider     TEXT COLLATE "C" NOT NULL,
	process_type TEXT COLLATE "C" NOT NULL,
	status       TEXT COLLATE "C" NOT NULL,
	at           BIGINT           NOT NULL,
	UNIQUE (tenant_id, dossier_id, sequence)
);

CREATE TABLE idempotency (
	tenant_id    TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
	client_id    TEXT COLLATE "C" NOT NULL,
	key_hash     BYTEA            NOT NULL,
	request_hash BYTEA            NOT NULL,
	dossier_id   TEXT COLLATE "C",
	answer       BYTEA,
	expires_at   BIGINT           NOT NULL,
	PRIMARY KEY (tenant_id, client_id, key_hash),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossiers (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX idempotency_of_dossier ON idempotency (tenant_id, dossier_id);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- Values of the installation: the one table without a tenant.
CREATE TABLE settings (
	name  TEXT COLLATE "C" PRIMARY KEY,
	value BYTEA            NOT NULL
);
