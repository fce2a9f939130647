mod attempts;
mod cancel;
mod consent;
mod costs;
mod devices;
mod due;
mod gateway;
mod held;
mod mail;
mod notices;
mod played;
mod providers;
mod seal;
mod senders;
mod stops;
mod templates;
mod voice;

use kernel::{Ctx, Phone, TenantId, Timestamp};
use send_rules::{MessageState, Reason, Values};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use super::{
    model::{Draft, MessageId, MessageView, ToSend, Wanted},
    rules::number_like,
};

pub(crate) use attempts::STATEMENTS as ATTEMPT_STATEMENTS;
pub(super) use attempts::{
    AttemptEnd, Begun, Taken, accept, begin_attempts, end_attempt, hand_over_again, known_ids,
    not_reached, times_taken,
};
pub(crate) use cancel::STATEMENTS as CANCEL_STATEMENTS;
pub(super) use cancel::{cancel, followers, still_here, withdraw};
pub(crate) use consent::STATEMENTS as CONSENT_STATEMENTS;
pub(super) use consent::{decided, last_decided, ledger, note_consent, standing};
pub(crate) use costs::STATEMENTS as COST_STATEMENTS;
pub(super) use costs::{
    Cost, budget, note_costs, prices, remove_price, set_budget, set_price, spent, spent_by_kind,
};
pub(crate) use devices::STATEMENTS as DEVICE_STATEMENTS;
pub(super) use devices::{devices, forget, forget_own, forget_unseen, register, target};
pub(crate) use due::STATEMENTS as DUE_STATEMENTS;
pub(super) use due::{all_to_send, to_send};
pub(crate) use gateway::STATEMENTS as GATEWAY_STATEMENTS;
pub(super) use gateway::{open_attempts, reported, tenant_of_report};
pub(crate) use held::STATEMENTS as HELD_STATEMENTS;
pub(super) use held::hold;
pub(crate) use mail::STATEMENTS as MAIL_STATEMENTS;
pub(super) use mail::refused_lately;
pub(crate) use notices::STATEMENTS as NOTICE_STATEMENTS;
pub(super) use notices::{
    Content, Instead, leave_to_a_person, not_dead, say_instead, to_follow, use_template,
};
pub(crate) use played::STATEMENTS as PLAYED_STATEMENTS;
pub(super) use played::{play, played};
pub(crate) use providers::STATEMENTS as PROVIDER_STATEMENTS;
pub(super) use providers::{note_test, states_since, tested};
pub(crate) use seal::STATEMENTS as SEAL_STATEMENTS;
pub(super) use seal::{
    SealRow, Sealed, opened_seal, place_of_seal, seal, sealed, try_seal, untry_seal,
};
pub(crate) use senders::STATEMENTS as SENDER_STATEMENTS;
pub(super) use senders::{last_inbound, note_inbound, sender, set_sender, tenant_of_sender};
pub(crate) use stops::STATEMENTS as STOP_STATEMENTS;
pub(super) use stops::{is_stopped, lift_stop, stop_address, stopped};
pub(crate) use templates::STATEMENTS as TEMPLATE_STATEMENTS;
pub(super) use templates::{
    add_version, all_reviewed, review_state, reviewed, set_reviewed, text, texts, versions,
};
pub(crate) use voice::STATEMENTS as VOICE_STATEMENTS;
pub(super) use voice::{called, calls_under_way, note_key, speak, spoken};

/// The engine's statements for the outbox.
pub(crate) const WORK: jobs::WorkSql = jobs::work_table!("message");

// What a person may send once more. Reports of a local operator and of a mail's speak of the
// message and not of an attempt: what these had is not theirs again. Calls were made.
macro_rules! can_go_again {
    () => {
        "state = 'failed' AND (provider_id IS NULL OR provider IN ('twilio', 'simulator') AND channel <> 'voice')
            AND NOT EXISTS (SELECT 1 FROM message f WHERE f.tenant_id = message.tenant_id AND f.follows = message.id)"
    };
}

