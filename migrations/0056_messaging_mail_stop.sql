-- Addresses that get no more e-mails, because a provider reported it of them; a person may lift that.

CREATE TABLE mail_stop (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    address TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('bounced', 'dropped', 'complained', 'unsubscribed')),
    message_id {uuid} NOT NULL,
    stopped_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, address),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
){strict};
--! tenant_table mail_stop
