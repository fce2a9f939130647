-- Whether somebody looked at this a moment ago, also for a program that does a thousand
-- things in that time.
CREATE INDEX audit_event_look ON audit_event (tenant_id, actor_id, action, COALESCE(patient_id, object_id), at);
