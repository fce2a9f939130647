use kernel::{Phone, TenantId, Timestamp};
use send_rules::Reply;
use store::{ReadTx, StoreError, WriteTx, params};

use crate::{
    messaging::api::MessageId,
    patients::api::PatientId,
    scheduling::model::{AnswerWay, Appointment, Question, QuestionId, QuestionPlace, VisitAt},
};

macro_rules! questions {
    ($rows:literal) => {
        concat!(
            "SELECT q.appointment_id AS appointment_id, q.message_id AS message_id, q.starts_at AS starts_at,
            q.asked_at AS asked_at, q.token_hash IS NULL AS by_digit,
            EXISTS (SELECT 1 FROM reminder_question_visit v
                WHERE v.tenant_id = q.tenant_id AND v.question_id = q.id) AS several
        FROM reminder_question q ",
            $rows
        )
    };
}

store::statements! {
    ASK = "INSERT INTO reminder_question (tenant_id, id, appointment_id, message_id, phone, starts_at, asked_at, token_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ASK_ALSO = "INSERT INTO reminder_question_visit (tenant_id, question_id, appointment_id, starts_at) VALUES ($1, $2, $3, $4)";
    ASKED_ALSO = "SELECT appointment_id AS id, starts_at FROM reminder_question_visit
        WHERE tenant_id = $1 AND question_id = $2 ORDER BY starts_at, appointment_id";
    QUESTION = questions!("WHERE q.tenant_id = $1 AND q.id = $2");
    QUESTION_OF_MESSAGE = questions!("WHERE q.tenant_id = $1 AND q.message_id = $2 ORDER BY q.id LIMIT 1");
    /// Of visits to come that stand as they were asked about, or were answered.
    QUESTIONS_TO = questions!("JOIN appointment a ON a.tenant_id = q.tenant_id AND a.id = q.appointment_id
            AND a.starts_at = q.starts_at
        JOIN patient o ON o.tenant_id = a.tenant_id AND o.id = a.patient_id
        WHERE q.tenant_id = $1 AND q.phone = $2 AND q.starts_at > $3 AND CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END = $4
            AND (a.status = 'confirmed' OR EXISTS (SELECT 1 FROM reminder_answer r
                WHERE r.tenant_id = q.tenant_id AND r.appointment_id = q.appointment_id AND r.starts_at = q.starts_at))
        ORDER BY q.asked_at DESC, q.id DESC LIMIT 20");
    TENANT_OF_QUESTION = "SELECT tenant_id, id FROM reminder_question WHERE token_hash = $1";
    INSERT_ANSWER = "INSERT INTO reminder_answer (tenant_id, appointment_id, version, answer, way, starts_at, ends_at, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// The trigger of places looks at none of these columns.
    TOUCH = "UPDATE appointment SET updated_at = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $4";
}

/// Keeps that a reminder asked, by a digit when there is no link.
pub(in crate::scheduling) async fn ask(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: QuestionId,
    (one, message, phone): (&Appointment, MessageId, &Phone),
    (token_hash, now): (Option<String>, Timestamp),
) -> Result<(), StoreError> {
    let of = (one.id, one.starts_at);
    let values = params![tenant, id, of.0, message, phone, of.1, now, token_hash];
    tx.execute_one(ASK, values).await
}

/// Keeps that the same message asked about further visits of the day.
pub(in crate::scheduling) async fn ask_also(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: QuestionId,
    others: &[VisitAt],
) -> Result<(), StoreError> {
    for other in others {
        let values = params![tenant, id, other.id, other.starts_at];
        tx.execute_one(ASK_ALSO, values).await?;
    }
    Ok(())
}

/// The further visits that a message asked about, in order of time.
pub(in crate::scheduling) async fn asked_also(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: QuestionId,
) -> Result<Vec<VisitAt>, StoreError> {
    tx.all(ASKED_ALSO, params![tenant, id]).await
}

/// A reminder that asked.
pub(in crate::scheduling) async fn question(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: QuestionId,
) -> Result<Option<Question>, StoreError> {
    tx.optional(QUESTION, params![tenant, id]).await
}

/// What this message asked about a visit.
pub(in crate::scheduling) async fn question_of_message(
    tx: &mut ReadTx,
    tenant: TenantId,
    message: MessageId,
) -> Result<Option<Question>, StoreError> {
    tx.optional(QUESTION_OF_MESSAGE, params![tenant, message])
        .await
}

/// What this number was asked about visits of this patient that are to come, the
/// newest first.
pub(in crate::scheduling) async fn questions_to(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    patient: PatientId,
    now: Timestamp,
) -> Result<Vec<Question>, StoreError> {
    tx.all(QUESTIONS_TO, params![tenant, phone, now, patient])
        .await
}

/// Where the link with this hash leads, in whichever clinic.
pub(in crate::scheduling) async fn place_of_question(
    tx: &mut ReadTx,
    token_hash: &str,
) -> Result<Option<QuestionPlace>, StoreError> {
    tx.optional(TENANT_OF_QUESTION, params![token_hash]).await
}

/// Appends what was answered; `version` is the appointment's after it.
pub(in crate::scheduling) async fn insert_answer(
    tx: &mut WriteTx,
    tenant: TenantId,
    (one, version): (&Appointment, i64),
    (reply, way): (Reply, AnswerWay),
    now: Timestamp,
) -> Result<(), StoreError> {
    let of = (one.starts_at, one.ends_at);
    let values = params![tenant, one.id, version, reply, way, of.0, of.1, now];
    tx.execute_one(INSERT_ANSWER, values).await
}

/// Counts a change of the appointment that is kept elsewhere.
pub(in crate::scheduling) async fn touch(
    tx: &mut WriteTx,
    tenant: TenantId,
    one: &Appointment,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(TOUCH, params![tenant, one.id, now, one.version])
        .await
}
