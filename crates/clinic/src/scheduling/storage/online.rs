use kernel::{Phone, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::scheduling::model::{AppointmentId, BookingCodeId, CodeRow, OnlineBooking};

store::statements! {
    ONLINE_BOOKING = "SELECT is_open, hold_minutes, version FROM public_booking WHERE tenant_id = $1";
    INSERT_ONLINE_BOOKING = "INSERT INTO public_booking (tenant_id, is_open, hold_minutes, updated_at, version)
        VALUES ($1, $2, $3, $4, 1)";
    UPDATE_ONLINE_BOOKING = "UPDATE public_booking SET is_open = $2, hold_minutes = $3, updated_at = $4, version = version + 1
        WHERE tenant_id = $1 AND version = $5";
    HOLD_ONLINE_BOOKING = "UPDATE public_booking SET version = version WHERE tenant_id = $1 AND is_open = TRUE";
    CODES_MADE = "SELECT COUNT(*) AS value FROM booking_code WHERE tenant_id = $1 AND created_at > $2";
    CODES_MADE_FOR = "SELECT COUNT(*) AS value FROM booking_code WHERE tenant_id = $1 AND phone = $2 AND created_at > $3";
    INSERT_CODE = "INSERT INTO booking_code (tenant_id, id, purpose, phone, locale, code_hash, created_at, expires_at,
            practitioner_id, starts_at, ends_at, mode, first_name, last_name, tries)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)";
    BOOKING_CODE = "SELECT id, purpose, phone, locale, code_hash, created_at, expires_at, used_at, practitioner_id,
            starts_at, ends_at, mode, first_name, last_name, appointment_id
        FROM booking_code WHERE tenant_id = $1 AND id = $2";
    /// Counted before it is compared: of many at once only so many are compared at all.
    TRY_BOOKING_CODE = "UPDATE booking_code SET tries = tries + 1
        WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND expires_at > $3 AND tries < $4";
    USE_BOOKING_CODE = "UPDATE booking_code SET used_at = $3, appointment_id = $4
        WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL";
    DROP_CODES = "DELETE FROM booking_code WHERE tenant_id = $1 AND created_at < $2";
    INSERT_ONLINE_REQUEST = "INSERT INTO online_request (tenant_id, appointment_id, phone, created_at)
        VALUES ($1, $2, $3, $4)";
    OPEN_ONLINE_REQUESTS = "SELECT r.appointment_id AS value FROM online_request r
        JOIN appointment a ON a.tenant_id = r.tenant_id AND a.id = r.appointment_id
        WHERE r.tenant_id = $1 AND r.phone = $2 AND a.starts_at > $3 AND a.status IN ('pending', 'confirmed')
        ORDER BY a.starts_at";
    TAKE_TURN = "INSERT INTO booking_turn (tenant_id, user_id, version) VALUES ($1, $2, 1)
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET version = booking_turn.version + 1";
    OWN_TO_COME = "SELECT COUNT(*) AS value FROM appointment
        WHERE tenant_id = $1 AND created_by = $2 AND starts_at > $3 AND status IN ('pending', 'confirmed')";
}

pub(in crate::scheduling) async fn online_booking(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Option<OnlineBooking>, StoreError> {
    tx.optional(ONLINE_BOOKING, params![tenant]).await
}

/// Fails with a row count, or a unique rule, when the version is another by now.
pub(in crate::scheduling) async fn set_online_booking(
    tx: &mut WriteTx,
    tenant: TenantId,
    next: &OnlineBooking,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut values = params![tenant, next.is_open, next.hold_minutes, now];
    if next.version == 0 {
        return tx.execute_one(INSERT_ONLINE_BOOKING, values).await;
    }
    values.extend(params![next.version]);
    tx.execute_one(UPDATE_ONLINE_BOOKING, values).await
}

/// Whether the page is open; if so, who books there next waits until this
/// transaction ends.
pub(in crate::scheduling) async fn hold_online_booking(
    tx: &mut WriteTx,
    tenant: TenantId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(HOLD_ONLINE_BOOKING, params![tenant]).await? == 1)
}

/// How many codes were made after an instant, for all numbers or one.
pub(in crate::scheduling) async fn codes_made(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: Option<&Phone>,
    after: Timestamp,
) -> Result<i64, StoreError> {
    match phone {
        Some(phone) => tx.one(CODES_MADE_FOR, params![tenant, phone, after]).await,
        None => tx.one(CODES_MADE, params![tenant, after]).await,
    }
}

pub(in crate::scheduling) async fn insert_code(
    tx: &mut WriteTx,
    tenant: TenantId,
    row: &CodeRow,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        row.id,
        row.purpose,
        row.phone,
        row.locale,
        row.code_hash,
        row.created_at,
        row.expires_at,
        row.practitioner_id,
        row.starts_at,
        row.ends_at,
        row.mode,
        row.first_name,
        row.last_name,
    ];
    tx.execute_one(INSERT_CODE, values).await
}

pub(in crate::scheduling) async fn booking_code(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BookingCodeId,
) -> Result<Option<CodeRow>, StoreError> {
    tx.optional(BOOKING_CODE, params![tenant, id]).await
}

/// Counts a try; false when the code is used, too old or tried `most` times.
pub(in crate::scheduling) async fn try_booking_code(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BookingCodeId,
    (most, now): (i64, Timestamp),
) -> Result<bool, StoreError> {
    let values = params![tenant, id, now, most];
    Ok(tx.execute(TRY_BOOKING_CODE, values).await? == 1)
}

pub(in crate::scheduling) async fn use_booking_code(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BookingCodeId,
    (now, made): (Timestamp, Option<AppointmentId>),
) -> Result<(), StoreError> {
    let values = params![tenant, id, now, made];
    tx.execute_one(USE_BOOKING_CODE, values).await
}

/// Forgets the codes made before an instant; answers how many.
pub(in crate::scheduling) async fn drop_codes(
    tx: &mut WriteTx,
    tenant: TenantId,
    before: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(DROP_CODES, params![tenant, before]).await
}

pub(in crate::scheduling) async fn insert_online_request(
    tx: &mut WriteTx,
    tenant: TenantId,
    appointment: AppointmentId,
    phone: &Phone,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, appointment, phone, now];
    tx.execute_one(INSERT_ONLINE_REQUEST, values).await
}

/// What was asked for with this number and is still to come, the earliest first.
pub(in crate::scheduling) async fn open_online_requests(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    now: Timestamp,
) -> Result<Vec<AppointmentId>, StoreError> {
    tx.all(OPEN_ONLINE_REQUESTS, params![tenant, phone, now])
        .await
}

/// Whoever asks in this patient's name at once waits until this transaction ends.
pub(in crate::scheduling) async fn take_turn(
    tx: &mut WriteTx,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    tx.execute_one(TAKE_TURN, params![tenant, user]).await
}

/// How many appointments to come somebody entered himself.
pub(in crate::scheduling) async fn own_to_come(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
) -> Result<i64, StoreError> {
    tx.one(OWN_TO_COME, params![tenant, user, now]).await
}
