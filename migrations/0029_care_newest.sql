-- The list of records and its count look at those that were not deleted: both
-- come from this index alone.
DROP INDEX encounter_newest;
CREATE INDEX encounter_newest ON encounter (tenant_id, created_at, id) WHERE deleted_at IS NULL;
