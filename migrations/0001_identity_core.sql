-- Tenants, people who sign in, what they are in each tenant, and how they stay signed in.

CREATE TABLE tenant (
    id {uuid} PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    zone TEXT NOT NULL,
    country TEXT NOT NULL,
    created_at {time} NOT NULL
){strict};
--! platform_table tenant

CREATE TABLE user_account (
    id {uuid} PRIMARY KEY,
    username TEXT NOT NULL,
    username_folded TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    is_active {bool} NOT NULL,
    token_version {int} NOT NULL DEFAULT 0,
    created_at {time} NOT NULL,
    last_login_at {time}
){strict};
--! platform_table user_account

CREATE TABLE membership (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    role TEXT NOT NULL CHECK (role IN ('patient', 'medecin', 'agent', 'manager', 'admin', 'superadmin')),
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
){strict};
CREATE INDEX membership_user ON membership (user_id);
--! tenant_table membership
--! system_read membership tenant_id, user_id, role

-- Web sessions. Only the hash of the cookie is kept.
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    current_tenant {uuid} NOT NULL REFERENCES tenant (id),
    csrf TEXT NOT NULL,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL
){strict};
CREATE INDEX session_expiry ON session (expires_at);
--! platform_table session

-- Refresh tokens rotate: each is used once; a second use ends its family.
CREATE TABLE refresh_token (
    token_hash TEXT PRIMARY KEY,
    family {uuid} NOT NULL,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    current_tenant {uuid} NOT NULL REFERENCES tenant (id),
    expires_at {time} NOT NULL,
    used_at {time},
    revoked_at {time}
){strict};
CREATE INDEX refresh_token_family ON refresh_token (family);
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);
--! platform_table refresh_token
