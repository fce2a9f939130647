//! The PINs of patients, of which only an HMAC is kept.

use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::patients::model::PatientId;

store::row! {
    /// A PIN as it is kept.
    pub(in crate::patients) struct PinRow {
        pub pin: String,
        pub set_at: Timestamp,
        pub wrong: i64,
    }
}

store::statements! {
    SET_PIN = "INSERT INTO patient_pin (tenant_id, patient_id, pin, set_at, set_by, wrong) VALUES ($1, $2, $3, $4, $5, 0)
        ON CONFLICT (tenant_id, patient_id) DO UPDATE SET pin = excluded.pin, set_at = excluded.set_at,
            set_by = excluded.set_by, wrong = 0";
    PIN = "SELECT pin, set_at, wrong FROM patient_pin WHERE tenant_id = $1 AND patient_id = $2";
    /// Counted before it is compared: of many at once only so many are compared at all.
    TRY_PIN = "UPDATE patient_pin SET wrong = wrong + 1 WHERE tenant_id = $1 AND patient_id = $2 AND wrong < $3";
    RIGHT_PIN = "UPDATE patient_pin SET wrong = 0 WHERE tenant_id = $1 AND patient_id = $2";
    DROP_PIN = "DELETE FROM patient_pin WHERE tenant_id = $1 AND patient_id = $2 AND set_at >= $3";
}

/// Gives a patient a PIN in the former one's place.
pub(in crate::patients) async fn set_pin(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: PatientId,
    (pin, now, by): (&str, Timestamp, Option<UserId>),
) -> Result<(), StoreError> {
    tx.execute_one(SET_PIN, params![tenant, patient, pin, now, by])
        .await
}

pub(in crate::patients) async fn pin(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
) -> Result<Option<PinRow>, StoreError> {
    tx.optional(PIN, params![tenant, patient]).await
}

/// Counts one try; false when there were `most` of them, or there is no PIN.
pub(in crate::patients) async fn try_pin(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: PatientId,
    most: i64,
) -> Result<bool, StoreError> {
    Ok(tx.execute(TRY_PIN, params![tenant, patient, most]).await? == 1)
}

/// Forgets the wrong ones before the right one.
pub(in crate::patients) async fn right_pin(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: PatientId,
) -> Result<(), StoreError> {
    tx.execute_one(RIGHT_PIN, params![tenant, patient]).await
}

/// Takes a PIN away that was given then or later.
pub(in crate::patients) async fn drop_pin(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: PatientId,
    since: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(DROP_PIN, params![tenant, patient, since])
        .await?;
    Ok(())
}
