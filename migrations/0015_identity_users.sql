-- Profiles, who may still come in, invitations, and the codes and links that guard an account.

ALTER TABLE user_account ADD COLUMN version {int} NOT NULL DEFAULT 1;
-- Lower case, to find an account by; not unique, since a family may share one.
ALTER TABLE user_account ADD COLUMN email_key TEXT;
-- Folded names, to search in.
ALTER TABLE user_account ADD COLUMN search TEXT NOT NULL DEFAULT '';
ALTER TABLE user_account ADD COLUMN email_verified_at {time};
ALTER TABLE user_account ADD COLUMN phone_verified_at {time};
-- Whether somebody of the clinic entered the number: codes go there as to a verified one.
ALTER TABLE user_account ADD COLUMN phone_vouched {bool} NOT NULL DEFAULT {false};
-- Until this file, accounts were only made by those who run the installation.
UPDATE user_account SET email_key = LOWER(email), search = LOWER(first_name || ' ' || last_name),
    phone_vouched = {true};
CREATE INDEX user_account_email ON user_account (email_key);
CREATE INDEX user_account_phone ON user_account (phone);

-- Who leaves a clinic keeps his row: nothing is lost, and he can come back.
ALTER TABLE membership ADD COLUMN is_active {bool} NOT NULL DEFAULT {true};
--! system_reads_also membership is_active

-- What a clinic knows of somebody in his role there.
CREATE TABLE user_profile (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    date_of_birth TEXT,
    phone_number TEXT,
    address TEXT,
    specialty TEXT,
    languages TEXT,
    is_available {bool} NOT NULL DEFAULT {true},
    PRIMARY KEY (tenant_id, user_id)
){strict};
--! tenant_table user_profile

-- An admin's invitation, or the request of somebody to be invited (open without a token).
CREATE TABLE invitation (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('invitation', 'request')),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'accepted', 'revoked', 'refused')),
    role TEXT NOT NULL CHECK (role IN ('patient', 'medecin', 'agent', 'manager', 'admin')),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    -- Only a hash of the link's secret is kept.
    token_hash TEXT,
    expires_at {time} NOT NULL,
    invited_by {uuid},
    accepted_by {uuid},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE UNIQUE INDEX invitation_token ON invitation (token_hash);
CREATE INDEX invitation_newest ON invitation (tenant_id, created_at);
--! tenant_table invitation
--! system_read invitation tenant_id, token_hash

-- One code or link at a time for each account and purpose; only keyed hashes are kept.
CREATE TABLE security_code (
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('reset', 'phone', 'link')),
    code_hash TEXT NOT NULL,
    -- The number a code went to, or the clinic that made a link.
    target TEXT,
    tries {int} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time},
    -- How many codes were made since `day_began`.
    day_began {time} NOT NULL,
    made_that_day {int} NOT NULL,
    PRIMARY KEY (user_id, purpose)
){strict};
CREATE INDEX security_code_hash ON security_code (code_hash);
--! platform_table security_code
