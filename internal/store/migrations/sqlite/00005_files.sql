-- Files of the dossier itself, what finds processes that nobody starts, and the
-- id of what a request with an Idempotency-Key makes. Kept word for word like
-- the file of the other engine, except for the types.

-- +goose Up
CREATE TABLE files (
	tenant_id  TEXT    NOT NULL,
	dossier_id TEXT    NOT NULL,
	depiction  TEXT    NOT NULL,
	blob_name  TEXT    NOT NULL,
	media_type TEXT    NOT NULL,
	size       INTEGER NOT NULL,
	width      INTEGER NOT NULL,
	height     INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, dossier_id, depiction),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossiers (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX files_by_blob ON files (blob_name);

CREATE INDEX processes_by_age ON processes (status, created_at, id);

ALTER TABLE idempotency ADD COLUMN object_id TEXT NOT NULL DEFAULT '';
