-- What a message that tells nothing would have said: behind its link, for whoever knows the patient's PIN.
CREATE TABLE message_seal (
    tenant_id {uuid} NOT NULL,
    -- The message whose text holds the link.
    id {uuid} NOT NULL,
    -- Of the link only the SHA-256 is kept.
    token_hash TEXT NOT NULL CHECK (length(token_hash) = 64),
    patient_id {uuid} NOT NULL,
    body TEXT NOT NULL,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    expires_at {time} NOT NULL,
    -- PINs that were tried since the last right one.
    wrong {int} NOT NULL DEFAULT 0,
    made_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id)
){strict};
CREATE UNIQUE INDEX message_seal_token ON message_seal (token_hash);
--! tenant_table message_seal
--! system_read message_seal tenant_id, id, token_hash
