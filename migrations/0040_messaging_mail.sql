-- Messages also go by e-mail: a subject, and the Message-ID that every attempt carries. What goes by
-- e-mail goes to an address, what goes to a phone to a number.

ALTER TABLE message ADD COLUMN subject TEXT;
ALTER TABLE message ADD COLUMN mail_id TEXT;

--! only postgres
ALTER TABLE message DROP CONSTRAINT message_channel_check;
ALTER TABLE message ADD CONSTRAINT message_channel_check
    CHECK (channel IN ('whatsapp', 'sms', 'email') AND (channel = 'email') = (recipient LIKE '%@%'));
--! only sqlite
-- A column's rule cannot be changed: a column with the new rule takes the old one's place.
ALTER TABLE message ADD COLUMN way TEXT NOT NULL DEFAULT 'sms'
    CHECK (way IN ('whatsapp', 'sms', 'email') AND (way = 'email') = (recipient LIKE '%@%'));
UPDATE message SET way = channel;
ALTER TABLE message DROP COLUMN channel;
ALTER TABLE message RENAME COLUMN way TO channel;
--! both
