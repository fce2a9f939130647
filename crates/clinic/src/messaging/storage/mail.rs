use kernel::{EmailAddress, TenantId, Timestamp};
use store::{ReadTx, StoreError, params};

store::statements! {
    /// What a person sends again is not failed any more: that takes the mark away.
    REFUSED_LATELY = "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND recipient = $2
            AND created_at > $3 AND channel = 'email' AND state = 'failed' AND reason = 'bad_address'";
}

/// Whether the server of an address refused it for good after this time.
pub(in crate::messaging) async fn refused_lately(
    tx: &mut ReadTx,
    tenant: TenantId,
    address: &EmailAddress,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![tenant, address, since];
    Ok(tx.one::<i64>(REFUSED_LATELY, values).await? > 0)
}
