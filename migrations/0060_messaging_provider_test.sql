-- The newest test that somebody sent himself by a way: at most one a minute.
CREATE TABLE provider_test (
    tenant_id {uuid} NOT NULL,
    user_id {uuid} NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('whatsapp', 'sms', 'voice', 'email')),
    message_id {uuid} NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, user_id, channel),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
){strict};
--! tenant_table provider_test
