//! Text messages by a local operator, which says later what became of them and cannot be
//! asked.

use kernel::TenantId;
use ports::GatewaySender;
use store::{ReadTx, StoreError, params};
use uuid::Uuid;

use crate::messaging::model::MessageId;

store::statements! {
    /// Attempts after which the provider may have the message without our knowing.
    OPEN_ATTEMPTS = "SELECT COUNT(*) AS value FROM message_attempt
        WHERE tenant_id = $1 AND message_id = $2 AND (outcome IS NULL OR outcome = 'unknown')";
    TENANT_OF_OURS = "SELECT tenant_id AS value FROM message WHERE provider = 'gateway' AND id = $1";
    TENANT_OF_THEIRS = "SELECT tenant_id AS value FROM message
        WHERE provider = 'gateway' AND provider_id = $1 LIMIT 1";
    BY_OUR_ID = "SELECT id AS value FROM message WHERE tenant_id = $1 AND id = $2 AND provider = 'gateway'";
}

pub(in crate::messaging) async fn open_attempts(
    tx: &mut ReadTx,
    job: &jobs::Job,
) -> Result<i64, StoreError> {
    tx.one(OPEN_ATTEMPTS, params![job.tenant, job.id]).await
}

/// The clinic whose message a report of the operator speaks of, by our id or by its own.
pub(in crate::messaging) async fn tenant_of_report(
    tx: &mut ReadTx,
    id: &str,
) -> Result<Option<TenantId>, StoreError> {
    let tenant = match Uuid::parse_str(id) {
        Ok(ours) => tx.optional(TENANT_OF_OURS, params![ours]).await?,
        Err(_) => None,
    };
    match tenant {
        Some(tenant) => Ok(Some(tenant)),
        None => tx.optional(TENANT_OF_THEIRS, params![id]).await,
    }
}

/// The message that a report of the operator speaks of.
pub(in crate::messaging) async fn reported(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: &str,
) -> Result<Option<MessageId>, StoreError> {
    let message = match Uuid::parse_str(id) {
        Ok(ours) => tx.optional(BY_OUR_ID, params![tenant, ours]).await?,
        Err(_) => None,
    };
    match message {
        Some(message) => Ok(Some(message)),
        None => super::by_provider_id(tx, tenant, GatewaySender::PROVIDER, id).await,
    }
}
