//! Messages that are due.

use std::collections::HashMap;

use kernel::TenantId;
use serde::Serialize;
use store::{ReadTx, StoreError, params};
use uuid::Uuid;

use crate::messaging::model::ToSend;

macro_rules! newest_attempt {
    ($column:literal) => {
        concat!(
            "(SELECT a.",
            $column,
            " FROM message_attempt a WHERE a.tenant_id = m.tenant_id AND a.message_id = m.id
                ORDER BY a.number DESC LIMIT 1)"
        )
    };
}

store::statements! {
    /// All that is asked about messages before they leave, in one question: asked one by
    /// one it took most of the time a message takes. Each thing is asked of each message,
    /// so that no plan walks a table to join it.
    TO_SEND each "$2" (id uuid) = concat!("SELECT m.id AS id, m.channel AS channel, m.category AS category,
            m.recipient AS recipient, m.patient_id AS patient_id, m.subject AS subject, m.mail_id AS mail_id, m.body AS body,
            m.body_sha256 AS body_sha256, m.state AS state,
            m.expires_at AS expires_at, m.created_at AS created_at, m.event AS event, m.language AS language,
            m.variables AS variables, m.other_channel AS other_channel, m.content_sid AS content_sid,
            m.content_variables AS content_variables,
            (SELECT s.address FROM channel_sender s WHERE s.tenant_id = m.tenant_id AND s.channel = m.channel) AS sender,
            (SELECT i.at FROM last_inbound i
                WHERE i.tenant_id = m.tenant_id AND i.phone = m.recipient AND i.channel = m.channel) AS last_inbound,
            (SELECT MIN(e.at) FROM consent_event e WHERE e.tenant_id = m.tenant_id AND e.phone = m.recipient)
                IS NOT NULL AS has_decided,
            (SELECT COUNT(*) FROM message t WHERE t.tenant_id = m.tenant_id AND t.recipient = m.recipient
                AND t.body_sha256 = m.body_sha256 AND t.state = 'sending' AND t.id <> m.id) AS twins,
            (SELECT z.zone FROM tenant z WHERE z.id = m.tenant_id) AS zone,
            (SELECT b.currency FROM message_budget b WHERE b.tenant_id = m.tenant_id) AS currency, ",
            newest_attempt!("number"), " AS attempt, ", newest_attempt!("provider"), " AS attempt_provider, ",
            newest_attempt!("started_at"), " AS attempt_at, ", newest_attempt!("outcome"), " AS attempt_outcome
        FROM message m WHERE m.tenant_id = $1 AND m.id IN (SELECT id FROM each)");
}

#[derive(Serialize)]
struct Due {
    id: Uuid,
}

/// Those of these messages that are there.
pub(in crate::messaging) async fn all_to_send(
    tx: &mut ReadTx,
    tenant: TenantId,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, ToSend>, StoreError> {
    let ids: Vec<Due> = ids.into_iter().map(|id| Due { id }).collect();
    let found: Vec<ToSend> = tx.all(TO_SEND, params![tenant, store::list(&ids)?]).await?;
    Ok(found.into_iter().map(|found| (found.id, found)).collect())
}

pub(in crate::messaging) async fn to_send(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<ToSend>, StoreError> {
    Ok(all_to_send(tx, tenant, [id]).await?.remove(&id))
}
