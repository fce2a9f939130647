use agenda::{Mode, Span};
use jobs::Job;
use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::{
    patients::api::PatientId,
    scheduling::model::{
        Appointment, AppointmentId, Freed, LastOffer, NextInLine, OfferState, OpenOffer, WaitingId,
    },
};

store::statements! {
    INSERT_FREED = "INSERT INTO freed_place (tenant_id, id, appointment_id, practitioner_id, starts_at, ends_at, created_at,
            work_due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
    FREED = "SELECT g.id AS id, COALESCE(o.merged_into, o.id) AS patient_id, g.practitioner_id AS practitioner_id,
            g.starts_at AS starts_at, g.ends_at AS ends_at
        FROM freed_place g
        JOIN appointment a ON a.tenant_id = g.tenant_id AND a.id = g.appointment_id
        JOIN patient o ON o.tenant_id = a.tenant_id AND o.id = a.patient_id
        WHERE g.tenant_id = $1 AND g.id = $2";
    /// A long line takes many looks; none of them is a failure.
    LOOK_AGAIN = "UPDATE freed_place SET work_due_at = $4, work_held_by = NULL, work_attempts = 0, work_deaths = 0,
            work_error = NULL
        WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL";
    /// Who holds the row looks anyway, and sees what was committed here.
    LOOK_NOW = "UPDATE freed_place SET work_due_at = $3 WHERE tenant_id = $1 AND work_held_by IS NULL
            AND id = (SELECT f.freed_id FROM waiting_offer f WHERE f.tenant_id = $1 AND f.appointment_id = $2)";
    /// Not who gave the place back, who was offered it before, who has another
    /// offer, or who is somewhere else at that time.
    NEXT_IN_LINE = "SELECT w.id AS id, p.id AS patient_id, w.mode AS mode, w.created_at AS created_at FROM waiting_entry w
        JOIN patient o ON o.tenant_id = w.tenant_id AND o.id = w.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        WHERE w.tenant_id = $1 AND w.state = 'open' AND (w.practitioner_id IS NULL OR w.practitioner_id = $2)
            AND w.first_day <= $3 AND w.last_day >= $3 AND ($4 = 'both' OR w.mode = 'both' OR w.mode = $4)
            AND p.id <> $7
            AND (CAST($8 AS BIGINT) IS NULL OR w.created_at > $8 OR (w.created_at = $8 AND w.id > $9))
            AND NOT EXISTS (SELECT 1 FROM waiting_offer f
                JOIN patient q ON q.tenant_id = f.tenant_id AND q.id = f.patient_id
                WHERE f.tenant_id = w.tenant_id AND CASE WHEN q.merged_into IS NULL THEN q.id ELSE q.merged_into END = p.id
                    AND (f.state = 'open' OR (f.practitioner_id = $2 AND f.starts_at = $5)))
            AND NOT EXISTS (SELECT 1 FROM appointment a
                JOIN patient q ON q.tenant_id = a.tenant_id AND q.id = a.patient_id
                WHERE a.tenant_id = w.tenant_id AND CASE WHEN q.merged_into IS NULL THEN q.id ELSE q.merged_into END = p.id
                    AND a.status IN ('pending', 'confirmed') AND a.starts_at < $6 AND a.ends_at > $5)
        ORDER BY w.created_at, w.id LIMIT 1";
    INSERT_OFFER = "INSERT INTO waiting_offer (tenant_id, appointment_id, entry_id, freed_id, patient_id, practitioner_id,
            starts_at, state, offered_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8)";
    OPEN_OFFERS = "SELECT f.appointment_id AS appointment_id, f.starts_at AS starts_at, a.held_until AS held_until
        FROM waiting_offer f JOIN appointment a ON a.tenant_id = f.tenant_id AND a.id = f.appointment_id
        WHERE f.tenant_id = $1 AND f.freed_id = $2 AND f.state = 'open' ORDER BY f.starts_at, f.appointment_id";
    END_OFFER = "UPDATE waiting_offer SET state = $3, ended_at = $4
        WHERE tenant_id = $1 AND appointment_id = $2 AND state = 'open'";
    SERVE = "UPDATE waiting_entry SET state = 'served', updated_at = $3 WHERE tenant_id = $1 AND state = 'open'
            AND id = (SELECT f.entry_id FROM waiting_offer f WHERE f.tenant_id = $1 AND f.appointment_id = $2)";
    WISH_OF = "SELECT entry_id AS value FROM waiting_offer WHERE tenant_id = $1 AND appointment_id = $2";
    LAST_OFFER = "SELECT appointment_id, state FROM waiting_offer WHERE tenant_id = $1 AND entry_id = $2
        ORDER BY offered_at DESC, appointment_id DESC LIMIT 1";
}

