-- What comes in: provider events as received, and the conversations they belong to.

CREATE TABLE webhook_event (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    event_type TEXT NOT NULL CHECK (event_type IN ('whatsapp_incoming', 'sms_incoming',
        'whatsapp_status', 'sms_status', 'voice_status')),
    external_id TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    sender_phone TEXT NOT NULL,
    recipient_phone TEXT NOT NULL,
    content TEXT NOT NULL,
    media TEXT NOT NULL,
    raw_payload TEXT NOT NULL,
    processing_status TEXT NOT NULL CHECK (processing_status IN ('pending', 'processed',
        'failed', 'ignored', 'needs_review')),
    processing_error TEXT,
    related_patient {uuid},
    created_entry {uuid},
    received_at {time} NOT NULL,
    processed_at {time},
    {work},
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE UNIQUE INDEX webhook_event_once ON webhook_event (tenant_id, dedupe_key);
CREATE INDEX webhook_event_newest ON webhook_event (tenant_id, received_at);
--! tenant_table webhook_event
--! work_table webhook_event

-- One conversation per patient, and one per number that is not (yet) one patient's.
CREATE TABLE conversation (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    patient_id {uuid},
    phone TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('whatsapp', 'sms')),
    status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
    assigned_to {uuid},
    unread {int} NOT NULL,
    last_entry_at {time} NOT NULL,
    preview TEXT NOT NULL,
    proposed_patient {uuid},
    refused_patient {uuid},
    asked_at {time},
    speaker {uuid},
    speaker_until {time},
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE UNIQUE INDEX conversation_patient ON conversation (tenant_id, patient_id) WHERE patient_id IS NOT NULL;
CREATE UNIQUE INDEX conversation_number ON conversation (tenant_id, phone) WHERE patient_id IS NULL;
CREATE INDEX conversation_newest ON conversation (tenant_id, status, last_entry_at);
--! tenant_table conversation

CREATE TABLE conversation_entry (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    conversation_id {uuid} NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('inbound', 'outbound', 'note', 'event')),
    channel TEXT CHECK (channel IN ('whatsapp', 'sms')),
    phone TEXT,
    body TEXT NOT NULL,
    author {uuid},
    message_id {uuid},
    needs_review {bool} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
){strict};
CREATE INDEX conversation_entry_order ON conversation_entry (tenant_id, conversation_id, created_at, id);
CREATE INDEX conversation_entry_message ON conversation_entry (tenant_id, message_id) WHERE message_id IS NOT NULL;
--! tenant_table conversation_entry

-- Pictures, voice notes and documents that came with a message; fetched from the provider as jobs.
CREATE TABLE inbound_media (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    entry_id {uuid} NOT NULL,
    position {int} NOT NULL,
    url TEXT NOT NULL,
    declared_type TEXT NOT NULL,
    blob_id {uuid},
    state TEXT NOT NULL CHECK (state IN ('pending', 'stored', 'failed')),
    {work},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES conversation_entry (tenant_id, id)
){strict};
CREATE INDEX inbound_media_entry ON inbound_media (tenant_id, entry_id, position);
--! tenant_table inbound_media
--! work_table inbound_media
CREATE INDEX conversation_entry_phone ON conversation_entry (tenant_id, phone, created_at) WHERE phone IS NOT NULL;
