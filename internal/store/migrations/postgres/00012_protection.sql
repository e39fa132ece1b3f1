-- The audit trail: a chain of records for each tenant, and one for the
-- installation, whose tenant_id is ''. Kept word for word like the SQLite file
-- beside it, except for the types and the triggers.

-- +goose Up
-- Where each chain has come to, and where it begins since its oldest part was
-- dropped. Its row is locked by whoever appends.
CREATE TABLE audit_heads (
	tenant_id      TEXT COLLATE "C" PRIMARY KEY,
	position       BIGINT           NOT NULL,
	hash           BYTEA            NOT NULL,
	begin_position BIGINT           NOT NULL,
	begin_hash     BYTEA            NOT NULL,
	begin_mac      BYTEA            NOT NULL
);

-- detail is sealed under the key of the dossier, or NULL. No foreign key: the
-- trail outlives all that it tells of.
CREATE TABLE audit (
	tenant_id  TEXT COLLATE "C" NOT NULL,
	position   BIGINT           NOT NULL,
	at         BIGINT           NOT NULL,
	action     TEXT COLLATE "C" NOT NULL,
	actor_kind TEXT COLLATE "C" NOT NULL,
	actor      TEXT COLLATE "C" NOT NULL,
	dossier_id TEXT COLLATE "C" NOT NULL,
	process_id TEXT COLLATE "C" NOT NULL,
	subject    TEXT COLLATE "C" NOT NULL,
	detail     BYTEA,
	hash       BYTEA            NOT NULL,
	mac        BYTEA            NOT NULL,
	PRIMARY KEY (tenant_id, position)
);
CREATE INDEX audit_of_dossier ON audit (tenant_id, dossier_id, position) WHERE dossier_id <> '';
CREATE INDEX audit_of_actor ON audit (tenant_id, actor, position);

-- signed is a JWS.
CREATE TABLE audit_checkpoints (
	tenant_id TEXT COLLATE "C" NOT NULL,
	position  BIGINT           NOT NULL,
	signed    TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (tenant_id, position)
);

-- +goose StatementBegin
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF OLD.position <= (SELECT begin_position FROM audit_heads WHERE tenant_id = OLD.tenant_id) THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION 'the audit trail is append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_checkpoints_are_not_changed BEFORE UPDATE OR DELETE ON audit_checkpoints FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_checkpoints_are_not_emptied BEFORE TRUNCATE ON audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- The next leaf of the tree of keys.
CREATE SEQUENCE leaves;

-- Leaves that are to be forgotten: their dossiers are deleted.
CREATE TABLE forgotten (
	leaf       BIGINT PRIMARY KEY,
	tenant_id  TEXT COLLATE "C" NOT NULL,
	dossier_id TEXT COLLATE "C" NOT NULL
);

-- Since when a dossier is under a legal hold, 0 without one.
ALTER TABLE dossiers ADD COLUMN held_since BIGINT NOT NULL DEFAULT 0;
CREATE INDEX dossiers_by_change ON dossiers (tenant_id, updated_at, id);
CREATE INDEX processes_by_end ON processes (tenant_id, updated_at, id) WHERE status NOT IN ('pending', 'processing');
CREATE INDEX files_by_age ON files (tenant_id, created_at, dossier_id);
CREATE INDEX events_by_age ON events (tenant_id, at);

-- What became of the deletion of a dossier; contents is JSON. No personal data.
CREATE TABLE erasures (
	tenant_id  TEXT COLLATE "C" NOT NULL,
	dossier_id TEXT COLLATE "C" NOT NULL,
	at         BIGINT NOT NULL,
	actor_kind TEXT COLLATE "C" NOT NULL,
	actor      TEXT COLLATE "C" NOT NULL,
	contents   TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (tenant_id, dossier_id)
);
CREATE TABLE erasure_parts (
	tenant_id  TEXT COLLATE "C" NOT NULL,
	dossier_id TEXT COLLATE "C" NOT NULL,
	part       TEXT COLLATE "C" NOT NULL,
	done_at    BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, dossier_id, part),
	FOREIGN KEY (tenant_id, dossier_id) REFERENCES erasures (tenant_id, dossier_id) ON DELETE CASCADE
);
