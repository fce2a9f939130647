-- Codes that show that an e-mail address is somebody's, and links to a new password that go there.

--! only postgres
ALTER TABLE security_code DROP CONSTRAINT security_code_purpose_check;
ALTER TABLE security_code ADD CONSTRAINT security_code_purpose_check
    CHECK (purpose IN ('reset', 'phone', 'link', 'email', 'mail_link'));
--! only sqlite
-- The rule stands in the key, so the table is made anew.
CREATE TABLE security_code_new (
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('reset', 'phone', 'link', 'email', 'mail_link')),
    code_hash TEXT NOT NULL,
    -- The number or the address a code or a link went to, or the clinic that made a link.
    target TEXT,
    tries {int} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time},
    day_began {time} NOT NULL,
    made_that_day {int} NOT NULL,
    PRIMARY KEY (user_id, purpose)
){strict};
INSERT INTO security_code_new (user_id, purpose, code_hash, target, tries, created_at, expires_at, used_at,
        day_began, made_that_day)
    SELECT user_id, purpose, code_hash, target, tries, created_at, expires_at, used_at, day_began, made_that_day
    FROM security_code;
DROP TABLE security_code;
ALTER TABLE security_code_new RENAME TO security_code;
CREATE INDEX security_code_hash ON security_code (code_hash);
--! both
