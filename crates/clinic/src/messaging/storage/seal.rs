//! What messages that tell nothing would have said, behind the links in them.

use kernel::{Locale, TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::{messaging::model::MessageId, patients::api::PatientId};

store::statements! {
    SEAL = "INSERT INTO message_seal (tenant_id, id, token_hash, patient_id, body, locale, expires_at, wrong, made_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)
        ON CONFLICT (tenant_id, id) DO NOTHING";
    TENANT_OF_SEAL = "SELECT tenant_id, id FROM message_seal WHERE token_hash = $1";
    SEALED = "SELECT id, patient_id, body, locale, expires_at, wrong FROM message_seal WHERE tenant_id = $1 AND id = $2";
    /// Counted before it is compared: of many at once only so many are compared at all.
    TRY_SEAL = "UPDATE message_seal SET wrong = wrong + 1
        WHERE tenant_id = $1 AND id = $2 AND wrong < $3 AND expires_at > $4";
    /// What was counted and not compared.
    UNTRY_SEAL = "UPDATE message_seal SET wrong = wrong - 1 WHERE tenant_id = $1 AND id = $2";
    OPENED_SEAL = "UPDATE message_seal SET wrong = 0 WHERE tenant_id = $1 AND id = $2";
}

store::row! {
    /// Where a link's row stands.
    pub(in crate::messaging) struct SealPlace {
        pub tenant_id: TenantId,
        pub id: MessageId,
    }
}

/// What a message would have said, to be kept behind its link.
#[derive(Debug)]
pub(in crate::messaging) struct Sealed {
    /// The message whose text holds the link.
    pub id: MessageId,
    /// SHA-256 of the link's secret, in hexadecimal.
    pub token_hash: String,
    /// Whose PIN opens it.
    pub patient: PatientId,
    /// Plain text; addresses of ours in it become links.
    pub body: String,
    /// The language of the text.
    pub locale: Locale,
    /// From when the link leads nowhere.
    pub expires_at: Timestamp,
}

store::row! {
    /// The same as it is kept.
    pub(in crate::messaging) struct SealRow {
        pub id: MessageId,
        pub patient_id: PatientId,
        pub body: String,
        pub locale: Locale,
        pub expires_at: Timestamp,
        /// PINs that were tried since the last right one.
        pub wrong: i64,
    }
}

/// Keeps it; what is kept for the message already stays.
pub(in crate::messaging) async fn seal(
    tx: &mut WriteTx,
    tenant: TenantId,
    sealed: &Sealed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        sealed.id,
        sealed.token_hash,
        sealed.patient,
        sealed.body,
        sealed.locale,
        sealed.expires_at,
        now,
    ];
    tx.execute(SEAL, values).await?;
    Ok(())
}

/// Where the link with this hash leads, in whichever clinic.
pub(in crate::messaging) async fn place_of_seal(
    tx: &mut ReadTx,
    token_hash: &str,
) -> Result<Option<SealPlace>, StoreError> {
    tx.optional(TENANT_OF_SEAL, params![token_hash]).await
}

/// What is kept for a message.
pub(in crate::messaging) async fn sealed(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: MessageId,
) -> Result<Option<SealRow>, StoreError> {
    tx.optional(SEALED, params![tenant, id]).await
}

/// Counts one try; false when there were `most` of them, or the link's time is over.
pub(in crate::messaging) async fn try_seal(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MessageId,
    (most, now): (i64, Timestamp),
) -> Result<bool, StoreError> {
    let values = params![tenant, id, most, now];
    Ok(tx.execute(TRY_SEAL, values).await? == 1)
}

/// Takes one counted try back.
pub(in crate::messaging) async fn untry_seal(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MessageId,
) -> Result<(), StoreError> {
    tx.execute_one(UNTRY_SEAL, params![tenant, id]).await
}

/// Forgets the wrong PINs before the right one.
pub(in crate::messaging) async fn opened_seal(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MessageId,
) -> Result<(), StoreError> {
    tx.execute_one(OPENED_SEAL, params![tenant, id]).await
}
