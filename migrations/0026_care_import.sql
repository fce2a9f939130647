-- What came from a file. Nothing wrote these tables before: they are made anew.
DROP TABLE encounter_person;
DROP TABLE encounter_import;
DROP TABLE encounter_elsewhere;

-- The names of people whom an imported record names and who may have no account here.
CREATE TABLE encounter_person (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    name TEXT NOT NULL,
    -- Worked for the clinic that wrote the file.
    staff {bool} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
--! tenant_table encounter_person

-- From which file a record came.
CREATE TABLE encounter_import (
    tenant_id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    sha256 TEXT NOT NULL,
    imported_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, encounter_id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id)
){strict};
--! append_only encounter_import

-- Signatures of another clinic: they hold there. Here they are history.
CREATE TABLE encounter_elsewhere (
    tenant_id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    version {int} NOT NULL,
    from_tenant {uuid} NOT NULL,
    from_clinic TEXT NOT NULL,
    change TEXT NOT NULL,
    status TEXT NOT NULL,
    signed_by {uuid} NOT NULL,
    signed_name TEXT NOT NULL,
    signed_hash TEXT NOT NULL,
    PRIMARY KEY (tenant_id, encounter_id, version),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id)
){strict};
--! append_only encounter_elsewhere
