-- Calls: the text is spoken, and keys are pressed for an answer.

--! only postgres
ALTER TABLE message DROP CONSTRAINT message_channel_check;
ALTER TABLE message ADD CONSTRAINT message_channel_check
    CHECK (channel IN ('whatsapp', 'sms', 'voice', 'email') AND (channel = 'email') = (recipient LIKE '%@%'));
ALTER TABLE channel_sender DROP CONSTRAINT channel_sender_channel_check;
ALTER TABLE channel_sender ADD CONSTRAINT channel_sender_channel_check
    CHECK (channel IN ('whatsapp', 'sms', 'voice'));
--! only sqlite
-- A column's rule cannot be changed: a column with the new rule takes the old one's place.
ALTER TABLE message ADD COLUMN way TEXT NOT NULL DEFAULT 'sms'
    CHECK (way IN ('whatsapp', 'sms', 'voice', 'email') AND (way = 'email') = (recipient LIKE '%@%'));
UPDATE message SET way = channel;
ALTER TABLE message DROP COLUMN channel;
ALTER TABLE message RENAME COLUMN way TO channel;
-- Here it stands in the key, so the table is made anew.
CREATE TABLE channel_sender_new (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    channel TEXT NOT NULL CHECK (channel IN ('whatsapp', 'sms', 'voice')),
    address TEXT NOT NULL,
    PRIMARY KEY (tenant_id, channel)
){strict};
INSERT INTO channel_sender_new (tenant_id, channel, address) SELECT tenant_id, channel, address FROM channel_sender;
DROP TABLE channel_sender;
ALTER TABLE channel_sender_new RENAME TO channel_sender;
CREATE UNIQUE INDEX channel_sender_address ON channel_sender (channel, address);
--! both

-- The language a call is spoken in, where its maker chose one, and whether it asks for a key.
ALTER TABLE message ADD COLUMN spoken_in TEXT CHECK (spoken_in IN ('fr', 'en'));
ALTER TABLE message ADD COLUMN asks {bool};
-- The newest key that answered it.
ALTER TABLE message ADD COLUMN key_pressed TEXT CHECK (key_pressed IN ('1', '2'));
ALTER TABLE message ADD COLUMN key_pressed_at {time};

-- A lookup tells calls apart by number and time alone: of those to one number only one
-- may be under way, whatever two nodes believe at the same instant.
CREATE UNIQUE INDEX message_calling ON message (tenant_id, recipient) WHERE state = 'sending' AND channel = 'voice';

-- A number that is engaged is called again: every call has its own id.
ALTER TABLE message_attempt ADD COLUMN provider_id TEXT;
CREATE UNIQUE INDEX message_attempt_provider_id ON message_attempt (tenant_id, provider, provider_id)
    WHERE provider_id IS NOT NULL;
