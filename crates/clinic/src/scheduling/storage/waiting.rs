use kernel::{PageRequest, TenantId, Timestamp, UserId};
use store::{Params, ReadTx, StoreError, WriteTx, params};

use crate::{
    patients::api::PatientId,
    scheduling::{
        model::{NewWaiting, Waiting, WaitingId, WaitingState},
        policy::Sees,
    },
};

/// `p` is the patient as he stands today: the record that his was merged into, if it was.
macro_rules! waiting {
    ($rows:expr) => {
        concat!(
            "SELECT w.id AS id, p.id AS patient_id, p.user_id AS patient_user,
            p.first_name || ' ' || p.last_name AS patient_name, p.restricted AS restricted,
            w.practitioner_id AS practitioner_id, u.first_name || ' ' || u.last_name AS practitioner_name,
            w.mode AS mode, w.first_day AS first_day, w.last_day AS last_day, w.state AS state,
            w.created_at AS created_at, a.id AS offer_id, a.starts_at AS offer_start, a.ends_at AS offer_end,
            a.held_until AS offer_until, d.first_name || ' ' || d.last_name AS offer_doctor, a.mode AS offer_mode
        FROM waiting_entry w
        JOIN patient o ON o.tenant_id = w.tenant_id AND o.id = w.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        LEFT JOIN user_account u ON u.id = w.practitioner_id
        LEFT JOIN waiting_offer f ON f.tenant_id = w.tenant_id AND f.entry_id = w.id AND f.state = 'open'
        LEFT JOIN appointment a ON a.tenant_id = f.tenant_id AND a.id = f.appointment_id
        LEFT JOIN user_account d ON d.id = a.practitioner_id
        WHERE w.tenant_id = $1",
            $rows
        )
    };
}

/// Those who wait on this day or later, as far as the caller may see them.
macro_rules! seen {
    () => {
        " AND w.state = 'open' AND w.last_day >= $2
            AND ($3 = 'all' OR ($3 = 'own' AND p.user_id = $4)
                OR ($3 = 'doctor' AND (w.practitioner_id = $4 OR w.practitioner_id IS NULL)))"
    };
}

store::statements! {
    FIND_WAITING = waiting!(" AND w.id = $2");
    LIST_WAITING = waiting!(concat!(seen!(), " ORDER BY w.created_at, w.id LIMIT $5 OFFSET $6"));
    COUNT_WAITING = concat!("SELECT COUNT(*) AS value FROM waiting_entry w
        JOIN patient o ON o.tenant_id = w.tenant_id AND o.id = w.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        WHERE w.tenant_id = $1", seen!());
    SAME_WAITING = waiting!(" AND w.state = 'open' AND p.id = $2 AND w.mode = $3 AND w.first_day = $4 AND w.last_day = $5
            AND (w.practitioner_id = $6 OR (w.practitioner_id IS NULL AND CAST($6 AS UUID) IS NULL))
        ORDER BY w.created_at LIMIT 1");
    SEATS = "SELECT w.seat AS value FROM waiting_entry w
        JOIN patient o ON o.tenant_id = w.tenant_id AND o.id = w.patient_id
        WHERE w.tenant_id = $1 AND w.state = 'open' AND CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END = $2";
    INSERT_WAITING = "INSERT INTO waiting_entry (tenant_id, id, patient_id, practitioner_id, mode, first_day, last_day, state,
            seat, created_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $10) ON CONFLICT DO NOTHING";
    CLOSE_OVER = "UPDATE waiting_entry SET state = 'over', updated_at = $3
        WHERE tenant_id = $1 AND state = 'open' AND last_day < $2";
    END_WAITING = "UPDATE waiting_entry SET state = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'open'";
    HOLD_WAITING = "UPDATE waiting_entry SET seat = seat WHERE tenant_id = $1 AND state = 'open'
            AND patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $2
                UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $2)";
}

pub(in crate::scheduling) async fn find_waiting(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: WaitingId,
) -> Result<Option<Waiting>, StoreError> {
    tx.optional(FIND_WAITING, params![tenant, id]).await
}

/// One page of what the caller sees of those who wait on `today` or later, the
/// longest waiting first, with the count.
pub(in crate::scheduling) async fn list_waiting(
    tx: &mut ReadTx,
    tenant: TenantId,
    sees: Sees,
    today: &str,
    page: PageRequest,
) -> Result<(i64, Vec<Waiting>), StoreError> {
    let (kind, user) = sees.parts();
    let mut values: Params = params![tenant, today.to_owned(), kind, user];
    let count = tx.one(COUNT_WAITING, values.clone()).await?;
    values.extend(params![page.size, page.offset()]);
    Ok((count, tx.all(LIST_WAITING, values).await?))
}

/// The same wish of the same patient, as long as it waits.
pub(in crate::scheduling) async fn same_waiting(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
    wish: &NewWaiting,
) -> Result<Option<Waiting>, StoreError> {
    let values = params![
        tenant,
        patient,
        wish.mode,
        wish.first.to_string(),
        wish.last.to_string(),
        wish.practitioner,
    ];
    tx.optional(SAME_WAITING, values).await
}

/// The seats that a patient's wishes have taken.
pub(in crate::scheduling) async fn seats(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
) -> Result<Vec<i64>, StoreError> {
    tx.all(SEATS, params![tenant, patient]).await
}

/// Whether the wish was entered: not when the seat is taken or the wish there.
pub(in crate::scheduling) async fn insert_waiting(
    tx: &mut WriteTx,
    tenant: TenantId,
    (id, patient, seat): (WaitingId, PatientId, i64),
    wish: &NewWaiting,
    (by, now): (Option<UserId>, Timestamp),
) -> Result<bool, StoreError> {
    let values = params![
        tenant,
        id,
        patient,
        wish.practitioner,
        wish.mode,
        wish.first.to_string(),
        wish.last.to_string(),
        seat,
        by,
        now,
    ];
    Ok(tx.execute(INSERT_WAITING, values).await? == 1)
}

/// Ends what nobody can be offered any more: it gives its seat back.
pub(in crate::scheduling) async fn close_over(
    tx: &mut WriteTx,
    tenant: TenantId,
    today: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, today.to_owned(), now];
    tx.execute(CLOSE_OVER, values).await.map(drop)
}

/// Ends a wish; one that has ended stays as it is.
pub(in crate::scheduling) async fn end_waiting(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: WaitingId,
    state: WaitingState,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, id, state, now];
    tx.execute(END_WAITING, values).await.map(drop)
}

/// Whoever else offers this patient a place waits until this transaction ends.
pub(in crate::scheduling) async fn hold_waiting(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: PatientId,
) -> Result<(), StoreError> {
    let values = params![tenant, patient];
    tx.execute(HOLD_WAITING, values).await.map(drop)
}
