-- The end-user's way through our pages, and how these look. Kept word for word
-- like the SQLite file beside it, except for the types.

-- +goose Up
-- secret_hash is SHA-256 of what the link holds. flow is sealed under the
-- dossier's key.
CREATE TABLE captures (
	tenant_id   TEXT COLLATE "C" NOT NULL,
	process_id  TEXT COLLATE "C" NOT NULL,
	dossier_id  TEXT COLLATE "C" NOT NULL,
	secret_hash BYTEA            NOT NULL,
	flow        BYTEA            NOT NULL,
	created_at  BIGINT           NOT NULL,
	expires_at  BIGINT           NOT NULL,
	PRIMARY KEY (tenant_id, process_id),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX captures_by_secret ON captures (secret_hash);

-- profile is JSON, as the customer set it: nothing in it is about a person.
CREATE TABLE capture_configurations (
	tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
	id         TEXT COLLATE "C" NOT NULL,
	profile    TEXT COLLATE "C" NOT NULL,
	created_at BIGINT           NOT NULL,
	updated_at BIGINT           NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
CREATE INDEX capture_configurations_by_age ON capture_configurations (tenant_id, created_at, id);
