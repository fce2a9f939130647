-- Files of consultation records.
CREATE TABLE attachment (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    blob_id {uuid} NOT NULL,
    -- Of the kept bytes: the same file stands once in a record.
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('image', 'document', 'xray', 'scan', 'prescription', 'other')),
    name TEXT NOT NULL,
    note TEXT,
    -- Added after a doctor had signed the record.
    late {bool} NOT NULL,
    uploaded_by {uuid},
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id),
    FOREIGN KEY (tenant_id, blob_id) REFERENCES blob (tenant_id, id)
){strict};
CREATE UNIQUE INDEX attachment_once ON attachment (tenant_id, encounter_id, sha256);
--! tenant_table attachment
