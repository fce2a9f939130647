-- Reminders that staff write to a patient: each row is its own job.
CREATE TABLE reminder_note (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    -- The number it goes to, E.164; not necessarily one of the patient's.
    phone TEXT NOT NULL,
    patient_name TEXT NOT NULL,
    appointment_reason TEXT NOT NULL,
    -- The same without accents and case, to be searched.
    reason_folded TEXT NOT NULL,
    medication_list TEXT,
    consultation_list TEXT,
    language TEXT NOT NULL CHECK (language IN ('fr', 'en')),
    method TEXT NOT NULL CHECK (method IN ('whatsapp', 'sms', 'call')),
    scheduled_at {time} NOT NULL,
    appointment_at {time},
    expires_at {time} NOT NULL,
    -- The newest one that was written for it.
    message_id {uuid},
    -- Counts from 1 each time that it is armed: part of the message's key.
    round {int} NOT NULL,
    answer TEXT CHECK (answer IN ('confirmed', 'cancelled')),
    answered_at {time},
    created_by {uuid},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    -- Taken from the lists after something was written to the patient.
    deleted_at {time},
    version {int} NOT NULL,
    {work},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    CHECK (scheduled_at < expires_at),
    CHECK ((answer IS NULL) = (answered_at IS NULL))
){strict};
CREATE INDEX reminder_note_order ON reminder_note (tenant_id, scheduled_at, id) WHERE deleted_at IS NULL;
CREATE INDEX reminder_note_patient ON reminder_note (tenant_id, patient_id, scheduled_at);
CREATE INDEX reminder_note_message ON reminder_note (tenant_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX reminder_note_armed ON reminder_note (tenant_id, scheduled_at, id) WHERE work_due_at IS NOT NULL;
--! tenant_table reminder_note
--! work_table reminder_note
