-- Files of the dossier itself, what finds processes that nobody starts, and the
-- id of what a request with an Idempotency-Key makes. Kept word for word like
-- the file of the other engine, except for the types.

-- +goose Up
CREATE TABLE files (
	tenant_id  TEXT COLLATE "C" NOT NULL,
	dossier_id TEXT COLLATE "C" NOT NULL,
	depiction  TEXT COLLATE "C" NOT NULL,
	blob_name  TEXT COLLATE "C" NOT NULL,
	media_type TEXT COLLATE "C" NOT NULL,
	size       BIGINT           NOT NULL,
	width      BIGINT           NOT NULL,
	height     BIGINT           NOT NULL,
	created_at BIGINT           NOT NULL,
	PRIMARY KEY (tenant_id, dossier_id, depiction),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossiers (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX files_by_blob ON files (blob_name);

CREATE INDEX processes_by_age ON processes (status, created_at, id);

ALTER TABLE idempotency ADD COLUMN object_id TEXT COLLATE "C" NOT NULL DEFAULT '';
