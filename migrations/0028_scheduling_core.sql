-- Doctors' hours, when they are away, and appointments.

-- One row per doctor: who changes his calendar holds it until the end of his transaction.
CREATE TABLE practitioner_calendar (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    practitioner_id {uuid} NOT NULL REFERENCES user_account (id),
    -- Grows with every change.
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, practitioner_id)
){strict};
--! tenant_table practitioner_calendar

CREATE TABLE availability (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    practitioner_id {uuid} NOT NULL,
    -- 0 Monday to 6.
    weekday {int} NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    -- Minutes after midnight on the clinic's wall clock.
    start_minute {int} NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute {int} NOT NULL CHECK (end_minute <= 1440),
    mode TEXT NOT NULL CHECK (mode IN ('in_person', 'remote', 'both')),
    slot_minutes {int} NOT NULL CHECK (slot_minutes BETWEEN 5 AND 480),
    capacity {int} NOT NULL CHECK (capacity BETWEEN 1 AND 1000),
    location TEXT,
    -- For the staff only.
    notes TEXT,
    active {bool} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, practitioner_id) REFERENCES practitioner_calendar (tenant_id, practitioner_id),
    CHECK (start_minute < end_minute)
){strict};
CREATE INDEX availability_week ON availability (tenant_id, practitioner_id, weekday, start_minute);
--! tenant_table availability

CREATE TABLE schedule_exception (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    practitioner_id {uuid} NOT NULL,
    starts_at {time} NOT NULL,
    ends_at {time} NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('unavailable', 'busy', 'vacation', 'training', 'emergency')),
    reason TEXT,
    -- Comes back every week, on the same weekday at the same local hours.
    weekly {bool} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, practitioner_id) REFERENCES practitioner_calendar (tenant_id, practitioner_id),
    CHECK (starts_at < ends_at)
){strict};
CREATE INDEX schedule_exception_times ON schedule_exception (tenant_id, practitioner_id, starts_at);
--! tenant_table schedule_exception

CREATE TABLE appointment (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    -- Nobody yet: any doctor may take it.
    practitioner_id {uuid},
    encounter_id {uuid},
    status TEXT NOT NULL CHECK (status IN ('pending', 'confirmed', 'declined', 'cancelled', 'completed', 'no_show')),
    mode TEXT NOT NULL CHECK (mode IN ('in_person', 'remote')),
    -- What was asked for, and what holds now.
    requested_start {time} NOT NULL,
    requested_end {time} NOT NULL,
    starts_at {time} NOT NULL,
    ends_at {time} NOT NULL,
    confirmed_at {time},
    -- Until then a request keeps its place.
    held_until {time} NOT NULL,
    -- How many patients its slot takes, and why this one is above that.
    capacity {int} NOT NULL CHECK (capacity BETWEEN 1 AND 1000),
    overbooked TEXT,
    location_note TEXT,
    patient_message TEXT,
    practitioner_message TEXT,
    series_id {uuid},
    created_by {uuid},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id),
    FOREIGN KEY (tenant_id, practitioner_id) REFERENCES practitioner_calendar (tenant_id, practitioner_id),
    FOREIGN KEY (tenant_id, encounter_id) REFERENCES encounter (tenant_id, id),
    CHECK (requested_start < requested_end),
    -- At most eight hours; the rule below looks no further back.
    CHECK (starts_at < ends_at AND ends_at - starts_at <= 28800000000),
    CHECK (status <> 'confirmed' OR (practitioner_id IS NOT NULL AND confirmed_at IS NOT NULL))
){strict};
CREATE INDEX appointment_calendar ON appointment (tenant_id, practitioner_id, starts_at);
CREATE INDEX appointment_patient ON appointment (tenant_id, patient_id, starts_at);
CREATE INDEX appointment_times ON appointment (tenant_id, starts_at, id);
--! tenant_table appointment

-- No doctor has more patients at one moment than the slot takes, whatever a program
-- does: at the start of the new appointment, and at each start of another within it,
-- those who are there are counted.
--! only sqlite
CREATE TRIGGER appointment_room_insert BEFORE INSERT ON appointment
WHEN NEW.practitioner_id IS NOT NULL AND NEW.overbooked IS NULL
    AND (NEW.status = 'confirmed' OR (NEW.status = 'pending' AND NEW.held_until > NEW.updated_at))
