use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::care::model::{EncounterId, ShareId, ShareRow};

macro_rules! shares {
    ($rows:literal) => {
        concat!(
            "SELECT s.id AS id, s.encounter_id AS encounter_id, s.signed_version AS signed_version,
            u.first_name || ' ' || u.last_name AS created_name, s.created_at AS created_at,
            s.expires_at AS expires_at, s.revoked_at AS revoked_at, s.opened AS opened,
            s.last_opened_at AS last_opened_at
        FROM encounter_share s LEFT JOIN user_account u ON u.id = s.created_by
        WHERE s.tenant_id = $1",
            $rows
        )
    };
}

store::statements! {
    INSERT = "INSERT INTO encounter_share (tenant_id, id, encounter_id, token_hash, signed_version, created_by, created_at,
            expires_at, opened)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)";
    SHARES = shares!(" AND s.encounter_id = $2 AND s.expires_at > $3 AND s.revoked_at IS NULL
        ORDER BY s.created_at DESC, s.id DESC");
    SHARE = shares!(" AND s.id = $2");
    REVOKE = "UPDATE encounter_share SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    OPENED = "UPDATE encounter_share SET opened = opened + 1, last_opened_at = $3
        WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL AND expires_at > $3";
    TENANT_OF_SHARE = "SELECT tenant_id, id FROM encounter_share WHERE token_hash = $1";
}

store::row! {
    /// Where a link's row stands.
    pub(in crate::care) struct SharePlace {
        pub(in crate::care) tenant_id: TenantId,
        pub(in crate::care) id: Uuid,
    }
}

/// A link to be kept.
#[derive(Debug)]
pub(in crate::care) struct NewShare<'a> {
    pub(in crate::care) id: ShareId,
    /// SHA-256 of its secret.
    pub(in crate::care) token_hash: &'a str,
    pub(in crate::care) signed_version: i64,
    pub(in crate::care) created_by: UserId,
    pub(in crate::care) created_at: Timestamp,
    pub(in crate::care) expires_at: Timestamp,
}

pub(in crate::care) async fn insert_share(
    tx: &mut WriteTx,
    tenant: TenantId,
    encounter: EncounterId,
    s: NewShare<'_>,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        s.id,
        encounter,
        s.token_hash,
        s.signed_version,
        s.created_by,
        s.created_at,
        s.expires_at,
    ];
    tx.execute_one(INSERT, values).await
}

/// The links of a record that still show it, newest first.
pub(in crate::care) async fn shares(
    tx: &mut ReadTx,
    tenant: TenantId,
    encounter: EncounterId,
    now: Timestamp,
) -> Result<Vec<ShareRow>, StoreError> {
    tx.all(SHARES, params![tenant, encounter, now]).await
}

pub(in crate::care) async fn share(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<ShareRow>, StoreError> {
    tx.optional(SHARE, params![tenant, id]).await
}

/// Ends a link; false when it was ended already.
pub(in crate::care) async fn revoke_share(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ShareId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REVOKE, params![tenant, id, now]).await? == 1)
}

/// Counts one opening; false when the link shows nothing any more.
pub(in crate::care) async fn count_opening(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(OPENED, params![tenant, id, now]).await? == 1)
}

/// Where the link with this secret stands, in whichever clinic.
pub(in crate::care) async fn place_of_share(
    tx: &mut ReadTx,
    token_hash: &str,
) -> Result<Option<SharePlace>, StoreError> {
    tx.optional(TENANT_OF_SHARE, params![token_hash]).await
}
