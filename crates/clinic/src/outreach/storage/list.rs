use kernel::{TenantId, Timestamp, text::fold_letters};
use store::{Params, ReadTx, StoreError, params};

use crate::outreach::model::{Reminder, ReminderId, Sought};

/// `p` is the patient as he stands today: the record that his was merged into, if it was.
/// How a reminder stands: while it is armed it waits, whatever became of an earlier
/// message; after that its message says it, or the one that took its place (`f`), and one
/// that was never written lost its use.
macro_rules! reminders {
    ($rows:expr) => {
        concat!(
            "SELECT r.id AS id, p.id AS patient_id, p.restricted AS restricted, r.phone AS phone,
            r.patient_name AS patient_name, r.appointment_reason AS appointment_reason,
            r.medication_list AS medication_list, r.consultation_list AS consultation_list, r.language AS language,
            r.method AS method, r.scheduled_at AS scheduled_at, r.appointment_at AS appointment_at,
            r.expires_at AS expires_at, COALESCE(m.id, r.message_id) AS message_id, r.round AS round, r.answer AS answer,
            r.answered_at AS answered_at, r.created_by AS created_by, r.created_at AS created_at,
            r.updated_at AS updated_at, r.version AS version, r.work_due_at IS NOT NULL AS armed,
            CASE WHEN r.work_due_at IS NOT NULL THEN 'pending' WHEN r.work_dead_at IS NOT NULL THEN 'failed'
                WHEN m.state IS NULL THEN 'expired' WHEN m.state = 'queued' THEN 'pending'
                WHEN m.state IN ('accepted', 'sent') THEN 'sent' WHEN m.state IN ('delivered', 'read') THEN 'delivered'
                ELSE m.state END AS status,
            m.reason AS reason, m.work_error AS waits, m.error_code AS error_code, m.provider_id AS provider_id,
            (SELECT COUNT(*) FROM message_attempt t WHERE t.tenant_id = m.tenant_id AND t.message_id = m.id) AS attempts,
            CASE WHEN m.state IN ('accepted', 'sent', 'delivered', 'read') THEN COALESCE((SELECT MAX(t.finished_at)
                FROM message_attempt t WHERE t.tenant_id = m.tenant_id AND t.message_id = m.id AND t.outcome = 'accepted'),
                m.updated_at) END AS left_at
        FROM reminder_note r
        JOIN patient o ON o.tenant_id = r.tenant_id AND o.id = r.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        LEFT JOIN message f ON f.tenant_id = r.tenant_id AND f.follows = r.message_id
        LEFT JOIN message m ON m.tenant_id = r.tenant_id AND r.work_due_at IS NULL
            AND m.id = CASE WHEN f.id IS NULL THEN r.message_id ELSE f.id END
        WHERE r.tenant_id = $1 AND r.deleted_at IS NULL",
            $rows
        )
    };
}

macro_rules! counted {
    ($rows:expr) => {
        concat!(
            "SELECT COUNT(*) AS value FROM reminder_note r
        JOIN patient o ON o.tenant_id = r.tenant_id AND o.id = r.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        LEFT JOIN message f ON f.tenant_id = r.tenant_id AND f.follows = r.message_id
        LEFT JOIN message m ON m.tenant_id = r.tenant_id AND r.work_due_at IS NULL
            AND m.id = CASE WHEN f.id IS NULL THEN r.message_id ELSE f.id END
        WHERE r.tenant_id = $1 AND r.deleted_at IS NULL",
            $rows
        )
    };
}

/// The states as `reminders!` shows them. A restricted patient's reasons are not
/// searched: a hit would tell them.
macro_rules! wanted {
    () => {
        " AND r.scheduled_at >= $2 AND r.scheduled_at <= $3 AND (CAST($4 AS TEXT) IS NULL OR r.method = $4)
            AND (CAST($5 AS TEXT) IS NULL OR r.language = $5)
            AND (CAST($6 AS TEXT) IS NULL OR $6 LIKE '%,' || CASE WHEN r.work_due_at IS NOT NULL THEN 'pending'
                WHEN r.work_dead_at IS NOT NULL THEN 'failed' WHEN m.state IS NULL THEN 'expired'
                WHEN m.state = 'queued' THEN 'pending' WHEN m.state IN ('accepted', 'sent') THEN 'sent'
                WHEN m.state IN ('delivered', 'read') THEN 'delivered' ELSE m.state END || ',%')
            AND (CAST($7 AS TEXT) IS NULL OR (r.reason_folded LIKE $7 ESCAPE '!' AND NOT p.restricted))"
    };
}

/// Of one patient, whose records went into one.
macro_rules! of_patient {
    () => {
        " AND r.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $8
            UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $8)"
    };
}

store::statements! {
    FIND = reminders!(" AND r.id = $2");
    LIST = reminders!(concat!(wanted!(), " ORDER BY r.scheduled_at, r.id LIMIT $8 OFFSET $9"));
    /// Ordered by an expression: by the column alone, SQLite walks all of the clinic's.
    LIST_OF_PATIENT = reminders!(concat!(wanted!(), of_patient!(), " ORDER BY r.scheduled_at + 0, r.id LIMIT $9 OFFSET $10"));
    COUNT = counted!(wanted!());
    COUNT_OF_PATIENT = counted!(concat!(wanted!(), of_patient!()));
}

pub(in crate::outreach) async fn find(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: ReminderId,
) -> Result<Option<Reminder>, StoreError> {
    tx.optional(FIND, params![tenant, id]).await
}

fn filters(tenant: TenantId, sought: &Sought) -> Params {
    let states = sought.states.iter().map(|state| state.as_str());
    let states: Vec<&str> = states.collect();
    let states = (!states.is_empty()).then(|| format!(",{},", states.join(",")));
    let mut values = params![
        tenant,
        sought.from.map_or(i64::MIN, Timestamp::micros),
        sought.until.map_or(i64::MAX, Timestamp::micros),
        sought.method,
        sought.language,
        states,
        sought.reason.as_deref().map(reason_like),
    ];
    if let Some(patient) = sought.patient {
        values.extend(params![patient]);
    }
    values
}

/// A part of a reason as SQL's `LIKE` reads it, its own signs as they are.
fn reason_like(part: &str) -> String {
    let mut like = String::from("%");
    for c in fold_letters(part.trim()).chars() {
        if matches!(c, '%' | '_' | '!') {
            like.push('!');
        }
        like.push(c);
    }
    like + "%"
}

/// One part of what is sought: so many rows, after so many left out; in the order of
/// their time.
pub(in crate::outreach) async fn list(
    tx: &mut ReadTx,
    tenant: TenantId,
    sought: &Sought,
    (limit, skip): (i64, i64),
) -> Result<Vec<Reminder>, StoreError> {
    let mut values = filters(tenant, sought);
    values.extend(params![limit, skip]);
    let list = match sought.patient {
        None => LIST,
        Some(_) => LIST_OF_PATIENT,
    };
    tx.all(list, values).await
}

/// How many are sought.
pub(in crate::outreach) async fn count(
    tx: &mut ReadTx,
    tenant: TenantId,
    sought: &Sought,
) -> Result<i64, StoreError> {
    let count = match sought.patient {
        None => COUNT,
        Some(_) => COUNT_OF_PATIENT,
    };
    tx.one(count, filters(tenant, sought)).await
}
