use kernel::{TenantId, Timestamp};
use store::{Fence, ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;
use webkit::KeptAnswer;

use super::model::CallRow;

store::statements! {
    CLAIM = "INSERT INTO keyed_call (tenant_id, call_hash, content_hash, state, claim, begun_at)
        VALUES ($1, $2, $3, 'begun', $4, $5) ON CONFLICT (tenant_id, call_hash) DO NOTHING";
    CALL = "SELECT content_hash, state, claim, begun_at, status, headers, body FROM keyed_call
        WHERE tenant_id = $1 AND call_hash = $2";
    /// Of several that take a call over at once, one changes a row.
    TAKE_OVER = "UPDATE keyed_call SET content_hash = $3, state = 'begun', claim = $4, begun_at = $5, status = NULL,
            headers = NULL, body = NULL
        WHERE tenant_id = $1 AND call_hash = $2 AND claim = $6";
    /// Travels with every change of the call; none may follow its end or its loss.
    FENCE = "UPDATE keyed_call SET state = 'changed'
        WHERE tenant_id = $1 AND call_hash = $2 AND claim = $3 AND state IN ('begun', 'changed')";
    KEEP = "UPDATE keyed_call SET state = 'answered', status = $4, headers = $5, body = $6
        WHERE tenant_id = $1 AND call_hash = $2 AND claim = $3";
    FORGET = "DELETE FROM keyed_call
        WHERE tenant_id = $1 AND call_hash = $2 AND claim = $3 AND state = 'begun'";
    LOSE = "UPDATE keyed_call SET state = 'lost'
        WHERE tenant_id = $1 AND call_hash = $2 AND claim = $3 AND state = 'changed'";
    SWEEP = "DELETE FROM keyed_call WHERE tenant_id = $1 AND begun_at <= $2";
}

/// A claimed call.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) tenant: TenantId,
    pub(super) call_hash: String,
    pub(super) claim: Uuid,
}

/// False when the call was here before.
pub(super) async fn claim(
    tx: &mut WriteTx,
    claim: &Claim,
    content_hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![
        claim.tenant,
        claim.call_hash,
        content_hash,
        claim.claim,
        now
    ];
    Ok(tx.execute(CLAIM, values).await? == 1)
}

pub(super) async fn call(tx: &mut ReadTx, claim: &Claim) -> Result<Option<CallRow>, StoreError> {
    tx.optional(CALL, params![claim.tenant, claim.call_hash])
        .await
}

/// False when somebody else took it over at this moment.
pub(super) async fn take_over(
    tx: &mut WriteTx,
    claim: &Claim,
    content_hash: &str,
    now: Timestamp,
    from: Uuid,
) -> Result<bool, StoreError> {
    let values = params![
        claim.tenant,
        claim.call_hash,
        content_hash,
        claim.claim,
        now,
        from
    ];
    Ok(tx.execute(TAKE_OVER, values).await? == 1)
}

pub(super) fn fence(claim: &Claim) -> Fence {
    Fence {
        tenant: claim.tenant,
        sql: FENCE,
        params: params![claim.tenant, claim.call_hash, claim.claim],
    }
}

pub(super) async fn keep(
    tx: &mut WriteTx,
    claim: &Claim,
    answer: &KeptAnswer,
) -> Result<(), StoreError> {
    let headers = serde_json::to_string(&answer.headers)
        .map_err(|error| StoreError::Internal(error.to_string()))?;
    let values = params![
        claim.tenant,
        claim.call_hash,
        claim.claim,
        i64::from(answer.status),
        headers,
        answer.body.to_vec(),
    ];
    tx.execute(KEEP, values).await.map(drop)
}

/// Gives the key back, unless something was changed under it.
pub(super) async fn give_back(tx: &mut WriteTx, claim: &Claim) -> Result<(), StoreError> {
    let values = params![claim.tenant, claim.call_hash, claim.claim];
    tx.execute(FORGET, values.clone()).await?;
    tx.execute(LOSE, values).await.map(drop)
}

pub(super) async fn sweep(
    tx: &mut WriteTx,
    tenant: TenantId,
    until: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(SWEEP, params![tenant, until]).await
}
