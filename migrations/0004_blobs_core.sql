-- Stored files: what they are. The bytes lie in the object store under the id.
CREATE TABLE blob (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    sha256 TEXT NOT NULL,
    size {int} NOT NULL,
    content_type TEXT NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
--! tenant_table blob
