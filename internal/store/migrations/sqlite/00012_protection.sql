-- The audit trail: a chain of records for each tenant, and one for the
-- installation, whose tenant_id is ''. Kept word for word like the PostgreSQL
-- file beside it, except for the types and the triggers.

-- +goose Up
-- Where each chain has come to, and where it begins since its oldest part was
-- dropped. Its row is locked by whoever appends.
CREATE TABLE audit_heads (
	tenant_id      TEXT    PRIMARY KEY,
	position       INTEGER NOT NULL,
	hash           BLOB    NOT NULL,
	begin_position INTEGER NOT NULL,
	begin_hash     BLOB    NOT NULL,
	begin_mac      BLOB    NOT NULL
) STRICT;

-- detail is sealed under the key of the dossier, or NULL. No foreign key: the
-- trail outlives all that it tells of.
CREATE TABLE audit (
	tenant_id  TEXT    NOT NULL,
	position   INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	action     TEXT    NOT NULL,
	actor_kind TEXT    NOT NULL,
	actor      TEXT    NOT NULL,
	dossier_id TEXT    NOT NULL,
	process_id TEXT    NOT NULL,
	subject    TEXT    NOT NULL,
	detail     BLOB,
	hash       BLOB    NOT NULL,
	mac        BLOB    NOT NULL,
	PRIMARY KEY (tenant_id, position)
) STRICT;
CREATE INDEX audit_of_dossier ON audit (tenant_id, dossier_id, position) WHERE dossier_id <> '';
CREATE INDEX audit_of_actor ON audit (tenant_id, actor, position);

-- signed is a JWS.
CREATE TABLE audit_checkpoints (
	tenant_id TEXT    NOT NULL,
	position  INTEGER NOT NULL,
	signed    TEXT    NOT NULL,
	PRIMARY KEY (tenant_id, position)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
WHEN OLD.position > (SELECT begin_position FROM audit_heads WHERE tenant_id = OLD.tenant_id)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_are_not_changed BEFORE UPDATE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_are_not_deleted BEFORE DELETE ON audit_checkpoints
WHEN OLD.position > (SELECT begin_position FROM audit_heads WHERE tenant_id = OLD.tenant_id)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- +goose StatementEnd

-- The next leaf of the tree of keys.
CREATE TABLE leaves (id INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;
INSERT INTO leaves (id, next) VALUES (1, 1);

-- Leaves that are to be forgotten: their dossiers are deleted.
CREATE TABLE forgotten (
	leaf       INTEGER PRIMARY KEY,
	tenant_id  TEXT NOT NULL,
	dossier_id TEXT NOT NULL
) STRICT;

-- Since when a dossier is under a legal hold, 0 without one.
ALTER TABLE dossiers ADD COLUMN held_since INTEGER NOT NULL DEFAULT 0;
CREATE INDEX dossiers_by_change ON dossiers (tenant_id, updated_at, id);
CREATE INDEX processes_by_end ON processes (tenant_id, updated_at, id) WHERE status NOT IN ('pending', 'processing');
CREATE INDEX files_by_age ON files (tenant_id, created_at, dossier_id);
CREATE INDEX events_by_age ON events (tenant_id, at);

-- What became of the deletion of a dossier; contents is JSON. No personal data.
CREATE TABLE erasures (
	tenant_id  TEXT NOT NULL,
	dossier_id TEXT NOT NULL,
	at         INTEGER NOT NULL,
	actor_kind TEXT NOT NULL,
	actor      TEXT NOT NULL,
	contents   TEXT NOT NULL,
	PRIMARY KEY (tenant_id, dossier_id)
) STRICT;
CREATE TABLE erasure_parts (
	tenant_id  TEXT NOT NULL,
	dossier_id TEXT NOT NULL,
	part       TEXT NOT NULL,
	done_at    INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, dossier_id, part),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES erasures (tenant_id, dossier_id) ON DELETE CASCADE
) STRICT;
