use kernel::{Locale, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::scheduling::model::{Feed, FeedPlace, Owner, Visit};

store::statements! {
    OWNER = "SELECT u.username AS username, u.first_name || ' ' || u.last_name AS name,
            CAST(COALESCE(c.version, 0) AS BIGINT) AS version
        FROM user_account u
        LEFT JOIN practitioner_calendar c ON c.tenant_id = $1 AND c.practitioner_id = u.id
        WHERE u.id = $2";
    VISITS = "SELECT a.id AS id, p.first_name || ' ' || p.last_name AS patient_name, p.restricted AS restricted,
            a.status AS status, a.mode AS mode, a.starts_at AS starts_at, a.ends_at AS ends_at,
            a.location_note AS location_note, a.updated_at AS updated_at, a.version AS version
        FROM appointment a
        JOIN patient o ON o.tenant_id = a.tenant_id AND o.id = a.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        WHERE a.tenant_id = $1 AND a.practitioner_id = $2 AND a.starts_at >= $3 AND a.starts_at < $4
            AND a.confirmed_at IS NOT NULL
        ORDER BY a.starts_at, a.id";
    PUT_FEED = "INSERT INTO calendar_feed (tenant_id, practitioner_id, token_hash, locale, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, practitioner_id) DO UPDATE SET token_hash = excluded.token_hash,
            locale = excluded.locale, created_at = excluded.created_at, last_read_at = NULL";
    FEED = "SELECT locale, created_at, last_read_at FROM calendar_feed
        WHERE tenant_id = $1 AND practitioner_id = $2 AND (CAST($3 AS TEXT) IS NULL OR token_hash = $3)";
    DELETE_FEED = "DELETE FROM calendar_feed WHERE tenant_id = $1 AND practitioner_id = $2";
    FEED_READ = "UPDATE calendar_feed SET last_read_at = $4
        WHERE tenant_id = $1 AND practitioner_id = $2 AND token_hash = $3";
    TENANT_OF_FEED = "SELECT tenant_id, practitioner_id FROM calendar_feed WHERE token_hash = $1";
}

/// Whose calendar it is, and how often it was changed.
pub(in crate::scheduling) async fn owner(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: UserId,
) -> Result<Option<Owner>, StoreError> {
    tx.optional(OWNER, params![tenant, practitioner]).await
}

/// What a doctor once agreed to that begins between two instants, in order.
pub(in crate::scheduling) async fn visits(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: UserId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Visit>, StoreError> {
    tx.all(VISITS, params![tenant, practitioner, from, until])
        .await
}

/// Keeps a doctor's link; an earlier one leads nowhere from now on.
pub(in crate::scheduling) async fn put_feed(
    tx: &mut WriteTx,
    tenant: TenantId,
    practitioner: UserId,
    (token_hash, locale, now): (&str, Locale, Timestamp),
) -> Result<(), StoreError> {
    let values = params![tenant, practitioner, token_hash, locale, now];
    tx.execute_one(PUT_FEED, values).await
}

/// A doctor's link; only the one of this hash, if one is given.
pub(in crate::scheduling) async fn feed(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: UserId,
    token_hash: Option<&str>,
) -> Result<Option<Feed>, StoreError> {
    let token_hash = token_hash.map(str::to_owned);
    tx.optional(FEED, params![tenant, practitioner, token_hash])
        .await
}

/// Ends a doctor's link; false when there was none.
pub(in crate::scheduling) async fn delete_feed(
    tx: &mut WriteTx,
    tenant: TenantId,
    practitioner: UserId,
) -> Result<bool, StoreError> {
    let deleted = tx.execute(DELETE_FEED, params![tenant, practitioner]);
    Ok(deleted.await? == 1)
}

/// Notes that the link with this hash was read, if it is there still.
pub(in crate::scheduling) async fn feed_read(
    tx: &mut WriteTx,
    tenant: TenantId,
    practitioner: UserId,
    (token_hash, now): (&str, Timestamp),
) -> Result<(), StoreError> {
    let values = params![tenant, practitioner, token_hash, now];
    tx.execute(FEED_READ, values).await.map(drop)
}

/// Whose the link with this hash is, in whichever clinic.
pub(in crate::scheduling) async fn place_of_feed(
    tx: &mut ReadTx,
    token_hash: &str,
) -> Result<Option<FeedPlace>, StoreError> {
    tx.optional(TENANT_OF_FEED, params![token_hash]).await
}
