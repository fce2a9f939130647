use kernel::{PageRequest, TenantId, UserId};
use store::{Params, ReadTx, StoreError, WriteTx, params};

use crate::scheduling::model::{AvailabilityId, Hours};

macro_rules! hours {
    ($rows:expr) => {
        concat!(
            "SELECT h.id AS id, h.practitioner_id AS practitioner_id,
            u.first_name || ' ' || u.last_name AS practitioner_name, h.weekday AS weekday,
            h.start_minute AS start_minute, h.end_minute AS end_minute, h.mode AS mode,
            h.slot_minutes AS slot_minutes, h.capacity AS capacity, h.location AS location, h.notes AS notes,
            h.active AS active, h.created_at AS created_at, h.updated_at AS updated_at, h.version AS version
        FROM availability h JOIN user_account u ON u.id = h.practitioner_id
        WHERE h.tenant_id = $1",
            $rows
        )
    };
}

macro_rules! wanted {
    () => {
        " AND (CAST($2 AS UUID) IS NULL OR h.practitioner_id = $2) AND (h.active = $3 OR h.active = $4)"
    };
}

store::statements! {
    FIND_HOURS = hours!(" AND h.id = $2");
    LIST_HOURS = hours!(concat!(wanted!(),
        " ORDER BY u.last_name, u.first_name, h.practitioner_id, h.weekday, h.start_minute, h.id LIMIT $5 OFFSET $6"));
    COUNT_HOURS = concat!("SELECT COUNT(*) AS value FROM availability h WHERE h.tenant_id = $1", wanted!());
    WEEKS = hours!(" AND h.active = $2 ORDER BY h.practitioner_id, h.weekday, h.start_minute, h.id");
    /// Apart, so that PostgreSQL plans it once and not at each booking.
    WEEK_OF = hours!(" AND h.active = $2 AND h.practitioner_id = $3 ORDER BY h.weekday, h.start_minute, h.id");
    INSERT_HOURS = "INSERT INTO availability (tenant_id, id, practitioner_id, weekday, start_minute, end_minute, mode,
            slot_minutes, capacity, location, notes, active, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 1)";
    UPDATE_HOURS = "UPDATE availability SET weekday = $4, start_minute = $5, end_minute = $6, mode = $7, slot_minutes = $8,
            capacity = $9, location = $10, notes = $11, active = $12, updated_at = $13, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND practitioner_id = $3 AND version = $14";
    DELETE_HOURS = "DELETE FROM availability WHERE tenant_id = $1 AND id = $2 AND version = $3";
}

pub(in crate::scheduling) async fn find_hours(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: AvailabilityId,
) -> Result<Option<Hours>, StoreError> {
    tx.optional(FIND_HOURS, params![tenant, id]).await
}

/// One page of one doctor's hours or of all, with the count; `idle` too.
pub(in crate::scheduling) async fn list_hours(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: Option<UserId>,
    idle: bool,
    page: PageRequest,
) -> Result<(i64, Vec<Hours>), StoreError> {
    let mut values: Params = params![tenant, practitioner, true, !idle];
    let count = tx.one(COUNT_HOURS, values.clone()).await?;
    values.extend(params![page.size, page.offset()]);
    Ok((count, tx.all(LIST_HOURS, values).await?))
}

/// The hours that hold, of one doctor or of all; by doctor.
pub(in crate::scheduling) async fn weeks(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: Option<UserId>,
) -> Result<Vec<Hours>, StoreError> {
    match practitioner {
        Some(practitioner) => {
            let values = params![tenant, true, practitioner];
            tx.all(WEEK_OF, values).await
        }
        None => tx.all(WEEKS, params![tenant, true]).await,
    }
}

fn values(tenant: TenantId, h: &Hours) -> Params {
    params![
        tenant,
        h.id,
        h.practitioner_id,
        h.weekday,
        h.start_minute,
        h.end_minute,
        h.mode,
        h.slot_minutes,
        h.capacity,
        h.location,
        h.notes,
        h.active,
        h.updated_at,
    ]
}

pub(in crate::scheduling) async fn insert_hours(
    tx: &mut WriteTx,
    tenant: TenantId,
    hours: &Hours,
) -> Result<(), StoreError> {
    tx.execute_one(INSERT_HOURS, values(tenant, hours)).await
}

/// Fails with a row count when the version is another by now.
pub(in crate::scheduling) async fn update_hours(
    tx: &mut WriteTx,
    tenant: TenantId,
    hours: &Hours,
) -> Result<(), StoreError> {
    let mut values = values(tenant, hours);
    values.extend(params![hours.version]);
    tx.execute_one(UPDATE_HOURS, values).await
}

pub(in crate::scheduling) async fn delete_hours(
    tx: &mut WriteTx,
    tenant: TenantId,
    hours: &Hours,
) -> Result<(), StoreError> {
    tx.execute_one(DELETE_HOURS, params![tenant, hours.id, hours.version])
        .await
}
