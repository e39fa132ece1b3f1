-- The feed of events, the endpoints that are told of them, and what was sent to
-- each. Kept word for word like the PostgreSQL file beside it, except for the types.

-- +goose Up
-- position is the place in the tenant's feed, 0 until the event is published;
-- subscription_id is set for events of a subscription only.
ALTER TABLE events ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN subscription_id TEXT NOT NULL DEFAULT '';
CREATE INDEX events_unpublished ON events (tenant_id, dossier_id, sequence) WHERE position = 0;
CREATE INDEX events_by_position ON events (tenant_id, position);
CREATE INDEX events_of_dossier ON events (tenant_id, dossier_id, position);

-- The last position that was given, and the last sequence of events that belong
-- to no dossier. Its row is locked by whoever gives either.
CREATE TABLE feeds (
	tenant_id       TEXT    PRIMARY KEY REFERENCES tenants (id),
	position        INTEGER NOT NULL,
	own_seq         INTEGER NOT NULL
) STRICT;

-- events are names with a space before and after each.
CREATE TABLE subscriptions (
	tenant_id       TEXT    NOT NULL REFERENCES tenants (id),
	id              TEXT    NOT NULL,
	endpoint        BLOB    NOT NULL,
	events          TEXT    NOT NULL,
	state           TEXT    NOT NULL,
	reason          TEXT    NOT NULL,
	rotated_at      INTEGER NOT NULL,
	failing_since   INTEGER NOT NULL,
	created_at      INTEGER NOT NULL,
	updated_at      INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX subscriptions_by_age ON subscriptions (tenant_id, created_at, id);
CREATE UNIQUE INDEX subscriptions_by_id ON subscriptions (id);

-- One event on its way to one endpoint. subscription_id is empty for the
-- notificationUrl of a process. lane is the subscription, or stands for the
-- origin of the URL. attempts is JSON. No foreign key: a callback has no
-- subscription.
CREATE TABLE deliveries (
	tenant_id       TEXT    NOT NULL,
	subscription_id TEXT    NOT NULL,
	event_id        TEXT    NOT NULL,
	lane            TEXT    NOT NULL,
	position        INTEGER NOT NULL,
	status          TEXT    NOT NULL,
	tries           INTEGER NOT NULL,
	due_at          INTEGER NOT NULL,
	claim           TEXT    NOT NULL,
	attempts        TEXT    NOT NULL,
	created_at      INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, subscription_id, event_id)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (lane, due_at, position) WHERE status = 'pending';
CREATE INDEX deliveries_of_subscription ON deliveries (tenant_id, subscription_id, position);
CREATE INDEX deliveries_by_age ON deliveries (created_at);