macro_rules! views {
    ($rows:literal) => {
        concat!(
            "SELECT id, channel, category, recipient, patient_id, subject, body, state, reason, detail, error_code, retryable,
            provider_id, key_pressed, created_at, updated_at,
            CASE WHEN work_held_by IS NULL THEN work_due_at END AS next_try_at,
            (SELECT COUNT(*) FROM message_attempt t WHERE t.tenant_id = message.tenant_id AND t.message_id = message.id)
                AS tries,
            (SELECT f.channel FROM message f WHERE f.tenant_id = message.tenant_id AND f.follows = message.id) AS followed_by,
            CASE WHEN state = 'simulated' AND reason IS NULL THEN (SELECT t.detail FROM message_attempt t
                WHERE t.tenant_id = message.tenant_id AND t.message_id = message.id AND t.outcome = 'accepted'
                ORDER BY t.number DESC LIMIT 1) END AS played, ",
            can_go_again!(),
            " AS can_go_again, content_sid IS NOT NULL AS is_template
        FROM message WHERE tenant_id = $1",
            $rows
        )
    };
}

store::statements! {
    INSERT = "INSERT INTO message (tenant_id, id, channel, category, recipient, patient_id, idempotency_key,
            body, body_sha256, state, expires_at, created_by, created_at, updated_at, work_due_at, subject, mail_id,
            event, language, variables, other_channel, follows, reason, detail, other_variables)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $22, $10, $11, $12, $12, $23, $13, $14, $15, $16, $17, $18, $19, $20, $21, $24)
        ON CONFLICT (tenant_id, idempotency_key) DO NOTHING";
    BY_KEY = "SELECT id AS value FROM message WHERE tenant_id = $1 AND idempotency_key = $2";
    MOVE = "UPDATE message SET state = $3, reason = $4, error_code = $5, retryable = $6, updated_at = $7, detail = $9
        WHERE tenant_id = $1 AND id = $2 AND state = $8";
    TWINS_IN_FLIGHT = "SELECT COUNT(*) AS value FROM message
        WHERE tenant_id = $1 AND recipient = $2 AND body_sha256 = $3 AND state = 'sending' AND id <> $4";
    BY_PROVIDER_ID = "SELECT id AS value FROM message
        WHERE tenant_id = $1 AND provider = $2 AND provider_id = $3";
    STATE = "SELECT state AS value FROM message WHERE tenant_id = $1 AND id = $2";
    VIEW = views!(" AND id = $2");
    LIST = views!(" AND (CAST($2 AS TEXT) IS NULL OR state = $2)
            AND (CAST($3 AS TEXT) IS NULL OR channel = $3) AND (CAST($4 AS TEXT) IS NULL OR LOWER(recipient) LIKE $4)
        ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6");
    COUNT = "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2)
            AND (CAST($3 AS TEXT) IS NULL OR channel = $3) AND (CAST($4 AS TEXT) IS NULL OR LOWER(recipient) LIKE $4)";
    TO_NUMBER = views!(" AND recipient = $2 AND state NOT IN ('refused', 'expired', 'cancelled')
        ORDER BY created_at DESC, id DESC LIMIT 50");
    /// Those too that never left.
    MEANT_FOR_NUMBER = views!(" AND recipient = $2 ORDER BY created_at DESC, id DESC LIMIT 50");
    /// Answers that a person wrote, but for those that never left.
    WRITTEN_SINCE = "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND recipient = $2 AND created_at > $3
            AND category = 'answer' AND created_by IS NOT NULL AND state NOT IN ('failed', 'refused', 'expired', 'cancelled')";
    CODES_UNDER_WAY = "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND recipient = $2 AND created_at > $3
            AND category = 'security' AND channel = 'whatsapp' AND state NOT IN ('delivered', 'read')";
    /// A person's decision.
    SEND_AGAIN = concat!("UPDATE message SET state = 'queued', reason = NULL, detail = NULL, error_code = NULL,
            retryable = NULL, provider_id = NULL, updated_at = $3
        WHERE tenant_id = $1 AND id = $2 AND ", can_go_again!());
    DEAD_LETTERS = "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND work_dead_at IS NOT NULL";
}

fn stored(values: &Values) -> String {
    serde_json::json!(values).to_string()
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    ctx: &Ctx,
    id: MessageId,
    new: &Draft,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let said = new.said.as_ref();
    let lacks = said.and_then(|said| said.lacks.as_deref());
    let values = params![
        ctx.tenant,
        id,
        new.channel,
        new.category,
        new.recipient,
        new.patient,
        new.idempotency_key,
        new.body,
        ports::messaging::body_sha256(&new.body),
        new.expires_at,
        new.created_by,
        now,
        new.subject,
        new.mail_id,
        said.map(|said| said.event.key),
        said.map(|said| said.locale),
        said.map(|said| stored(&said.values)),
        said.and_then(|said| said.other_channel),
        new.follows,
        lacks.map(|_| Reason::MissingVariable),
        lacks,
        match lacks {
            Some(_) => MessageState::Refused,
            None => MessageState::Queued,
        },
        lacks.is_none().then_some(now),
        said.and_then(|said| said.other_values.as_ref().map(stored)),
    ];
    Ok(tx.execute(INSERT, values).await? == 1)
}

pub(super) async fn by_key(
    tx: &mut ReadTx,
    tenant: TenantId,
    key: &str,
) -> Result<Option<MessageId>, StoreError> {
    tx.optional(BY_KEY, params![tenant, key]).await
}

/// A step of a message's life with its reason.
pub(super) struct Step<'a> {
    pub from: MessageState,
    pub to: MessageState,
    pub reason: Option<&'a str>,
    /// What the reason is about.
    pub detail: Option<&'a str>,
    pub error_code: Option<i64>,
    pub retryable: Option<bool>,
}

pub(super) async fn step(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    step: Step<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        id,
        step.to,
        step.reason,
        step.error_code,
        step.retryable,
        now,
        step.from,
        step.detail
    ];
    tx.execute_one(MOVE, values).await
}

