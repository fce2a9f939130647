-- Who waits for a place, places that became free, and who was offered them.

CREATE TABLE waiting_entry (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    -- Nobody: any doctor.
    practitioner_id {uuid} REFERENCES user_account (id),
    mode TEXT NOT NULL CHECK (mode IN ('in_person', 'remote', 'both')),
    -- Local days, both included.
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'served', 'left', 'over')),
    -- Nobody waits for more than three wishes at a time.
    seat {int} NOT NULL CHECK (seat BETWEEN 1 AND 3),
    created_by {uuid},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id),
    CHECK (first_day <= last_day)
){strict};
CREATE UNIQUE INDEX waiting_entry_seat ON waiting_entry (tenant_id, patient_id, seat) WHERE state = 'open';
-- The same wish twice is one.
CREATE UNIQUE INDEX waiting_entry_wish ON waiting_entry (tenant_id, patient_id, practitioner_id, mode, first_day, last_day)
    WHERE state = 'open' AND practitioner_id IS NOT NULL;
CREATE UNIQUE INDEX waiting_entry_any ON waiting_entry (tenant_id, patient_id, mode, first_day, last_day)
    WHERE state = 'open' AND practitioner_id IS NULL;
CREATE INDEX waiting_entry_line ON waiting_entry (tenant_id, created_at, id) WHERE state = 'open';
--! tenant_table waiting_entry

-- A place that an appointment gave back: to be offered until nobody wants it.
CREATE TABLE freed_place (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    -- Which gave it back.
    appointment_id {uuid} NOT NULL,
    practitioner_id {uuid} NOT NULL,
    starts_at {time} NOT NULL,
    ends_at {time} NOT NULL,
    created_at {time} NOT NULL,
    {work},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id),
    FOREIGN KEY (tenant_id, practitioner_id) REFERENCES practitioner_calendar (tenant_id, practitioner_id)
){strict};
--! tenant_table freed_place
--! work_table freed_place

-- An appointment that holds a place for somebody who waits.
CREATE TABLE waiting_offer (
    tenant_id {uuid} NOT NULL,
    appointment_id {uuid} NOT NULL,
    entry_id {uuid} NOT NULL,
    freed_id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    practitioner_id {uuid} NOT NULL,
    starts_at {time} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')),
    offered_at {time} NOT NULL,
    ended_at {time},
    PRIMARY KEY (tenant_id, appointment_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES waiting_entry (tenant_id, id),
    FOREIGN KEY (tenant_id, freed_id) REFERENCES freed_place (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id)
){strict};
-- Nobody has two live offers at once, and nobody is offered the same place twice.
CREATE UNIQUE INDEX waiting_offer_live ON waiting_offer (tenant_id, patient_id) WHERE state = 'open';
CREATE UNIQUE INDEX waiting_offer_once ON waiting_offer (tenant_id, patient_id, practitioner_id, starts_at);
CREATE INDEX waiting_offer_entry ON waiting_offer (tenant_id, entry_id);
CREATE INDEX waiting_offer_freed ON waiting_offer (tenant_id, freed_id);
--! tenant_table waiting_offer
