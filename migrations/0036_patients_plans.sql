-- SQLite took this one for whatever asks for a clinic's patients, and walked it from
-- end to end. Those who are not filed are sought once, when a program starts.
DROP INDEX patient_unfiled;
-- Few are; every list of messages asks for them.
CREATE INDEX patient_restricted ON patient (tenant_id, id) WHERE restricted = TRUE;
