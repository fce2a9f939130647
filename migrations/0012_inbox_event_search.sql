-- Folded content, numbers and the provider's id of an event, to search in. Events from before this
-- file are found by their other filters only.
ALTER TABLE webhook_event ADD COLUMN search TEXT NOT NULL DEFAULT '';
