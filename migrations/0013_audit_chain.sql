-- Every line of the trail holds its number in its clinic, the hash of the line before and the hash
-- of itself (docs/adr/0008). SQL cannot hash on both engines: lines of older programs wait in
-- audit_event_unsealed until the first start carries them over and empties it.

--! thaw audit_event
ALTER TABLE audit_event RENAME TO audit_event_unsealed;
DROP INDEX audit_event_object;

CREATE TABLE audit_event (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    seq {int} NOT NULL CHECK (seq > 0),
    id {uuid} NOT NULL,
    at {time} NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'service', 'program')),
    actor_id {uuid},
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object_type TEXT NOT NULL,
    object_id {uuid} NOT NULL,
    patient_id {uuid},
    detail TEXT,
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    PRIMARY KEY (tenant_id, seq)
){strict};
CREATE INDEX audit_event_actor ON audit_event (tenant_id, actor_id, at);
CREATE INDEX audit_event_patient ON audit_event (tenant_id, patient_id, seq) WHERE patient_id IS NOT NULL;
--! append_only audit_event

-- The end of each clinic's chain. Whoever adds a line holds this row until his commit.
CREATE TABLE audit_head (
    tenant_id {uuid} PRIMARY KEY REFERENCES tenant (id),
    seq {int} NOT NULL,
    hash TEXT NOT NULL
){strict};
--! tenant_table audit_head
