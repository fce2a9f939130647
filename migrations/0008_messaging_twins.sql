-- A lookup tells a provider's messages apart by number and text: of two equal ones
-- only one may be under way, whatever two nodes believe at the same instant.
CREATE UNIQUE INDEX message_under_way ON message (tenant_id, recipient, body_sha256)
    WHERE state = 'sending';
