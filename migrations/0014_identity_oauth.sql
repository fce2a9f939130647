-- Programs that may call the clinic's API: those that people let in (OAuth 2.1), and those with a token of
-- their own. Of every secret, code and token only the SHA-256 is kept.
CREATE TABLE oauth_client (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('confidential', 'public')),
    secret_hash TEXT CHECK ((kind = 'confidential') = (secret_hash IS NOT NULL)),
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at {time} NOT NULL,
    revoked_at {time},
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE UNIQUE INDEX oauth_client_id ON oauth_client (id);
--! tenant_table oauth_client
--! system_read oauth_client tenant_id, id, name, revoked_at

-- What a program was given: by somebody's consent, or to itself. Everything that came of it ends with it.
-- Role and token version are those of the moment: with another one the grant opens nothing.
CREATE TABLE oauth_grant (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    client_id {uuid} NOT NULL,
    user_id {uuid} REFERENCES user_account (id),
    role TEXT CHECK ((role IS NULL) = (user_id IS NULL)),
    token_version {int},
    created_at {time} NOT NULL,
    revoked_at {time},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES oauth_client (tenant_id, id)
){strict};
CREATE INDEX oauth_grant_age ON oauth_grant (tenant_id, created_at);
--! tenant_table oauth_grant
--! system_read oauth_grant tenant_id, id, client_id, user_id, role, token_version, revoked_at

CREATE TABLE oauth_code (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    code_hash TEXT NOT NULL,
    grant_id {uuid} NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time},
    PRIMARY KEY (tenant_id, code_hash),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES oauth_grant (tenant_id, id)
){strict};
CREATE INDEX oauth_code_grant ON oauth_code (tenant_id, grant_id);
--! tenant_table oauth_code

CREATE TABLE oauth_token (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    token_hash TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    grant_id {uuid} NOT NULL,
    scopes TEXT NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time},
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES oauth_grant (tenant_id, id)
){strict};
CREATE UNIQUE INDEX oauth_token_hash ON oauth_token (token_hash);
CREATE INDEX oauth_token_grant ON oauth_token (tenant_id, grant_id);
CREATE INDEX oauth_token_expiry ON oauth_token (tenant_id, expires_at);
--! tenant_table oauth_token
--! system_read oauth_token tenant_id, token_hash, kind, grant_id, scopes, expires_at

-- Tokens that an administrator hands to a program, for as long as he likes.
CREATE TABLE service_token (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    token_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time},
    last_used_at {time},
    revoked_at {time},
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE UNIQUE INDEX service_token_hash ON service_token (token_hash);
--! tenant_table service_token
--! system_read service_token tenant_id, id, token_hash, name, scopes, expires_at, last_used_at, revoked_at
