-- Who may open the record of a patient whose record is kept apart, and which account is a patient's own.
ALTER TABLE patient ADD COLUMN restricted {bool} NOT NULL DEFAULT {false};
ALTER TABLE patient ADD COLUMN user_id {uuid} REFERENCES user_account (id);
CREATE UNIQUE INDEX patient_user ON patient (tenant_id, user_id) WHERE user_id IS NOT NULL;

-- Without an end: named by an administrator. With an end: the glass was broken, for that reason.
CREATE TABLE patient_access (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    reason TEXT,
    created_at {time} NOT NULL,
    expires_at {time},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id),
    CHECK ((expires_at IS NULL) = (reason IS NULL))
){strict};
CREATE UNIQUE INDEX patient_access_named ON patient_access (tenant_id, patient_id, user_id) WHERE expires_at IS NULL;
CREATE INDEX patient_access_of ON patient_access (tenant_id, patient_id, user_id);
--! tenant_table patient_access
