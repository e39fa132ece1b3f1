-- What an end-user was asked to do before the camera, and the film that answers
-- it. Kept word for word like the file of the other engine, except for the types.

-- +goose Up
CREATE TABLE films (
	tenant_id  TEXT COLLATE "C" NOT NULL,
	process_id TEXT COLLATE "C" NOT NULL,
	film       TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (tenant_id, process_id),
	FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id) ON DELETE CASCADE
);
