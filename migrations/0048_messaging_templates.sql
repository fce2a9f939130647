-- What messages say is the clinic's to change: a text per event, way and language, every version kept.
CREATE TABLE message_template (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    event TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('whatsapp', 'sms', 'voice')),
    language TEXT NOT NULL CHECK (language IN ('fr', 'en')),
    version {int} NOT NULL CHECK (version > 0),
    -- Without a text the one that is shipped holds again.
    body TEXT,
    created_by {uuid},
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, event, channel, language, version)
){strict};
--! append_only message_template

-- Texts that WhatsApp reviewed: the only ones that go to who has not written for a day.
CREATE TABLE whatsapp_template (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    event TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('fr', 'en')),
    name TEXT NOT NULL,
    category TEXT NOT NULL CHECK (category IN ('utility', 'marketing')),
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'paused', 'rejected')),
    content_sid TEXT,
    updated_at {time} NOT NULL,
    version {int} NOT NULL CHECK (version > 0),
    PRIMARY KEY (tenant_id, event, language),
    CHECK (state <> 'approved' OR content_sid IS NOT NULL)
){strict};
CREATE UNIQUE INDEX whatsapp_template_name ON whatsapp_template (tenant_id, name, language);
--! tenant_table whatsapp_template

-- What a message is about and with what its text was filled, so that it can be written again for another way.
ALTER TABLE message ADD COLUMN event TEXT;
ALTER TABLE message ADD COLUMN language TEXT;
ALTER TABLE message ADD COLUMN variables TEXT;
-- The way it goes when the first one is closed, and the message it goes in place of.
ALTER TABLE message ADD COLUMN other_channel TEXT;
-- With what its text is filled by that way, where it may carry less.
ALTER TABLE message ADD COLUMN other_variables TEXT;
ALTER TABLE message ADD COLUMN follows {uuid};
-- What the reason is about: the variable that was missing.
ALTER TABLE message ADD COLUMN detail TEXT;
-- The approved text it goes as.
ALTER TABLE message ADD COLUMN content_sid TEXT;
ALTER TABLE message ADD COLUMN content_variables TEXT;
CREATE INDEX message_follows ON message (tenant_id, follows) WHERE follows IS NOT NULL;
