-- How many records a clinic has: counting a hundred thousand takes longer than showing
-- the twenty of a page. Whoever enters one holds the day's number until his commit, so
-- that nobody waits longer for this row.
CREATE TABLE encounter_total (
    tenant_id {uuid} NOT NULL PRIMARY KEY REFERENCES tenant (id),
    records {int} NOT NULL
){strict};
--! only postgres
-- The owner sees every clinic's rows for a moment.
ALTER TABLE encounter NO FORCE ROW LEVEL SECURITY;
--! both
INSERT INTO encounter_total (tenant_id, records)
    SELECT tenant_id, COUNT(*) FROM encounter WHERE deleted_at IS NULL GROUP BY tenant_id;
--! only postgres
ALTER TABLE encounter FORCE ROW LEVEL SECURITY;
--! both
--! tenant_table encounter_total
--! only sqlite
CREATE TRIGGER encounter_total_entered AFTER INSERT ON encounter WHEN NEW.deleted_at IS NULL
BEGIN
    INSERT INTO encounter_total (tenant_id, records) VALUES (NEW.tenant_id, 1)
        ON CONFLICT (tenant_id) DO UPDATE SET records = records + 1;
END;
CREATE TRIGGER encounter_total_removed AFTER UPDATE OF deleted_at ON encounter
WHEN (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)
BEGIN
    UPDATE encounter_total SET records = records + CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END
        WHERE tenant_id = NEW.tenant_id;
END;
--! only postgres
CREATE FUNCTION encounter_total() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO encounter_total AS t (tenant_id, records)
        VALUES (NEW.tenant_id, CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END)
        ON CONFLICT (tenant_id) DO UPDATE SET records = t.records + excluded.records;
    RETURN NULL;
END $$;
CREATE TRIGGER encounter_total_entered AFTER INSERT ON encounter
FOR EACH ROW WHEN (NEW.deleted_at IS NULL) EXECUTE FUNCTION encounter_total();
CREATE TRIGGER encounter_total_removed AFTER UPDATE OF deleted_at ON encounter
FOR EACH ROW WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)) EXECUTE FUNCTION encounter_total();
--! both
-- Whose file this is, asked when one is removed.
CREATE INDEX attachment_blob ON attachment (tenant_id, blob_id);
