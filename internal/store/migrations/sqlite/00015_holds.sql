-- What finds the dossiers under a legal hold, of which there are few. Kept word
-- for word like the file of the other engine.

-- +goose Up
CREATE INDEX dossiers_held ON dossiers (tenant_id, created_at, id) WHERE held_since > 0;
