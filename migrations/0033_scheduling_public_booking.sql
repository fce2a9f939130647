-- Appointments that people without an account ask for on the clinic's public page.

-- Whether the clinic has that page; without a row it has none. Who books there holds
-- this row until the end of his transaction, so that limits count everybody.
CREATE TABLE public_booking (
    tenant_id {uuid} NOT NULL PRIMARY KEY REFERENCES tenant (id),
    is_open {bool} NOT NULL,
    updated_at {time} NOT NULL,
    version {int} NOT NULL
){strict};
--! tenant_table public_booking

-- A code that went to a number, and what its owner asked for. It holds no place in
-- the calendar, and is forgotten after two days.
CREATE TABLE booking_code (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    -- A visit, or to see what was asked for with this number.
    purpose TEXT NOT NULL CHECK (purpose IN ('visit', 'look')),
    phone TEXT NOT NULL,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    -- Keyed: of six digits a bare hash would hide nothing.
    code_hash TEXT NOT NULL CHECK (length(code_hash) = 64),
    tries {int} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time},
    practitioner_id {uuid},
    starts_at {time},
    ends_at {time},
    mode TEXT CHECK (mode IN ('in_person', 'remote')),
    first_name TEXT,
    last_name TEXT,
    -- What came of it.
    appointment_id {uuid},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id),
    CHECK (purpose = 'look' OR (practitioner_id IS NOT NULL AND starts_at < ends_at AND mode IS NOT NULL
        AND first_name IS NOT NULL AND last_name IS NOT NULL))
){strict};
CREATE INDEX booking_code_number ON booking_code (tenant_id, phone, created_at);
CREATE INDEX booking_code_times ON booking_code (tenant_id, created_at);
--! tenant_table booking_code

-- Appointments that were asked for there, with the number whose owner did.
CREATE TABLE online_request (
    tenant_id {uuid} NOT NULL,
    appointment_id {uuid} NOT NULL,
    phone TEXT NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id)
){strict};
CREATE INDEX online_request_number ON online_request (tenant_id, phone);
--! tenant_table online_request

-- A patient who asks for himself: whoever asks in his name at once waits for the first.
CREATE TABLE booking_turn (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
){strict};
--! tenant_table booking_turn
CREATE INDEX appointment_author ON appointment (tenant_id, created_by, starts_at);
