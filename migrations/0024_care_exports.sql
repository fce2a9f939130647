-- Documents of a record: what stands at their top, links that show one for a while, and what came from a file.

CREATE TABLE clinic_letterhead (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    address TEXT,
    phone TEXT,
    email TEXT,
    logo {bytes},
    logo_type TEXT CHECK (logo_type IN ('image/png', 'image/jpeg')),
    updated_at {time} NOT NULL,
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id),
    CHECK ((logo IS NULL) = (logo_type IS NULL))
){strict};
--! tenant_table clinic_letterhead

-- Whoever has the link sees what was signed. Of the link only the SHA-256 is kept.
CREATE TABLE encounter_share (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    token_hash TEXT NOT NULL CHECK (length(token_hash) = 64),
    -- The version that was signed when the link was made.
    signed_version {int} NOT NULL,
    created_by {uuid} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    revoked_at {time},
    opened {int} NOT NULL,
    last_opened_at {time},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id)
){strict};
CREATE UNIQUE INDEX encounter_share_token ON encounter_share (token_hash);
CREATE INDEX encounter_share_of ON encounter_share (tenant_id, encounter_id, created_at);
--! tenant_table encounter_share
--! system_read encounter_share tenant_id, id, token_hash

-- The names of people whom an imported record names and who may have no account here.
CREATE TABLE encounter_person (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
--! tenant_table encounter_person

-- From which file a record came, and of which clinic it was.
CREATE TABLE encounter_import (
    tenant_id {uuid} NOT NULL,
    encounter_id {uuid} NOT NULL,
    sha256 TEXT NOT NULL,
    from_tenant {uuid} NOT NULL,
    from_clinic TEXT NOT NULL,
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
    change TEXT NOT NULL,
    status TEXT NOT NULL,
    signed_by {uuid} NOT NULL,
    signed_name TEXT NOT NULL,
    signed_hash TEXT NOT NULL,
    PRIMARY KEY (tenant_id, encounter_id, version),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id)
){strict};
--! append_only encounter_elsewhere
