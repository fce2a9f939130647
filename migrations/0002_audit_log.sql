-- Who did what to which object. Written in the change's own transaction.
CREATE TABLE audit_event (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    at {time} NOT NULL,
    actor_user {uuid},
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object_type TEXT NOT NULL,
    object_id {uuid} NOT NULL,
    detail TEXT,
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE INDEX audit_event_object ON audit_event (tenant_id, object_type, object_id, at);
--! append_only audit_event
