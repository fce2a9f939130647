//! Attempts: many are begun and taken at once, one by one they fail or reach nobody.

use kernel::{TenantId, Timestamp};
use send_rules::MessageState;
use serde::Serialize;
use store::{ReadTx, Sql, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::messaging::model::{AttemptOutcome, OneAttempt, Recipient};

store::statements! {
    /// Fenced: only the holder of a row may begin an attempt, and only while no report has said
    /// that the message is further.
    BEGIN_SENDING each "$2" (id uuid, token int, provider text) = "UPDATE message
        SET state = 'sending', provider = each.provider, reason = NULL, updated_at = $3
        FROM each WHERE message.tenant_id = $1 AND message.id IN (SELECT id FROM each) AND message.id = each.id
            AND message.work_token = each.token AND message.work_held_by IS NOT NULL
            AND message.state IN ('queued', 'sending')";
    BEGIN_ATTEMPTS each "$2" (id uuid, provider text, number int) = "INSERT INTO message_attempt
            (tenant_id, message_id, number, provider, started_at)
        SELECT $1, each.id, each.number, each.provider, $3 FROM each";
    /// The provider's id is written once, whatever the state has become meanwhile.
    ACCEPT each "$2" (id uuid, token int, provider_id text, state text) = concat!("UPDATE message
        SET provider_id = each.provider_id, updated_at = $3,
            state = CASE WHEN message.state IN ('queued', 'sending') THEN each.state ELSE message.state END,
            reason = CASE WHEN message.state IN ('queued', 'sending') THEN NULL ELSE message.reason END, ",
            jobs::finishing!(), "
        FROM each WHERE message.tenant_id = $1 AND message.id IN (SELECT id FROM each) AND message.id = each.id
            AND message.work_token = each.token AND message.work_held_by IS NOT NULL AND message.provider_id IS NULL");
    /// They were begun, so each is found by its key: an update that joins a list may walk them all.
    ACCEPT_ATTEMPTS each "$2" (id uuid, provider text, number int, provider_id text) = "INSERT INTO message_attempt
            (tenant_id, message_id, number, provider, started_at, finished_at, outcome, provider_id)
        SELECT $1, each.id, each.number, each.provider, $3, $3, $4, each.provider_id FROM each WHERE TRUE
        ON CONFLICT (tenant_id, message_id, number)
            DO UPDATE SET finished_at = $3, outcome = $4, provider_id = excluded.provider_id";
    END_ATTEMPT = "UPDATE message_attempt SET finished_at = $4, outcome = $5, error_code = $6, detail = $7
        WHERE tenant_id = $1 AND message_id = $2 AND number = $3";
    TIMES_TAKEN = "SELECT COUNT(*) AS value FROM message_attempt
        WHERE tenant_id = $1 AND message_id = $2 AND outcome = 'accepted'";
    NOT_REACHED = "UPDATE message_attempt SET detail = $4, error_code = $5
        WHERE tenant_id = $1 AND provider = $2 AND provider_id = $3";
    /// Only as long as this attempt is its newest.
    HAND_OVER_AGAIN = "UPDATE message SET state = 'queued', reason = $4, error_code = NULL, retryable = NULL,
            provider_id = NULL, updated_at = $5
        WHERE tenant_id = $1 AND id = $2 AND provider_id = $3 AND state IN ('accepted', 'sent', 'simulated')";
    /// Those of attempts without an id too: asking for one would lead past the key.
    /// Without "is not null", which makes SQLite walk all ids there are.
    KNOWN_IDS = "SELECT COALESCE(a.provider_id, '') AS value
        FROM message_attempt a WHERE a.tenant_id = $1 AND a.started_at >= $3 AND a.message_id IN (SELECT m.id
            FROM message m WHERE m.tenant_id = $1 AND m.recipient = $2)";
}

/// An attempt that begins.
#[derive(Debug, Serialize)]
pub(in crate::messaging) struct Begun {
    pub id: Uuid,
    /// Its work's, which only one holder has.
    pub token: i64,
    pub provider: &'static str,
    pub number: i32,
}

/// Begins these attempts, or none where one of the messages is another's by now.
pub(in crate::messaging) async fn begin_attempts(
    tx: &mut WriteTx,
    tenant: TenantId,
    begun: &[Begun],
    now: Timestamp,
) -> Result<(), StoreError> {
    if begun.is_empty() {
        return Ok(());
    }
    let rows = store::list(begun)?;
    for each in [BEGIN_SENDING, BEGIN_ATTEMPTS] {
        let values = params![tenant, rows, now];
        all(tx, each, values, begun.len()).await?;
    }
    Ok(())
}

/// A message that its provider has.
#[derive(Debug, Serialize)]
pub(in crate::messaging) struct Taken<'a> {
    pub id: Uuid,
    /// Its work's, which only one holder has.
    pub token: i64,
    /// The attempt's.
    pub number: i32,
    pub provider: &'a str,
    pub provider_id: &'a str,
    pub state: MessageState,
}

/// The provider's word that it has these messages, which ends their work.
pub(in crate::messaging) async fn accept(
    tx: &mut WriteTx,
    tenant: TenantId,
    taken: &[Taken<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = store::list(taken)?;
    let values = params![tenant, rows, now];
    all(tx, ACCEPT, values, taken.len()).await?;
    let values = params![tenant, rows, now, AttemptOutcome::Accepted];
    all(tx, ACCEPT_ATTEMPTS, values, taken.len()).await
}

/// Runs a statement that must change a row for each of its list.
async fn all(
    tx: &mut WriteTx,
    sql: Sql,
    values: store::Params,
    expected: usize,
) -> Result<(), StoreError> {
    let actual = tx.execute(sql, values).await?;
    let expected = u64::try_from(expected).unwrap_or(u64::MAX);
    match actual == expected {
        true => Ok(()),
        false => Err(StoreError::RowCount { expected, actual }),
    }
}

/// What is written when an attempt is over that nobody took.
pub(in crate::messaging) struct AttemptEnd<'a> {
    pub number: i32,
    pub outcome: AttemptOutcome,
    pub error_code: Option<i64>,
    pub detail: Option<&'a str>,
}

pub(in crate::messaging) async fn end_attempt(
    tx: &mut WriteTx,
    job: &jobs::Job,
    end: AttemptEnd<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        job.tenant,
        job.id,
        end.number,
        now,
        end.outcome,
        end.error_code,
        end.detail
    ];
    tx.execute_one(END_ATTEMPT, values).await
}

