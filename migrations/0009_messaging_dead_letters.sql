-- Messages that were given up: few among many, counted at every look at the measurements.
CREATE INDEX message_dead ON message (tenant_id, work_dead_at) WHERE work_dead_at IS NOT NULL;
