-- Where people are signed in and what each browser or program shows of itself, guessing that gets slower
-- and slower, and the second factor.

-- One row for every browser session and every family of refresh tokens; an ended one opens nothing.
CREATE TABLE sign_in (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    kind TEXT NOT NULL CHECK (kind IN ('browser', 'program')),
    program TEXT,
    system TEXT,
    client TEXT,
    created_at {time} NOT NULL,
    last_used_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    ended_at {time}
){strict};
CREATE INDEX sign_in_user ON sign_in (user_id);
CREATE INDEX sign_in_expiry ON sign_in (expires_at);
--! platform_table sign_in

-- Families of before keep their id; browsers have to sign in once more.
INSERT INTO sign_in (id, user_id, kind, created_at, last_used_at, expires_at, ended_at)
    SELECT family, user_id, 'program', MIN(expires_at) - 2592000000000, MAX(expires_at) - 2592000000000,
        MAX(expires_at), MAX(revoked_at)
    FROM refresh_token GROUP BY family, user_id;
DELETE FROM session;
ALTER TABLE session ADD COLUMN sign_in_id {uuid} REFERENCES sign_in (id);
CREATE INDEX session_sign_in ON session (sign_in_id);

-- Wrong passwords for one name, from one client or from everywhere. The name and the client are only
-- kept as a keyed hash.
CREATE TABLE sign_in_lane (
    lane TEXT PRIMARY KEY,
    failures {int} NOT NULL,
    last_at {time} NOT NULL,
    free_at {time} NOT NULL
){strict};
CREATE INDEX sign_in_lane_age ON sign_in_lane (last_at);
--! platform_table sign_in_lane

-- Addresses and browsers from which somebody has signed in, as keyed hashes.
CREATE TABLE known_client (
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    mark TEXT NOT NULL,
    last_at {time} NOT NULL,
    PRIMARY KEY (user_id, mark)
){strict};
CREATE INDEX known_client_mark ON known_client (mark);
CREATE INDEX known_client_age ON known_client (last_at);
--! platform_table known_client

-- Who must have a second factor.
ALTER TABLE tenant ADD COLUMN second_factor_required TEXT NOT NULL DEFAULT 'none'
    CHECK (second_factor_required IN ('none', 'admins', 'staff'));

-- The secret is sealed with a key that is not in the database. Without confirmed_at it is only offered.
CREATE TABLE second_factor (
    user_id {uuid} PRIMARY KEY REFERENCES user_account (id),
    sealed {bytes} NOT NULL,
    confirmed_at {time},
    last_step {int} NOT NULL,
    tries {int} NOT NULL,
    tries_since {time} NOT NULL
){strict};
--! platform_table second_factor

CREATE TABLE recovery_code (
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    code_hash TEXT NOT NULL,
    used_at {time},
    PRIMARY KEY (user_id, code_hash)
){strict};
--! platform_table recovery_code
