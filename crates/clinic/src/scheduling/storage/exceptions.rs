use kernel::{PageRequest, TenantId, Timestamp, UserId};
use store::{Params, ReadTx, StoreError, WriteTx, params};

use crate::scheduling::model::{Away, ExceptionId};

macro_rules! exceptions {
    ($rows:expr) => {
        concat!(
            "SELECT e.id AS id, e.practitioner_id AS practitioner_id,
            u.first_name || ' ' || u.last_name AS practitioner_name, e.starts_at AS starts_at, e.ends_at AS ends_at,
            e.kind AS kind, e.reason AS reason, e.weekly AS weekly, e.created_at AS created_at,
            e.updated_at AS updated_at, e.version AS version
        FROM schedule_exception e JOIN user_account u ON u.id = e.practitioner_id
        WHERE e.tenant_id = $1",
            $rows
        )
    };
}

/// Those that touch the time asked for; weekly ones also when they began before it.
macro_rules! wanted {
    () => {
        " AND (CAST($2 AS UUID) IS NULL OR e.practitioner_id = $2)
            AND (CAST($3 AS BIGINT) IS NULL OR e.ends_at > $3 OR e.weekly = $5)
            AND (CAST($4 AS BIGINT) IS NULL OR e.starts_at < $4)"
    };
}

macro_rules! touching {
    () => {
        " AND (e.ends_at > $2 OR e.weekly = $4) AND e.starts_at < $3"
    };
}

store::statements! {
    FIND_EXCEPTION = exceptions!(" AND e.id = $2");
    LIST_EXCEPTIONS = exceptions!(concat!(wanted!(), " ORDER BY e.starts_at DESC, e.id DESC LIMIT $6 OFFSET $7"));
    COUNT_EXCEPTIONS = concat!("SELECT COUNT(*) AS value FROM schedule_exception e WHERE e.tenant_id = $1", wanted!());
    AWAY = exceptions!(concat!(touching!(), " ORDER BY e.practitioner_id, e.starts_at, e.id"));
    /// Apart, so that PostgreSQL plans it once and not at each booking.
    AWAY_OF = exceptions!(concat!(touching!(), " AND e.practitioner_id = $5 ORDER BY e.starts_at, e.id"));
    INSERT_EXCEPTION = "INSERT INTO schedule_exception (tenant_id, id, practitioner_id, starts_at, ends_at, kind, reason,
            weekly, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 1)";
    UPDATE_EXCEPTION = "UPDATE schedule_exception SET starts_at = $4, ends_at = $5, kind = $6, reason = $7, weekly = $8,
            updated_at = $9, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND practitioner_id = $3 AND version = $10";
    DELETE_EXCEPTION = "DELETE FROM schedule_exception WHERE tenant_id = $1 AND id = $2 AND version = $3";
}

pub(in crate::scheduling) async fn find_exception(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: ExceptionId,
) -> Result<Option<Away>, StoreError> {
    tx.optional(FIND_EXCEPTION, params![tenant, id]).await
}

/// One page, the latest first, with the count.
pub(in crate::scheduling) async fn list_exceptions(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: Option<UserId>,
    (from, until): (Option<Timestamp>, Option<Timestamp>),
    page: PageRequest,
) -> Result<(i64, Vec<Away>), StoreError> {
    let mut values: Params = params![tenant, practitioner, from, until, true];
    let count = tx.one(COUNT_EXCEPTIONS, values.clone()).await?;
    values.extend(params![page.size, page.offset()]);
    Ok((count, tx.all(LIST_EXCEPTIONS, values).await?))
}

/// All that can touch this time, of one doctor or of all; by doctor.
pub(in crate::scheduling) async fn away(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: Option<UserId>,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Away>, StoreError> {
    let mut values = params![tenant, from, until, true];
    match practitioner {
        Some(practitioner) => {
            values.extend(params![practitioner]);
            tx.all(AWAY_OF, values).await
        }
        None => tx.all(AWAY, values).await,
    }
}

fn values(tenant: TenantId, e: &Away) -> Params {
    params![
        tenant,
        e.id,
        e.practitioner_id,
        e.starts_at,
        e.ends_at,
        e.kind,
        e.reason,
        e.weekly,
        e.updated_at,
    ]
}

pub(in crate::scheduling) async fn insert_exception(
    tx: &mut WriteTx,
    tenant: TenantId,
    exception: &Away,
) -> Result<(), StoreError> {
    tx.execute_one(INSERT_EXCEPTION, values(tenant, exception))
        .await
}

/// Fails with a row count when the version is another by now.
pub(in crate::scheduling) async fn update_exception(
    tx: &mut WriteTx,
    tenant: TenantId,
    exception: &Away,
) -> Result<(), StoreError> {
    let mut values = values(tenant, exception);
    values.extend(params![exception.version]);
    tx.execute_one(UPDATE_EXCEPTION, values).await
}

pub(in crate::scheduling) async fn delete_exception(
    tx: &mut WriteTx,
    tenant: TenantId,
    exception: &Away,
) -> Result<(), StoreError> {
    let values = params![tenant, exception.id, exception.version];
    tx.execute_one(DELETE_EXCEPTION, values).await
}
