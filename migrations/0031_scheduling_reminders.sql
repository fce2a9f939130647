-- Which reminders a clinic sends; without a row all of them.
CREATE TABLE reminder_ladder (
    tenant_id {uuid} NOT NULL PRIMARY KEY REFERENCES tenant (id),
    two_days {bool} NOT NULL,
    evening {bool} NOT NULL,
    two_hours {bool} NOT NULL,
    -- Minutes after local midnight, outside the quiet hours from 21:00 to 07:00.
    evening_minute {int} NOT NULL CHECK (evening_minute BETWEEN 420 AND 1259),
    updated_at {time} NOT NULL,
    version {int} NOT NULL
){strict};
--! tenant_table reminder_ladder

-- Reminders to come. One whose appointment was moved or called off says nothing.
CREATE TABLE appointment_reminder (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    appointment_id {uuid} NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('two_days', 'evening', 'two_hours')),
    -- When the appointment began as this was planned.
    starts_at {time} NOT NULL,
    created_at {time} NOT NULL,
    {work},
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, appointment_id, stage, starts_at),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id)
){strict};
--! tenant_table appointment_reminder
--! work_table appointment_reminder
