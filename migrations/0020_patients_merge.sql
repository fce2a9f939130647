-- Duplicates: what a patient is found by in spite of spelling, and which record went into which.
-- A merge is a pointer. Nothing that other tables say of a patient is rewritten.
ALTER TABLE patient ADD COLUMN merged_into {uuid};
CREATE INDEX patient_merged ON patient (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
-- Which version of the filing rules the patient stands under; 0 for none.
ALTER TABLE patient ADD COLUMN filed {int} NOT NULL DEFAULT 0;
CREATE INDEX patient_unfiled ON patient (tenant_id, filed);

-- Two words of a name as they sound, or one with the year of birth.
CREATE TABLE patient_sound (
    tenant_id {uuid} NOT NULL,
    piece TEXT NOT NULL,
    patient_id {uuid} NOT NULL,
    PRIMARY KEY (tenant_id, piece, patient_id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id)
){strict};
CREATE INDEX patient_sound_patient ON patient_sound (tenant_id, patient_id);
--! tenant_table patient_sound

-- The history: who put which record into which, why, and who took them apart again.
CREATE TABLE patient_merge (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    into_id {uuid} NOT NULL,
    reason TEXT,
    merged_by {uuid} REFERENCES user_account (id),
    merged_at {time} NOT NULL,
    -- JSON: of each field that changed in the kept record, what stood there and what stands there now.
    fields TEXT NOT NULL,
    -- The folded name that the kept record had before, when it took the other one's.
    former_name TEXT,
    account {uuid} REFERENCES user_account (id),
    made_restricted {bool} NOT NULL,
    undone_by {uuid} REFERENCES user_account (id),
    undone_at {time},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id),
    FOREIGN KEY (tenant_id, into_id) REFERENCES patient (tenant_id, id),
    CHECK (patient_id <> into_id)
){strict};
CREATE UNIQUE INDEX patient_merge_now ON patient_merge (tenant_id, patient_id) WHERE undone_at IS NULL;
CREATE INDEX patient_merge_into ON patient_merge (tenant_id, into_id);
--! tenant_table patient_merge

-- What was moved, so that taking apart restores exactly that: numbers, records that
-- had gone into this one before, people named for the record.
CREATE TABLE patient_merge_part (
    tenant_id {uuid} NOT NULL,
    merge_id {uuid} NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('contact', 'record', 'named')),
    part_id {uuid} NOT NULL,
    was_primary {bool} NOT NULL,
    -- The kept record had it already.
    was_there {bool} NOT NULL,
    PRIMARY KEY (tenant_id, merge_id, kind, part_id),
    FOREIGN KEY (tenant_id, merge_id) REFERENCES patient_merge (tenant_id, id)
){strict};
--! tenant_table patient_merge_part

-- Merges of a clinic happen one after the other.
CREATE TABLE patient_merge_turn (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    turns {int} NOT NULL,
    PRIMARY KEY (tenant_id)
){strict};
--! tenant_table patient_merge_turn
