//! A message that is due.

use kernel::TenantId;
use store::{ReadTx, StoreError, params};
use uuid::Uuid;

use crate::messaging::model::ToSend;

store::statements! {
    /// All that is asked about each message before it leaves, in one question: asked one
    /// by one it took most of the time a message takes.
    TO_SEND = "SELECT m.channel AS channel, m.category AS category, m.recipient AS recipient, m.subject AS subject,
            m.mail_id AS mail_id, m.body AS body, m.body_sha256 AS body_sha256, m.state AS state,
            m.expires_at AS expires_at, m.created_at AS created_at, m.event AS event, m.language AS language,
            m.variables AS variables, m.other_channel AS other_channel, m.content_sid AS content_sid,
            m.content_variables AS content_variables,
            (SELECT s.address FROM channel_sender s WHERE s.tenant_id = m.tenant_id AND s.channel = m.channel) AS sender,
            (SELECT i.at FROM last_inbound i
                WHERE i.tenant_id = m.tenant_id AND i.phone = m.recipient AND i.channel = m.channel) AS last_inbound,
            EXISTS (SELECT 1 FROM consent_event e WHERE e.tenant_id = m.tenant_id AND e.phone = m.recipient)
                AS has_decided,
            (SELECT COUNT(*) FROM message t WHERE t.tenant_id = m.tenant_id AND t.recipient = m.recipient
                AND t.body_sha256 = m.body_sha256 AND t.state = 'sending' AND t.id <> m.id) AS twins,
            (SELECT z.zone FROM tenant z WHERE z.id = m.tenant_id) AS zone,
            (SELECT b.currency FROM message_budget b WHERE b.tenant_id = m.tenant_id) AS currency,
            a.number AS attempt, a.provider AS attempt_provider, a.started_at AS attempt_at, a.outcome AS attempt_outcome
        FROM message m LEFT JOIN message_attempt a ON a.tenant_id = m.tenant_id AND a.message_id = m.id
            AND a.number = (SELECT MAX(n.number) FROM message_attempt n
                WHERE n.tenant_id = m.tenant_id AND n.message_id = m.id)
        WHERE m.tenant_id = $1 AND m.id = $2";
}

pub(in crate::messaging) async fn to_send(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<ToSend>, StoreError> {
    tx.optional(TO_SEND, params![tenant, id]).await
}
