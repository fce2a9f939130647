use agenda::Stage;
use kernel::{TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::{
    patients::api::PatientId,
    scheduling::model::{AppointmentId, Planned, ReminderRules, VisitAt},
};

store::statements! {
    LADDER = "SELECT two_days, evening, two_hours, evening_minute, version FROM reminder_ladder WHERE tenant_id = $1";
    INSERT_LADDER = "INSERT INTO reminder_ladder (tenant_id, two_days, evening, two_hours, evening_minute, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, 1)";
    UPDATE_LADDER = "UPDATE reminder_ladder SET two_days = $2, evening = $3, two_hours = $4, evening_minute = $5,
            updated_at = $6, version = version + 1
        WHERE tenant_id = $1 AND version = $7";
    PLAN = "INSERT INTO appointment_reminder (tenant_id, id, appointment_id, stage, starts_at, created_at, work_due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant_id, appointment_id, stage, starts_at) DO NOTHING";
    PLANNED = "SELECT appointment_id, starts_at FROM appointment_reminder WHERE tenant_id = $1 AND id = $2";
    VISITS_OF_DAY = "SELECT a.id AS id, a.starts_at AS starts_at FROM appointment a
        JOIN patient o ON o.tenant_id = a.tenant_id AND o.id = a.patient_id
        WHERE a.tenant_id = $1 AND a.status = 'confirmed' AND a.starts_at >= $3 AND a.starts_at < $4
            AND CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END = $2";
}

/// The engine's statements for reminders.
pub(crate) const REMINDER_WORK: jobs::WorkSql = jobs::work_table!("appointment_reminder");

pub(in crate::scheduling) async fn ladder(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Option<ReminderRules>, StoreError> {
    tx.optional(LADDER, params![tenant]).await
}

/// Fails with a row count, or a unique rule, when the version is another by now.
pub(in crate::scheduling) async fn set_ladder(
    tx: &mut WriteTx,
    tenant: TenantId,
    rules: &ReminderRules,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut values = params![
        tenant,
        rules.two_days,
        rules.evening,
        rules.two_hours,
        rules.evening_minute,
        now,
    ];
    if rules.version == 0 {
        return tx.execute_one(INSERT_LADDER, values).await;
    }
    values.extend(params![rules.version]);
    tx.execute_one(UPDATE_LADDER, values).await
}

/// Plans a reminder; the same again is one.
pub(in crate::scheduling) async fn plan_reminder(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    (appointment, stage, starts_at): (AppointmentId, Stage, Timestamp),
    (now, due): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let values = params![tenant, id, appointment, stage, starts_at, now, due];
    tx.execute(PLAN, values).await.map(drop)
}

/// What a reminder was planned for.
pub(in crate::scheduling) async fn planned(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<Planned>, StoreError> {
    tx.optional(PLANNED, params![tenant, id]).await
}

/// When a patient comes between two instants, the first visit first.
pub(in crate::scheduling) async fn visits_of_day(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<VisitAt>, StoreError> {
    let values = params![tenant, patient, from, until];
    let mut visits: Vec<VisitAt> = tx.all(VISITS_OF_DAY, values).await?;
    visits.sort_by_key(|visit| (visit.starts_at, visit.id));
    Ok(visits)
}
