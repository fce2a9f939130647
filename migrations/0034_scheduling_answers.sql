-- What patients answer to reminders of their appointments.

-- Reminders that ask: for a digit, or over a link of which only the SHA-256 is kept.
CREATE TABLE reminder_question (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    appointment_id {uuid} NOT NULL,
    message_id {uuid} NOT NULL,
    -- The number it went to, E.164.
    phone TEXT NOT NULL,
    -- When the appointment began as this was asked.
    starts_at {time} NOT NULL,
    asked_at {time} NOT NULL,
    token_hash TEXT CHECK (length(token_hash) = 64),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id)
){strict};
CREATE UNIQUE INDEX reminder_question_token ON reminder_question (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX reminder_question_number ON reminder_question (tenant_id, phone, starts_at);
--! tenant_table reminder_question
--! system_read reminder_question tenant_id, id, token_hash

-- What was answered, for the appointment as it stood then.
CREATE TABLE reminder_answer (
    tenant_id {uuid} NOT NULL,
    appointment_id {uuid} NOT NULL,
    -- The appointment's version after it.
    version {int} NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('coming', 'not_coming')),
    way TEXT NOT NULL CHECK (way IN ('sms', 'whatsapp', 'link')),
    starts_at {time} NOT NULL,
    ends_at {time} NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, version),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id)
){strict};
--! append_only reminder_answer
