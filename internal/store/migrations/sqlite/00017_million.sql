-- What the console asks for while a million processes are there. Kept word for word
-- like the file of the other engine.

-- +goose Up
-- Images whose time is over are found by their own age: most old processes have
-- none left.
CREATE INDEX images_by_age ON images (tenant_id, depiction, created_at, process_id);

-- Actions that are rare in a long trail. Those of every verification are not in it:
-- they are found soon, and need not pay for it.
CREATE INDEX audit_of_action ON audit (tenant_id, action, position)
	WHERE action NOT IN ('dossier.created', 'process.created', 'process.processing', 'process.complete', 'image.set', 'result.viewed');

-- What has not arrived, among very much that has.
CREATE INDEX deliveries_not_taken ON deliveries (subscription_id, status, position) WHERE status <> 'delivered';

-- A status and a type at once: what does not match is passed over in the index.
DROP INDEX processes_found_by_status;
DROP INDEX processes_found_by_type;
CREATE INDEX processes_found_by_status ON processes (tenant_id, status, created_at, id, type);
CREATE INDEX processes_found_by_type ON processes (tenant_id, type, created_at, id, status);
