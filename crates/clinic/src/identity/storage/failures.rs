use kernel::{Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::identity::model::DEVICE_LASTS;

/// How long wrong passwords are remembered.
const REMEMBERED: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

store::statements! {
    /// Changes no row while the lane is closed. $3: what is older is forgotten.
    COUNT = "INSERT INTO sign_in_lane (lane, failures, last_at, free_at) VALUES ($1, 1, $2, $2)
        ON CONFLICT (lane) DO UPDATE SET
            failures = CASE WHEN sign_in_lane.last_at < $3 THEN 1 ELSE sign_in_lane.failures + 1 END, last_at = $2
        WHERE sign_in_lane.free_at <= $2";
    FAILURES = "SELECT failures AS value FROM sign_in_lane WHERE lane = $1";
    FREE_AT = "SELECT free_at AS value FROM sign_in_lane WHERE lane = $1";
    CLOSE_UNTIL = "UPDATE sign_in_lane SET free_at = $2 WHERE lane = $1";
    GIVE_BACK = "UPDATE sign_in_lane SET failures = failures - 1, free_at = $2 WHERE lane = $1 AND failures > 0";
    FORGIVE = "DELETE FROM sign_in_lane WHERE lane = $1";
    SWEEP_LANES = "DELETE FROM sign_in_lane WHERE last_at < $1";
    KNOWN = "SELECT COUNT(*) AS value FROM known_client WHERE user_id = $1 AND mark = $2";
    KNOWN_TO_ANYBODY = "SELECT COUNT(*) AS value FROM known_client WHERE mark = $1";
    KNOW = "INSERT INTO known_client (user_id, mark, last_at) VALUES ($1, $2, $3)
        ON CONFLICT (user_id, mark) DO UPDATE SET last_at = $3";
    SWEEP_KNOWN = "DELETE FROM known_client WHERE last_at < $1";
}

/// Counts one more in a lane: how many there are, or until when it is closed.
pub(in crate::identity) async fn count_failure(
    tx: &mut WriteTx,
    lane: &str,
    now: Timestamp,
) -> Result<Result<i64, Timestamp>, StoreError> {
    let counted = tx
        .execute(COUNT, params![lane, now, now.minus(REMEMBERED)])
        .await?;
    if counted == 1 {
        return Ok(Ok(tx.one(FAILURES, params![lane]).await?));
    }
    let free: i64 = tx.one(FREE_AT, params![lane]).await?;
    Ok(Err(Timestamp::from_micros(free)))
}

pub(in crate::identity) async fn close_lane(
    tx: &mut WriteTx,
    lane: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(CLOSE_UNTIL, params![lane, until])
        .await
        .map(drop)
}

/// What failed for another reason was no guess.
pub(in crate::identity) async fn give_back(
    tx: &mut WriteTx,
    lane: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(GIVE_BACK, params![lane, now]).await.map(drop)
}

pub(in crate::identity) async fn forgive(tx: &mut WriteTx, lane: &str) -> Result<(), StoreError> {
    tx.execute(FORGIVE, params![lane]).await.map(drop)
}

/// Whether somebody has signed in from there.
pub(in crate::identity) async fn is_known(
    tx: &mut ReadTx,
    user: UserId,
    mark: &str,
) -> Result<bool, StoreError> {
    let count: i64 = tx.one(KNOWN, params![user, mark]).await?;
    Ok(count > 0)
}

pub(in crate::identity) async fn is_known_to_anybody(
    tx: &mut ReadTx,
    mark: &str,
) -> Result<bool, StoreError> {
    let count: i64 = tx.one(KNOWN_TO_ANYBODY, params![mark]).await?;
    Ok(count > 0)
}

pub(in crate::identity) async fn know(
    tx: &mut WriteTx,
    user: UserId,
    mark: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(KNOW, params![user, mark, now]).await.map(drop)
}

pub(super) async fn sweep_failures(tx: &mut WriteTx, now: Timestamp) -> Result<u64, StoreError> {
    let lanes = tx
        .execute(SWEEP_LANES, params![now.minus(REMEMBERED)])
        .await?;
    let known = tx
        .execute(SWEEP_KNOWN, params![now.minus(DEVICE_LASTS)])
        .await?;
    Ok(lanes + known)
}
