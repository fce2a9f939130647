//! What the simulator reported of messages that went nowhere.

use kernel::TenantId;
use ports::DeliveryReport;
use store::{ReadTx, StoreError, WriteTx, params};

use crate::messaging::model::OneAttempt;

store::statements! {
    PLAYED = "SELECT CASE WHEN detail IS NULL THEN '' ELSE detail END AS value FROM message_attempt
        WHERE tenant_id = $1 AND provider = $2 AND provider_id = $3";
    /// Of two reports at once the later one looks again.
    PLAY = "UPDATE message_attempt SET detail = $4, error_code = $5 WHERE tenant_id = $1 AND provider = $2
        AND provider_id = $3 AND CASE WHEN detail IS NULL THEN '' ELSE detail END = $6";
}

/// The newest word about an attempt; empty before the first one.
pub(in crate::messaging) async fn played(
    tx: &mut ReadTx,
    tenant: TenantId,
    call: OneAttempt<'_>,
) -> Result<String, StoreError> {
    let values = params![tenant, call.provider, call.provider_id];
    tx.one(PLAYED, values).await
}

/// Puts a word in the place of that one.
pub(in crate::messaging) async fn play(
    tx: &mut WriteTx,
    tenant: TenantId,
    call: OneAttempt<'_>,
    before: &str,
    (report, error_code): (DeliveryReport, Option<i64>),
) -> Result<(), StoreError> {
    let of = (call.provider, call.provider_id);
    let word = report.as_str();
    let values = params![tenant, of.0, of.1, word, error_code, before];
    tx.execute_one(PLAY, values).await
}
