-- Further visits that one message asks about, of a patient who has several on one day: each is
-- answered for itself over the message's link.
CREATE TABLE reminder_question_visit (
    tenant_id {uuid} NOT NULL,
    question_id {uuid} NOT NULL,
    appointment_id {uuid} NOT NULL,
    -- When the appointment began as this was asked.
    starts_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, question_id, appointment_id),
    FOREIGN KEY (tenant_id, question_id) REFERENCES reminder_question (tenant_id, id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id)
){strict};
--! tenant_table reminder_question_visit
