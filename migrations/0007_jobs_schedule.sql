-- Work that comes round by the clock. One row per schedule; the tenant is nil.
CREATE TABLE schedule (
    tenant_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    name TEXT NOT NULL UNIQUE,
    {work},
    PRIMARY KEY (tenant_id, id)
){strict};
--! platform_table schedule
--! work_table schedule
