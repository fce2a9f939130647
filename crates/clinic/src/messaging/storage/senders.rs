//! The numbers a clinic writes from, and when a number last wrote to them.

use kernel::{Phone, TenantId, Timestamp};
use send_rules::Channel;
use store::{ReadTx, StoreError, WriteTx, params};

store::statements! {
    SENDER = "SELECT address AS value FROM channel_sender WHERE tenant_id = $1 AND channel = $2";
    SET_SENDER = "INSERT INTO channel_sender (tenant_id, channel, address) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, channel) DO UPDATE SET address = excluded.address";
    TENANT_OF_SENDER = "SELECT tenant_id AS value FROM channel_sender WHERE channel = $1 AND address = $2";
    NOTE_INBOUND = "INSERT INTO last_inbound (tenant_id, phone, channel, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, phone, channel) DO UPDATE SET at =
            CASE WHEN last_inbound.at < excluded.at THEN excluded.at ELSE last_inbound.at END";
    LAST_INBOUND = "SELECT at AS value FROM last_inbound WHERE tenant_id = $1 AND phone = $2 AND channel = $3";
}

pub(in crate::messaging) async fn sender(
    tx: &mut ReadTx,
    tenant: TenantId,
    channel: Channel,
) -> Result<Option<String>, StoreError> {
    tx.optional(SENDER, params![tenant, channel]).await
}

pub(in crate::messaging) async fn set_sender(
    tx: &mut WriteTx,
    tenant: TenantId,
    channel: Channel,
    address: &Phone,
) -> Result<(), StoreError> {
    tx.execute_one(SET_SENDER, params![tenant, channel, address])
        .await
}

pub(in crate::messaging) async fn tenant_of_sender(
    tx: &mut ReadTx,
    channel: Channel,
    address: &Phone,
) -> Result<Option<TenantId>, StoreError> {
    tx.optional(TENANT_OF_SENDER, params![channel, address])
        .await
}

pub(in crate::messaging) async fn note_inbound(
    tx: &mut WriteTx,
    tenant: TenantId,
    phone: &Phone,
    channel: Channel,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(NOTE_INBOUND, params![tenant, phone, channel, at])
        .await
}

pub(in crate::messaging) async fn last_inbound(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    channel: Channel,
) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = tx
        .optional(LAST_INBOUND, params![tenant, phone, channel])
        .await?;
    Ok(at.map(Timestamp::from_micros))
}
