//! Messages about events: as an approved text, or once more by another way.

use kernel::{TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::messaging::model::ToFollow;

store::statements! {
    /// What it goes as; without an id as the text that it holds.
    USE_TEMPLATE = "UPDATE message SET content_sid = $4, content_variables = $5, body = $6, body_sha256 = $7
        WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL";
    /// What it says now, and nothing that a key answers.
    SAY_INSTEAD = "UPDATE message SET event = $4, variables = $5, other_variables = NULL, body = $6, body_sha256 = $7,
            asks = $8, content_sid = NULL, content_variables = NULL
        WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL";
    TO_FOLLOW = "SELECT id, recipient, patient_id, idempotency_key, expires_at, created_by, event, language,
            COALESCE(other_variables, variables) AS variables, other_channel
        FROM message WHERE tenant_id = $1 AND id = $2 AND other_channel IS NOT NULL";
    /// A dead letter, whose work has ended already.
    LEAVE_TO_A_PERSON = "UPDATE message SET work_dead_at = $3 WHERE tenant_id = $1 AND id = $2 AND work_due_at IS NULL";
    NOT_DEAD = "UPDATE message SET work_dead_at = NULL WHERE tenant_id = $1 AND id = $2";
}

/// An approved text and what its numbers stand for, in Twilio's form.
pub(in crate::messaging) struct Content<'a> {
    pub sid: Option<&'a str>,
    pub variables: Option<&'a str>,
    pub body: &'a str,
}

pub(in crate::messaging) async fn use_template(
    tx: &mut WriteTx,
    job: &jobs::Job,
    content: Content<'_>,
) -> Result<(), StoreError> {
    let sha256 = ports::messaging::body_sha256(content.body);
    let values = params![
        job.tenant,
        job.id,
        job.token,
        content.sid,
        content.variables,
        content.body,
        sha256
    ];
    tx.execute_one(USE_TEMPLATE, values).await
}

/// What a message says in the place of what it said.
pub(in crate::messaging) struct Instead<'a> {
    pub event: &'static str,
    /// As [`crate::messaging::model::stored_values`] reads them.
    pub variables: &'a str,
    pub body: &'a str,
}

pub(in crate::messaging) async fn say_instead(
    tx: &mut WriteTx,
    job: &jobs::Job,
    new: Instead<'_>,
) -> Result<(), StoreError> {
    let values = params![
        job.tenant,
        job.id,
        job.token,
        new.event,
        new.variables,
        new.body,
        ports::messaging::body_sha256(new.body),
        false
    ];
    tx.execute_one(SAY_INSTEAD, values).await
}

/// A message that may go another way; nothing when there is none.
pub(in crate::messaging) async fn to_follow(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<ToFollow>, StoreError> {
    tx.optional(TO_FOLLOW, params![tenant, id]).await
}

/// What was given up waits for nobody: another message took its place.
pub(in crate::messaging) async fn not_dead(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<(), StoreError> {
    tx.execute_one(NOT_DEAD, params![tenant, id]).await
}

/// Sets a failed message aside.
pub(in crate::messaging) async fn leave_to_a_person(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(LEAVE_TO_A_PERSON, params![tenant, id, now])
        .await
}
