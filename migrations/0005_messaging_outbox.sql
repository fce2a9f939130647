-- The outbox: every message to a person, whatever sends it.

-- The number a tenant writes from, and by which inbound messages find their tenant.
CREATE TABLE channel_sender (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    channel TEXT NOT NULL CHECK (channel IN ('whatsapp', 'sms')),
    address TEXT NOT NULL,
    PRIMARY KEY (tenant_id, channel)
){strict};
CREATE UNIQUE INDEX channel_sender_address ON channel_sender (channel, address);
--! tenant_table channel_sender
--! system_read channel_sender tenant_id, channel, address

CREATE TABLE message (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('whatsapp', 'sms')),
    category TEXT NOT NULL,
    recipient TEXT NOT NULL,
    patient_id {uuid},
    idempotency_key TEXT NOT NULL,
    body TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'sent', 'delivered',
        'read', 'failed', 'expired', 'refused', 'cancelled', 'simulated')),
    reason TEXT,
    error_code {int},
    retryable {bool},
    provider TEXT,
    provider_id TEXT,
    expires_at {time},
    created_by {uuid},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    {work},
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE UNIQUE INDEX message_once ON message (tenant_id, idempotency_key);
CREATE UNIQUE INDEX message_provider_id ON message (tenant_id, provider, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX message_newest ON message (tenant_id, created_at);
CREATE INDEX message_recipient ON message (tenant_id, recipient, created_at);
--! tenant_table message
--! work_table message

-- Every try, also those whose outcome nobody knows.
CREATE TABLE message_attempt (
    tenant_id {uuid} NOT NULL,
    message_id {uuid} NOT NULL,
    number {int} NOT NULL,
    provider TEXT NOT NULL,
    started_at {time} NOT NULL,
    finished_at {time},
    outcome TEXT,
    error_code {int},
    detail TEXT,
    PRIMARY KEY (tenant_id, message_id, number),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
){strict};
--! tenant_table message_attempt

-- When a number last wrote on a channel: opens WhatsApp's 24 hours.
CREATE TABLE last_inbound (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    phone TEXT NOT NULL,
    channel TEXT NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, phone, channel)
){strict};
--! tenant_table last_inbound

-- Ledger of consent: the newest row of a number decides.
CREATE TABLE consent_event (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    phone TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('out', 'in')),
    source TEXT NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE INDEX consent_event_phone ON consent_event (tenant_id, phone, at);
--! append_only consent_event