BEGIN
    SELECT RAISE(ABORT, 'appointment_room') WHERE EXISTS (
        SELECT 1 FROM (
            SELECT NEW.starts_at AS moment
            UNION SELECT a.starts_at FROM appointment a
            WHERE a.tenant_id = NEW.tenant_id AND a.practitioner_id = NEW.practitioner_id
                AND a.starts_at > NEW.starts_at AND a.starts_at < NEW.ends_at
        ) m
        WHERE (SELECT COUNT(*) FROM appointment b
            WHERE b.tenant_id = NEW.tenant_id AND b.practitioner_id = NEW.practitioner_id AND b.id <> NEW.id
                AND b.starts_at <= m.moment AND b.starts_at > m.moment - 28800000000 AND b.ends_at > m.moment
                AND (b.status = 'confirmed' OR (b.status = 'pending' AND b.held_until > NEW.updated_at))
        ) >= NEW.capacity);
END;
CREATE TRIGGER appointment_room_update
BEFORE UPDATE OF practitioner_id, status, starts_at, ends_at, held_until, capacity, overbooked ON appointment
WHEN NEW.practitioner_id IS NOT NULL AND NEW.overbooked IS NULL
    AND (NEW.status = 'confirmed' OR (NEW.status = 'pending' AND NEW.held_until > NEW.updated_at))
BEGIN
    SELECT RAISE(ABORT, 'appointment_room') WHERE EXISTS (
        SELECT 1 FROM (
            SELECT NEW.starts_at AS moment
            UNION SELECT a.starts_at FROM appointment a
            WHERE a.tenant_id = NEW.tenant_id AND a.practitioner_id = NEW.practitioner_id
                AND a.starts_at > NEW.starts_at AND a.starts_at < NEW.ends_at
        ) m
        WHERE (SELECT COUNT(*) FROM appointment b
            WHERE b.tenant_id = NEW.tenant_id AND b.practitioner_id = NEW.practitioner_id AND b.id <> NEW.id
                AND b.starts_at <= m.moment AND b.starts_at > m.moment - 28800000000 AND b.ends_at > m.moment
                AND (b.status = 'confirmed' OR (b.status = 'pending' AND b.held_until > NEW.updated_at))
        ) >= NEW.capacity);
END;
--! only postgres
CREATE FUNCTION appointment_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two at once: the second waits here, and counts the first.
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.tenant_id::text || NEW.practitioner_id::text, 0));
    IF EXISTS (
        SELECT 1 FROM (
            SELECT NEW.starts_at AS moment
            UNION SELECT a.starts_at FROM appointment a
            WHERE a.tenant_id = NEW.tenant_id AND a.practitioner_id = NEW.practitioner_id
                AND a.starts_at > NEW.starts_at AND a.starts_at < NEW.ends_at
        ) m
        WHERE (SELECT COUNT(*) FROM appointment b
            WHERE b.tenant_id = NEW.tenant_id AND b.practitioner_id = NEW.practitioner_id AND b.id <> NEW.id
                AND b.starts_at <= m.moment AND b.starts_at > m.moment - 28800000000 AND b.ends_at > m.moment
                AND (b.status = 'confirmed' OR (b.status = 'pending' AND b.held_until > NEW.updated_at))
        ) >= NEW.capacity
    ) THEN
        RAISE EXCEPTION 'no room' USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_room';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appointment_room
BEFORE INSERT OR UPDATE OF practitioner_id, status, starts_at, ends_at, held_until, capacity, overbooked ON appointment
FOR EACH ROW
WHEN (NEW.practitioner_id IS NOT NULL AND NEW.overbooked IS NULL
    AND (NEW.status = 'confirmed' OR (NEW.status = 'pending' AND NEW.held_until > NEW.updated_at)))
EXECUTE FUNCTION appointment_room();
--! both

-- What happened to an appointment, step by step.
CREATE TABLE appointment_step (
    tenant_id {uuid} NOT NULL,
    appointment_id {uuid} NOT NULL,
    version {int} NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('requested', 'assigned', 'confirmed', 'declined', 'cancelled', 'rescheduled',
        'changed', 'completed', 'no_show')),
    status TEXT NOT NULL,
    practitioner_id {uuid},
    starts_at {time} NOT NULL,
    ends_at {time} NOT NULL,
    note TEXT,
    author {uuid},
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, version),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id)
){strict};
--! append_only appointment_step
