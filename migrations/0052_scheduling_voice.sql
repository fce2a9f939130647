-- Reminders that are answered by a key during a call.

--! only postgres
ALTER TABLE reminder_answer DROP CONSTRAINT reminder_answer_way_check;
ALTER TABLE reminder_answer ADD CONSTRAINT reminder_answer_way_check
    CHECK (way IN ('sms', 'whatsapp', 'voice', 'link'));
--! only sqlite
-- Nothing of it may be changed, so the table is made anew.
CREATE TABLE reminder_answer_new (
    tenant_id {uuid} NOT NULL,
    appointment_id {uuid} NOT NULL,
    -- The appointment's version after it.
    version {int} NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('coming', 'not_coming')),
    way TEXT NOT NULL CHECK (way IN ('sms', 'whatsapp', 'voice', 'link')),
    starts_at {time} NOT NULL,
    ends_at {time} NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, version),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id)
){strict};
INSERT INTO reminder_answer_new (tenant_id, appointment_id, version, answer, way, starts_at, ends_at, at)
    SELECT tenant_id, appointment_id, version, answer, way, starts_at, ends_at, at FROM reminder_answer;
DROP TABLE reminder_answer;
ALTER TABLE reminder_answer_new RENAME TO reminder_answer;
--! append_only reminder_answer
--! both

-- What the message asked that a key answers.
CREATE INDEX reminder_question_message ON reminder_question (tenant_id, message_id);
