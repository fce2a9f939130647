-- Which call made a line, and which conversations have something nobody has seen.
CREATE INDEX webhook_event_entry ON webhook_event (tenant_id, created_entry) WHERE created_entry IS NOT NULL;
CREATE INDEX conversation_unread ON conversation (tenant_id, id) WHERE unread > 0;
