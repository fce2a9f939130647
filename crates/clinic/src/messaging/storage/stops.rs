//! Addresses that get no more e-mails.

use kernel::{PageRequest, TenantId, Timestamp};
use ports::email::MailReport;
use store::{ReadTx, StoreError, WriteTx, params};

use crate::messaging::model::{MessageId, StoppedAddress};

store::statements! {
    STOP_ADDRESS = "INSERT INTO mail_stop (tenant_id, address, reason, message_id, stopped_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, address) DO UPDATE SET reason = excluded.reason, message_id = excluded.message_id";
    IS_STOPPED = "SELECT COUNT(*) AS value FROM mail_stop WHERE tenant_id = $1 AND address = $2";
    STOPPED = "SELECT address, reason, stopped_at FROM mail_stop WHERE tenant_id = $1
        ORDER BY address LIMIT $2 OFFSET $3";
    COUNT_STOPPED = "SELECT COUNT(*) AS value FROM mail_stop WHERE tenant_id = $1";
    LIFT_STOP = "DELETE FROM mail_stop WHERE tenant_id = $1 AND address = $2";
}

/// No server that anybody uses tells capitals apart.
fn folded(address: &str) -> String {
    address.trim().to_lowercase()
}

/// Stops mails to an address; of several reports the newest is kept.
pub(in crate::messaging) async fn stop_address(
    tx: &mut WriteTx,
    tenant: TenantId,
    (address, reason): (&str, MailReport),
    message: MessageId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, folded(address), reason, message, now];
    tx.execute_one(STOP_ADDRESS, values).await
}

pub(in crate::messaging) async fn is_stopped(
    tx: &mut ReadTx,
    tenant: TenantId,
    address: &str,
) -> Result<bool, StoreError> {
    Ok(tx
        .one::<i64>(IS_STOPPED, params![tenant, folded(address)])
        .await?
        > 0)
}

pub(in crate::messaging) async fn stopped(
    tx: &mut ReadTx,
    tenant: TenantId,
    page: PageRequest,
) -> Result<(i64, Vec<StoppedAddress>), StoreError> {
    let count = tx.one(COUNT_STOPPED, params![tenant]).await?;
    let values = params![tenant, page.size, page.offset()];
    Ok((count, tx.all(STOPPED, values).await?))
}

/// Answers whether it was stopped.
pub(in crate::messaging) async fn lift_stop(
    tx: &mut WriteTx,
    tenant: TenantId,
    address: &str,
) -> Result<bool, StoreError> {
    Ok(tx
        .execute(LIFT_STOP, params![tenant, folded(address)])
        .await?
        == 1)
}
