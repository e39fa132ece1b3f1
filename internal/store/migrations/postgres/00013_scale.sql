-- What replicas share beside the data. Kept word for word like the file of the
-- other engine, except for the types.

-- +goose Up
-- Who does what is to be done once by all replicas, until when.
CREATE TABLE duties (
	name  TEXT   PRIMARY KEY,
	until BIGINT NOT NULL
);

-- The schedule of a limit that all replicas keep: from when on there is room. A
-- tenant's turn is where its next verification stands among all.
CREATE TABLE rates (
	name    TEXT   PRIMARY KEY,
	free_at BIGINT NOT NULL
);
