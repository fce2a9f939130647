-- Notifications of the clinic's app, and the devices that they go to.

--! only postgres
ALTER TABLE message DROP CONSTRAINT message_channel_check;
ALTER TABLE message ADD CONSTRAINT message_channel_check
    CHECK (channel IN ('whatsapp', 'sms', 'voice', 'push', 'email') AND (channel = 'email') = (recipient LIKE '%@%'));
ALTER TABLE provider_test DROP CONSTRAINT provider_test_channel_check;
ALTER TABLE provider_test ADD CONSTRAINT provider_test_channel_check
    CHECK (channel IN ('whatsapp', 'sms', 'voice', 'push', 'email'));
--! only sqlite
-- A column's rule cannot be changed: a column with the new rule takes the old one's place. The rows there
-- are judged with its default, so the rule lets that pass; nobody writes it.
DROP INDEX message_calling;
ALTER TABLE message ADD COLUMN way TEXT NOT NULL DEFAULT ''
    CHECK (way = '' OR (way IN ('whatsapp', 'sms', 'voice', 'push', 'email') AND (way = 'email') = (recipient LIKE '%@%')));
UPDATE message SET way = channel;
ALTER TABLE message DROP COLUMN channel;
ALTER TABLE message RENAME COLUMN way TO channel;
CREATE UNIQUE INDEX message_calling ON message (tenant_id, recipient) WHERE state = 'sending' AND channel = 'voice';
-- Here it stands in the key, so the table is made anew.
CREATE TABLE provider_test_new (
    tenant_id {uuid} NOT NULL,
    user_id {uuid} NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('whatsapp', 'sms', 'voice', 'push', 'email')),
    message_id {uuid} NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, user_id, channel),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
){strict};
INSERT INTO provider_test_new (tenant_id, user_id, channel, message_id, at)
    SELECT tenant_id, user_id, channel, message_id, at FROM provider_test;
DROP TABLE provider_test;
ALTER TABLE provider_test_new RENAME TO provider_test;
--! both

-- A device with the clinic's app, as its owner registered it. It counts while his sign-in lives and was used lately:
-- that is asked, not kept. Sign-ins are swept, so nothing refers to one here.
CREATE TABLE device (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    sign_in_id {uuid} NOT NULL,
    -- Firebase's registration token; by its hash a device is known again, whoever registers it.
    token TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    platform TEXT NOT NULL CHECK (platform IN ('android', 'ios', 'web')),
    name TEXT NOT NULL,
    created_at {time} NOT NULL,
    seen_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
--! tenant_table device
CREATE UNIQUE INDEX device_token ON device (tenant_id, token_sha256);
CREATE INDEX device_of ON device (tenant_id, user_id, seen_at);
CREATE INDEX device_seen ON device (tenant_id, seen_at);
