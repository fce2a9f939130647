-- News of text messages that a local operator took.

--! only postgres
ALTER TABLE webhook_event DROP CONSTRAINT webhook_event_event_type_check;
ALTER TABLE webhook_event ADD CONSTRAINT webhook_event_event_type_check
    CHECK (event_type IN ('whatsapp_incoming', 'sms_incoming', 'whatsapp_status', 'sms_status', 'voice_status',
        'voice_keys', 'email_status', 'gateway_status'));
--! only sqlite
-- A column's rule cannot be changed: a column with the new rule takes the old one's place.
ALTER TABLE webhook_event ADD COLUMN told TEXT NOT NULL DEFAULT 'sms_status'
    CHECK (told IN ('whatsapp_incoming', 'sms_incoming', 'whatsapp_status', 'sms_status', 'voice_status',
        'voice_keys', 'email_status', 'gateway_status'));
UPDATE webhook_event SET told = event_type;
ALTER TABLE webhook_event DROP COLUMN event_type;
ALTER TABLE webhook_event RENAME COLUMN told TO event_type;
--! both
