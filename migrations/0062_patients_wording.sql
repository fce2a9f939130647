-- How much a message on a number of a patient may say, as he chose it. Append-only: the newest row decides;
-- without one, a number that several people have gets messages that tell nothing.
CREATE TABLE patient_wording (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    phone TEXT NOT NULL,
    wording TEXT NOT NULL CHECK (wording IN ('covert', 'overt')),
    source TEXT NOT NULL CHECK (source IN ('desk', 'page')),
    -- The version of the words he chose by.
    words TEXT NOT NULL,
    noted_by {uuid},
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id)
){strict};
--! append_only patient_wording
CREATE INDEX patient_wording_newest ON patient_wording (tenant_id, patient_id, phone, at);
