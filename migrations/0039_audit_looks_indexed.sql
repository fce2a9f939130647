-- PostgreSQL looks through CASE under row security, not through COALESCE (docs/adr/0015):
-- a look is found by this index again.
DROP INDEX audit_event_look;
CREATE INDEX audit_event_look ON audit_event (tenant_id, actor_id, action,
    (CASE WHEN patient_id IS NULL THEN object_id ELSE patient_id END), at);
