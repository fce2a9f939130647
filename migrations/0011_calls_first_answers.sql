-- Calls that came with an Idempotency-Key and the answer to the first of them, for 24 hours. Of the
-- key, the caller and the request only hashes are kept.
CREATE TABLE keyed_call (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    call_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('begun', 'changed', 'answered', 'lost')),
    claim {uuid} NOT NULL,
    begun_at {time} NOT NULL,
    status {int},
    headers TEXT,
    body {bytes},
    PRIMARY KEY (tenant_id, call_hash)
){strict};
CREATE INDEX keyed_call_age ON keyed_call (tenant_id, begun_at);
--! tenant_table keyed_call
