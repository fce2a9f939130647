-- One text to many patients: each row is its own job. How it stands follows from these times and from its messages.
CREATE TABLE outreach_broadcast (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    topic TEXT NOT NULL CHECK (topic IN ('health_tip', 'reminder', 'alert', 'info', 'prevention')),
    -- Whom it is for; without any of the three for all patients.
    target_gender TEXT CHECK (target_gender IN ('M', 'F')),
    target_age_min {int} CHECK (target_age_min BETWEEN 0 AND 150),
    target_age_max {int} CHECK (target_age_max BETWEEN 0 AND 150),
    -- Messages a minute.
    pace {int} NOT NULL CHECK (pace BETWEEN 1 AND 6000),
    -- When it is to begin; a draft has no such time.
    scheduled_at {time},
    -- When it began, and when all whom it is for were written down.
    started_at {time},
    gathered_at {time},
    -- When what has not left has lost its use.
    expires_at {time},
    paused_at {time},
    cancelled_at {time},
    created_by {uuid},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version {int} NOT NULL,
    {work},
    PRIMARY KEY (tenant_id, id),
    CHECK (target_age_min <= target_age_max),
    CHECK ((started_at IS NULL) = (expires_at IS NULL)),
    CHECK (gathered_at IS NULL OR started_at IS NOT NULL)
){strict};
CREATE INDEX outreach_broadcast_newest ON outreach_broadcast (tenant_id, created_at, id);
--! tenant_table outreach_broadcast
--! work_table outreach_broadcast

-- Everybody it is for, also those it does not go to, with the reason.
CREATE TABLE outreach_broadcast_recipient (
    tenant_id {uuid} NOT NULL,
    broadcast_id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    phone TEXT,
    channel TEXT CHECK (channel IN ('whatsapp', 'sms')),
    language TEXT NOT NULL CHECK (language IN ('fr', 'en')),
    excluded TEXT CHECK (excluded IN ('inactive', 'no_gender', 'no_birth_date', 'no_number', 'opted_out', 'same_number')),
    -- The message that was written; none until it is his turn.
    message_id {uuid},
    PRIMARY KEY (tenant_id, broadcast_id, patient_id),
    FOREIGN KEY (tenant_id, broadcast_id) REFERENCES outreach_broadcast (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    CHECK (excluded IS NOT NULL OR (phone IS NOT NULL AND channel IS NOT NULL)),
    CHECK (excluded IS NULL OR message_id IS NULL)
){strict};
-- One message to a number, however many have it.
CREATE UNIQUE INDEX outreach_broadcast_recipient_once ON outreach_broadcast_recipient (tenant_id, broadcast_id, phone)
    WHERE excluded IS NULL;
CREATE INDEX outreach_broadcast_recipient_next ON outreach_broadcast_recipient (tenant_id, broadcast_id, patient_id)
    WHERE excluded IS NULL AND message_id IS NULL;
CREATE INDEX outreach_broadcast_recipient_newest ON outreach_broadcast_recipient (tenant_id, broadcast_id, patient_id)
    WHERE message_id IS NOT NULL;
--! tenant_table outreach_broadcast_recipient