/// The engine's statements for places that became free.
pub(crate) const FREED_WORK: jobs::WorkSql = jobs::work_table!("freed_place");

/// Enters a place to be offered from now on.
pub(in crate::scheduling) async fn insert_freed(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    (of, practitioner): (&Appointment, UserId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        id,
        of.id,
        practitioner,
        of.starts_at,
        of.ends_at,
        now
    ];
    tx.execute_one(INSERT_FREED, values).await
}

pub(in crate::scheduling) async fn freed(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<Freed>, StoreError> {
    tx.optional(FREED, params![tenant, id]).await
}

/// Puts the next look off. Fails with a row count when another node holds the row.
pub(in crate::scheduling) async fn look_again(
    tx: &mut WriteTx,
    job: &Job,
    at: Timestamp,
) -> Result<(), StoreError> {
    let values = params![job.tenant, job.id, job.token, at];
    tx.execute_one(LOOK_AGAIN, values).await
}

/// The place of this offer is looked at again at once.
pub(in crate::scheduling) async fn look_now(
    tx: &mut WriteTx,
    tenant: TenantId,
    offer: AppointmentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(LOOK_NOW, params![tenant, offer, now])
        .await
        .map(drop)
}

/// A slot that is offered, on its local day.
#[derive(Debug, Clone)]
pub(in crate::scheduling) struct Place {
    pub(in crate::scheduling) practitioner: UserId,
    pub(in crate::scheduling) span: Span,
    pub(in crate::scheduling) day: String,
    pub(in crate::scheduling) mode: Mode,
    /// Who gave it back.
    pub(in crate::scheduling) giver: PatientId,
}

/// Who has waited longest for such a place; behind `after` when somebody is passed over.
pub(in crate::scheduling) async fn next_in_line(
    tx: &mut ReadTx,
    tenant: TenantId,
    place: &Place,
    after: Option<&NextInLine>,
) -> Result<Option<NextInLine>, StoreError> {
    let values = params![
        tenant,
        place.practitioner,
        place.day.clone(),
        place.mode,
        place.span.start(),
        place.span.end(),
        place.giver,
        after.map(|after| after.created_at),
        after.map(|after| after.id),
    ];
    tx.optional(NEXT_IN_LINE, values).await
}

/// Fails with a unique rule when the patient has an offer, or had this one.
pub(in crate::scheduling) async fn insert_offer(
    tx: &mut WriteTx,
    tenant: TenantId,
    (made, practitioner): (&Appointment, UserId),
    (entry, freed): (WaitingId, Uuid),
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        made.id,
        entry,
        freed,
        made.patient_id,
        practitioner,
        made.starts_at,
        made.created_at,
    ];
    tx.execute_one(INSERT_OFFER, values).await
}

/// What of a place awaits an answer.
pub(in crate::scheduling) async fn open_offers(
    tx: &mut ReadTx,
    tenant: TenantId,
    freed: Uuid,
) -> Result<Vec<OpenOffer>, StoreError> {
    tx.all(OPEN_OFFERS, params![tenant, freed]).await
}

/// Ends an offer; the wish it was made for ends with it when it was taken up.
pub(in crate::scheduling) async fn end_offer(
    tx: &mut WriteTx,
    tenant: TenantId,
    offer: AppointmentId,
    state: OfferState,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(END_OFFER, params![tenant, offer, state, now])
        .await?;
    if state == OfferState::Accepted {
        tx.execute(SERVE, params![tenant, offer, now]).await?;
    }
    Ok(())
}

pub(in crate::scheduling) async fn last_offer(
    tx: &mut ReadTx,
    tenant: TenantId,
    entry: WaitingId,
) -> Result<Option<LastOffer>, StoreError> {
    tx.optional(LAST_OFFER, params![tenant, entry]).await
}

/// Whose wish the appointment of an offer is for.
pub(in crate::scheduling) async fn wish_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    appointment: AppointmentId,
) -> Result<WaitingId, StoreError> {
    tx.one(WISH_OF, params![tenant, appointment]).await
}
