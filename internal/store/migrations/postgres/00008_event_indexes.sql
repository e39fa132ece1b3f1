-- Indexes of events and deliveries. Kept word for word like the SQLite file
-- beside it.

-- +goose Up
CREATE INDEX events_by_name ON events (tenant_id, name, position);

-- The id of a subscription needs no tenant beside it. With one, PostgreSQL took
-- this index for that of the primary key as long as it had no statistics, and
-- settled each delivery by reading all those of its subscription.
DROP INDEX deliveries_of_subscription;
CREATE INDEX deliveries_of_subscription ON deliveries (subscription_id, position);
