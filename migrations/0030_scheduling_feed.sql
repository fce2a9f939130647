-- Links by which doctors' own calendars subscribe to theirs here.

-- One per doctor: a new one replaces it. Of the link only the SHA-256 is kept.
CREATE TABLE calendar_feed (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    practitioner_id {uuid} NOT NULL REFERENCES user_account (id),
    token_hash TEXT NOT NULL CHECK (length(token_hash) = 64),
    -- The language of its words.
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    created_at {time} NOT NULL,
    last_read_at {time},
    PRIMARY KEY (tenant_id, practitioner_id)
){strict};
CREATE UNIQUE INDEX calendar_feed_token ON calendar_feed (token_hash);
--! tenant_table calendar_feed
--! system_read calendar_feed tenant_id, practitioner_id, token_hash
