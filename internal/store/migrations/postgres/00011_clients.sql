-- The secret that a client had before its last rotation, and until when it is
-- still good. Kept word for word like the SQLite file beside it, except for
-- the types.

-- +goose Up
ALTER TABLE clients ADD COLUMN previous_hash BYTEA;
ALTER TABLE clients ADD COLUMN previous_until BIGINT NOT NULL DEFAULT 0;