/// How often the provider took a message.
pub(in crate::messaging) async fn times_taken(
    tx: &mut ReadTx,
    tenant: TenantId,
    message: Uuid,
) -> Result<i64, StoreError> {
    tx.one(TIMES_TAKEN, params![tenant, message]).await
}

/// Writes on the attempt why it did not reach anybody.
pub(in crate::messaging) async fn not_reached(
    tx: &mut WriteTx,
    tenant: TenantId,
    call: OneAttempt<'_>,
    (reason, error_code): (&str, Option<i64>),
) -> Result<(), StoreError> {
    let of = (call.provider, call.provider_id);
    let values = params![tenant, of.0, of.1, reason, error_code];
    tx.execute(NOT_REACHED, values).await.map(drop)
}

/// Puts a message back whose newest attempt reached nobody; false when something newer
/// happened to it.
pub(in crate::messaging) async fn hand_over_again(
    tx: &mut WriteTx,
    tenant: TenantId,
    call: OneAttempt<'_>,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![tenant, call.message, call.provider_id, reason, now];
    Ok(tx.execute(HAND_OVER_AGAIN, values).await? == 1)
}

/// The provider's ids of all attempts for a number that began at this time or later.
pub(in crate::messaging) async fn known_ids(
    tx: &mut ReadTx,
    tenant: TenantId,
    recipient: &Recipient,
    since: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let values = params![tenant, recipient, since];
    let mut ids: Vec<String> = tx.all(KNOWN_IDS, values).await?;
    ids.retain(|id| !id.is_empty());
    Ok(ids)
}
