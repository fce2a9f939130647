-- The PIN that opens what a message that tells nothing would have said: four digits of a patient, of which only
-- an HMAC is kept.
CREATE TABLE patient_pin (
    tenant_id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    pin TEXT NOT NULL CHECK (length(pin) = 64),
    set_at {time} NOT NULL,
    set_by {uuid},
    -- PINs that were tried since the last right one, behind whichever link.
    wrong {int} NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, patient_id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id)
){strict};
--! tenant_table patient_pin