pub(super) async fn twins_in_flight(
    tx: &mut ReadTx,
    job: &jobs::Job,
    message: &ToSend,
) -> Result<i64, StoreError> {
    let values = params![job.tenant, message.recipient, message.body_sha256, job.id];
    tx.one(TWINS_IN_FLIGHT, values).await
}

/// Whether a code went to this number by WhatsApp since then that is not known to have come.
pub(super) async fn code_under_way(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let count: i64 = tx
        .one(CODES_UNDER_WAY, params![tenant, phone, since])
        .await?;
    Ok(count > 0)
}

pub(super) async fn by_provider_id(
    tx: &mut ReadTx,
    tenant: TenantId,
    provider: &str,
    provider_id: &str,
) -> Result<Option<MessageId>, StoreError> {
    tx.optional(BY_PROVIDER_ID, params![tenant, provider, provider_id])
        .await
}

pub(super) async fn state(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<MessageState>, StoreError> {
    let word: Option<String> = tx.optional(STATE, params![tenant, id]).await?;
    Ok(word.as_deref().and_then(MessageState::parse))
}

pub(super) async fn view(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: MessageId,
) -> Result<Option<MessageView>, StoreError> {
    tx.optional(VIEW, params![tenant, id]).await
}

pub(super) async fn list(
    tx: &mut ReadTx,
    tenant: TenantId,
    wanted: &Wanted,
    page: kernel::PageRequest,
) -> Result<(i64, Vec<MessageView>), StoreError> {
    let (state, channel) = (wanted.state, wanted.channel);
    let number = number_like(&wanted.number);
    let count = tx
        .one(COUNT, params![tenant, state, channel, number])
        .await?;
    let (size, offset) = (page.size, page.offset());
    let rows = tx
        .all(LIST, params![tenant, state, channel, number, size, offset])
        .await?;
    Ok((count, rows))
}

pub(super) async fn to_number(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<MessageView>, StoreError> {
    tx.all(TO_NUMBER, params![tenant, phone]).await
}

/// The newest fifty that were written for a number, whether they left or not.
pub(super) async fn meant_for_number(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<MessageView>, StoreError> {
    tx.all(MEANT_FOR_NUMBER, params![tenant, phone]).await
}

pub(super) async fn written_since(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![tenant, phone, since];
    Ok(tx.one::<i64>(WRITTEN_SINCE, values).await? > 0)
}

pub(super) async fn send_again(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MessageId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(SEND_AGAIN, params![tenant, id, now]).await
}

pub(super) async fn dead_letters(tx: &mut ReadTx, tenant: TenantId) -> Result<i64, StoreError> {
    tx.one(DEAD_LETTERS, params![tenant]).await
}
