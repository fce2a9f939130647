-- Events and files that were given up: few among many, counted at every look at the measurements.
CREATE INDEX webhook_event_dead ON webhook_event (tenant_id, work_dead_at) WHERE work_dead_at IS NOT NULL;
CREATE INDEX inbound_media_dead ON inbound_media (tenant_id, work_dead_at) WHERE work_dead_at IS NOT NULL;
