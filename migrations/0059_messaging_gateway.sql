-- A local operator's report names a message and no clinic: the system may see whose message
-- that is.

CREATE INDEX message_gateway_ours ON message (id) WHERE provider = 'gateway';
CREATE INDEX message_gateway_theirs ON message (provider_id) WHERE provider = 'gateway';
--! system_reads_also message provider, provider_id
