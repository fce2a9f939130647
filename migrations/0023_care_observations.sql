-- Results of laboratories, as their papers have them.
CREATE TABLE observation (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    analysis TEXT NOT NULL,
    analysis_key {folded} NOT NULL,
    value TEXT NOT NULL,
    unit TEXT,
    normal TEXT,
    laboratory TEXT,
    attachment_id {uuid},
    comment TEXT,
    -- YYYY-MM-DD in the clinic's zone.
    taken_on TEXT NOT NULL,
    -- Added after a doctor had signed the record.
    late {bool} NOT NULL,
    created_by {uuid},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id),
    FOREIGN KEY (tenant_id, attachment_id) REFERENCES attachment (tenant_id, id)
){strict};
CREATE INDEX observation_of ON observation (tenant_id, encounter_id, taken_on);
CREATE INDEX observation_newest ON observation (tenant_id, taken_on, id);
CREATE INDEX observation_analysis ON observation (tenant_id, analysis_key, taken_on);
CREATE INDEX observation_paper ON observation (tenant_id, attachment_id);
--! tenant_table observation

-- What a record leans on. A person says that it is there and says so; never a program.
CREATE TABLE citation (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    title TEXT NOT NULL,
    url TEXT,
    source TEXT NOT NULL CHECK (source IN ('pubmed', 'cinahl', 'has', 'cochrane', 'other')),
    authors TEXT,
    year {int},
    journal TEXT,
    added_by {uuid},
    created_at {time} NOT NULL,
    verified_by {uuid},
    verified_at {time},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id),
    CHECK ((verified_by IS NULL) = (verified_at IS NULL))
){strict};
CREATE INDEX citation_of ON citation (tenant_id, encounter_id, created_at, id);
--! tenant_table citation
