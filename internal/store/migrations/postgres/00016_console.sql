-- What the console shows of how things went. Kept word for word like the file of
-- the other engine, except for the types.

-- +goose Up
-- The trace of the request or the job that an event came of, as in the log; empty
-- outside one.
ALTER TABLE events ADD COLUMN trace TEXT COLLATE "C" NOT NULL DEFAULT '';

-- How many places of a schedule were booked since it began.
ALTER TABLE rates ADD COLUMN booked BIGINT NOT NULL DEFAULT 0;

-- How many there were at the end of each hour, or by now.
CREATE TABLE rate_hours (
	name   TEXT COLLATE "C" NOT NULL,
	hour   BIGINT NOT NULL,
	booked BIGINT NOT NULL,
	PRIMARY KEY (name, hour)
);

-- Verdicts by their time, in the place of an index over all events.
DROP INDEX events_by_time;
CREATE INDEX events_of_verdicts ON events (tenant_id, at) WHERE name = 'process.complete' AND status IN ('accepted', 'rejected', 'inconclusive');

-- How many of what there were on days that are over, counted anew every hour: of
-- processes with a status now, by the day of their creation, and of verdicts. A
-- day is the number of those since 1970.
CREATE TABLE day_counts (
	tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
	what      TEXT COLLATE "C" NOT NULL,
	day       BIGINT NOT NULL,
	count     BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, day, what)
);

-- Who an operator is at the identity provider; empty for who has a password.
ALTER TABLE operators ADD COLUMN subject TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX operators_by_subject ON operators (subject) WHERE subject <> '';
