-- What finds the processes of a country: a keyed hash of who issued the document,
-- because the country itself is sealed. Kept word for word like the file of the
-- other engine, except for the type.

-- +goose Up
ALTER TABLE processes ADD COLUMN country_index BYTEA;

-- A process that is created knows no country and pays nothing for the index.
CREATE INDEX processes_found_by_country ON processes (tenant_id, country_index, created_at, id, status, type)
	WHERE country_index IS NOT NULL;
