use kernel::{TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::care::model::Letterhead;

store::statements! {
    LETTERHEAD = "SELECT address, phone, email, logo, logo_type, version FROM clinic_letterhead WHERE tenant_id = $1";
    CLINIC_PHONE = "SELECT phone AS value FROM clinic_letterhead WHERE tenant_id = $1 AND phone IS NOT NULL";
    SET_LETTERHEAD = "INSERT INTO clinic_letterhead (tenant_id, address, phone, email, logo, logo_type, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
        ON CONFLICT (tenant_id) DO UPDATE SET address = excluded.address, phone = excluded.phone,
            email = excluded.email, logo = excluded.logo, logo_type = excluded.logo_type,
            updated_at = excluded.updated_at, version = clinic_letterhead.version + 1
        WHERE clinic_letterhead.version = $8";
}

/// What the clinic's documents have at their top; nothing until somebody says it.
pub(in crate::care) async fn letterhead(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Letterhead, StoreError> {
    let found = tx.optional(LETTERHEAD, params![tenant]).await?;
    Ok(found.unwrap_or_default())
}

/// How the clinic is called, if it says so; without the picture.
pub(in crate::care) async fn clinic_phone(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Option<String>, StoreError> {
    tx.optional(CLINIC_PHONE, params![tenant]).await
}

/// Fails with a row count when the version is not `seen` any more.
pub(in crate::care) async fn set_letterhead(
    tx: &mut WriteTx,
    tenant: TenantId,
    l: &Letterhead,
    (seen, now): (i64, Timestamp),
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        l.address,
        l.phone,
        l.email,
        l.logo,
        l.logo_type,
        now,
        seen,
    ];
    tx.execute_one(SET_LETTERHEAD, values).await
}
