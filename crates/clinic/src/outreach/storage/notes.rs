use kernel::{TenantId, Timestamp, UserId, text::fold_letters};
use store::{Params, ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::{
    messaging::api::MessageId,
    outreach::model::{Answer, Draft, ReminderId},
    patients::api::PatientId,
};

store::statements! {
    INSERT = "INSERT INTO reminder_note (tenant_id, id, patient_id, phone, patient_name, appointment_reason, reason_folded,
            medication_list, consultation_list, language, method, scheduled_at, appointment_at, expires_at, work_due_at,
            updated_at, created_by, created_at, round, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $16, 1, 1)";
    /// Arms the row anew: whoever held it holds it no more.
    UPDATE = "UPDATE reminder_note SET patient_id = $3, phone = $4, patient_name = $5, appointment_reason = $6,
            reason_folded = $7, medication_list = $8, consultation_list = $9, language = $10, method = $11,
            scheduled_at = $12, appointment_at = $13, expires_at = $14, work_due_at = $15, updated_at = $16, round = $17,
            answer = NULL, answered_at = NULL, work_held_by = NULL, work_token = work_token + 1, work_attempts = 0,
            work_deaths = 0, work_dead_at = NULL, work_error = NULL, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND version = $18";
    HOLD = "UPDATE reminder_note SET version = version WHERE tenant_id = $1 AND id = $2";
    /// Who ends the row writes the message: of several at once one finds it armed.
    TAKE = "UPDATE reminder_note SET work_due_at = NULL, work_held_by = NULL, work_token = work_token + 1
        WHERE tenant_id = $1 AND id = $2 AND work_due_at IS NOT NULL AND scheduled_at <= $3";
    TOLD = "UPDATE reminder_note SET message_id = $3 WHERE tenant_id = $1 AND id = $2";
    DELETE = "DELETE FROM reminder_note WHERE tenant_id = $1 AND id = $2 AND message_id IS NULL";
    HIDE = "UPDATE reminder_note SET deleted_at = $3, updated_at = $3, work_due_at = NULL, work_held_by = NULL,
            work_dead_at = NULL, work_token = work_token + 1, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
    DUE = "SELECT id AS value FROM reminder_note WHERE tenant_id = $1 AND work_due_at IS NOT NULL AND scheduled_at <= $2
        ORDER BY scheduled_at, id LIMIT $3";
    OF_MESSAGE = "SELECT id, patient_id FROM reminder_note WHERE tenant_id = $1 AND message_id = $2
            AND work_due_at IS NULL AND deleted_at IS NULL";
    ANSWERED = "UPDATE reminder_note SET answer = $3, answered_at = $4, updated_at = $4, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND answer IS NULL";
    /// So many at once; nobody has no id, so that the places left over ask for nothing.
    STATES = "SELECT m.id AS id, COALESCE(f.state, m.state) AS state,
            CASE WHEN f.id IS NULL THEN m.work_due_at ELSE f.work_due_at END AS work_due_at
        FROM message m LEFT JOIN message f ON f.tenant_id = m.tenant_id AND f.follows = m.id
        WHERE m.tenant_id = $1 AND m.id IN ($2, $3, $4, $5, $6, $7, $8, $9,
            $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
}

/// The engine's statements for reminders.
pub(crate) const WORK: jobs::WorkSql = jobs::work_table!("reminder_note");

/// How many [`STATES`] asks for at once.
const ASKED: usize = 20;

store::row! {
    /// How a message stands, and when it is looked at again.
    pub(in crate::outreach) struct StateOf {
        pub id: MessageId,
        pub state: String,
        pub work_due_at: Option<Timestamp>,
    }
}

store::row! {
    /// The reminder of a message.
    pub(in crate::outreach) struct Asked {
        pub id: ReminderId,
        pub patient_id: PatientId,
    }
}

fn values(
    tenant: TenantId,
    id: ReminderId,
    draft: &Draft,
    (due, now): (Timestamp, Timestamp),
) -> Params {
    params![
        tenant,
        id,
        draft.patient,
        draft.phone,
        draft.patient_name,
        draft.appointment_reason,
        fold_letters(&draft.appointment_reason),
        draft.medication_list,
        draft.consultation_list,
        draft.language,
        draft.method,
        draft.scheduled_at,
        draft.appointment_at,
        draft.expires_at,
        due,
        now,
    ]
}

pub(in crate::outreach) async fn insert(
    tx: &mut WriteTx,
    tenant: TenantId,
    (id, draft): (ReminderId, &Draft),
    times: (Timestamp, Timestamp),
    by: Option<UserId>,
) -> Result<(), StoreError> {
    let mut values = values(tenant, id, draft, times);
    values.extend(params![by]);
    tx.execute_one(INSERT, values).await
}

/// Writes a changed reminder, armed for its time. Fails with a row count when the
/// version is another by now.
pub(in crate::outreach) async fn update(
    tx: &mut WriteTx,
    tenant: TenantId,
    (id, draft): (ReminderId, &Draft),
    times: (Timestamp, Timestamp),
    (round, version): (i64, i64),
) -> Result<(), StoreError> {
    let mut values = values(tenant, id, draft, times);
    values.extend(params![round, version]);
    tx.execute_one(UPDATE, values).await
}

/// Whoever else changes or sends this reminder waits until this transaction ends.
pub(in crate::outreach) async fn hold(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ReminderId,
) -> Result<(), StoreError> {
    tx.execute(HOLD, params![tenant, id]).await.map(drop)
}

/// Ends the row of a due reminder; false when somebody else did.
pub(in crate::outreach) async fn take(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(TAKE, params![tenant, id, now]).await? == 1)
}

/// Remembers the message that was written; none for a reminder that lost its use.
pub(in crate::outreach) async fn told(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ReminderId,
    message: Option<MessageId>,
) -> Result<(), StoreError> {
    tx.execute_one(TOLD, params![tenant, id, message]).await
}

/// Deletes a reminder for which nothing was ever written, and hides any other.
pub(in crate::outreach) async fn remove(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ReminderId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if tx.execute(DELETE, params![tenant, id]).await? == 1 {
        return Ok(());
    }
    tx.execute_one(HIDE, params![tenant, id, now]).await
}

/// Up to so many reminders whose time has come, the longest waiting first.
pub(in crate::outreach) async fn due(
    tx: &mut ReadTx,
    tenant: TenantId,
    now: Timestamp,
    most: i64,
) -> Result<Vec<Uuid>, StoreError> {
    tx.all(DUE, params![tenant, now, most]).await
}

/// The reminder whose newest message this is.
pub(in crate::outreach) async fn of_message(
    tx: &mut ReadTx,
    tenant: TenantId,
    message: MessageId,
) -> Result<Option<Asked>, StoreError> {
    tx.optional(OF_MESSAGE, params![tenant, message]).await
}

/// Notes the first answer; false when there is one.
pub(in crate::outreach) async fn answered(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ReminderId,
    (answer, at): (Answer, Timestamp),
) -> Result<bool, StoreError> {
    let values = params![tenant, id, answer, at];
    Ok(tx.execute(ANSWERED, values).await? == 1)
}

/// How these messages stand.
pub(in crate::outreach) async fn states(
    tx: &mut ReadTx,
    tenant: TenantId,
    ids: &[MessageId],
) -> Result<Vec<StateOf>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(ASKED) {
        let mut values = params![tenant];
        for place in 0..ASKED {
            values.extend(params![some.get(place).copied()]);
        }
        found.extend(tx.all::<StateOf>(STATES, values).await?);
    }
    Ok(found)
}
