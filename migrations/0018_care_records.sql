-- Consultation records: what was found, what the doctor concluded, and every version of it.

CREATE TABLE encounter (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    -- CONS-YYYYMMDD-NNN, by the clinic's calendar.
    number TEXT NOT NULL,
    patient_id {uuid} NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('in_analysis', 'analysed', 'analysis_failed', 'validated', 'rejected')),
    remote {bool} NOT NULL,
    created_by {uuid},
    assigned_to {uuid},
    -- The newest signature; after another analysis was asked for it still is what holds.
    validated_by {uuid},
    validated_at {time},
    signed_version {int},
    signature TEXT,
    rejection TEXT,
    analysis TEXT,
    analysis_error TEXT,
    -- The form as JSON (forms/fiche.toml), and the version of the form.
    content TEXT NOT NULL,
    form_version {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    deleted_at {time},
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id),
    CHECK (status <> 'validated' OR (signed_version IS NOT NULL AND validated_by IS NOT NULL AND validated_at IS NOT NULL)),
    CHECK (deleted_at IS NULL OR signed_version IS NULL)
){strict};
CREATE UNIQUE INDEX encounter_number ON encounter (tenant_id, number);
CREATE INDEX encounter_newest ON encounter (tenant_id, created_at, id);
CREATE INDEX encounter_patient ON encounter (tenant_id, patient_id, created_at, id);
CREATE INDEX encounter_assigned ON encounter (tenant_id, assigned_to, created_at, id);
CREATE INDEX encounter_status ON encounter (tenant_id, status, created_at, id);
--! tenant_table encounter

-- Everything a record ever was. A signed version holds who signed what, when.
CREATE TABLE encounter_version (
    tenant_id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    version {int} NOT NULL,
    change TEXT NOT NULL CHECK (change IN ('created', 'edited', 'assigned', 'analysed', 'analysis_failed',
        'validated', 'rejected', 'relaunched', 'amended', 'deleted')),
    status TEXT NOT NULL,
    content TEXT NOT NULL,
    form_version {int} NOT NULL,
    reason TEXT,
    author {uuid},
    at {time} NOT NULL,
    signed_by {uuid},
    signed_name TEXT,
    signed_hash TEXT CHECK (signed_hash IS NULL OR length(signed_hash) = 64),
    PRIMARY KEY (tenant_id, encounter_id, version),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id),
    CHECK ((change IN ('validated', 'amended')) = (signed_hash IS NOT NULL)),
    CHECK ((signed_hash IS NULL) = (signed_by IS NULL)),
    CHECK ((signed_hash IS NULL) = (signed_name IS NULL))
){strict};
CREATE UNIQUE INDEX encounter_version_hash ON encounter_version (signed_hash);
--! append_only encounter_version
--! system_read encounter_version tenant_id, encounter_id, version, signed_hash

-- The last number given on each day of a clinic; whoever takes the next holds this row until his commit.
CREATE TABLE encounter_day (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    day TEXT NOT NULL,
    last {int} NOT NULL,
    PRIMARY KEY (tenant_id, day)
){strict};
--! tenant_table encounter_day

-- Folded words of names, number, motive and phone, to search in.
CREATE TABLE encounter_word (
    tenant_id {uuid} NOT NULL,
    word {folded} NOT NULL,
    encounter_id {uuid} NOT NULL,
    PRIMARY KEY (tenant_id, word, encounter_id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id)
){strict};
CREATE INDEX encounter_word_of ON encounter_word (tenant_id, encounter_id);
--! tenant_table encounter_word

-- An analysis that was asked for.
CREATE TABLE encounter_analysis (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
    created_at {time} NOT NULL,
    {work},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id)
){strict};
CREATE INDEX encounter_analysis_of ON encounter_analysis (tenant_id, encounter_id, created_at);
--! tenant_table encounter_analysis
--! work_table encounter_analysis

-- What is said about a record between the patient and the staff.
CREATE TABLE encounter_message (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    author {uuid} NOT NULL,
    body TEXT NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id)
){strict};
CREATE INDEX encounter_message_order ON encounter_message (tenant_id, encounter_id, created_at, id);
--! append_only encounter_message

-- What somebody has typed and not sent yet: a record's id, or the key of a form for a new one.
CREATE TABLE encounter_draft (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    subject TEXT NOT NULL,
    typed TEXT NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, user_id, subject)
){strict};
--! tenant_table encounter_draft
