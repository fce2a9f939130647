use kernel::{PageRequest, TenantId, Timestamp, UserId};
use store::{Params, ReadTx, StoreError, WriteTx, params};

use crate::{
    patients,
    scheduling::{
        model::{Appointment, AppointmentId, SoughtAppointments, Step, StepRow},
        policy::Sees,
    },
};

/// `p` is the patient as he stands today: the record that his was merged into, if it was.
macro_rules! appointments {
    ($rows:expr) => {
        concat!(
            "SELECT a.id AS id, p.id AS patient_id, p.user_id AS patient_user,
            p.first_name || ' ' || p.last_name AS patient_name, p.restricted AS restricted,
            a.practitioner_id AS practitioner_id, u.first_name || ' ' || u.last_name AS practitioner_name,
            a.encounter_id AS encounter_id, a.status AS status, a.mode AS mode,
            a.requested_start AS requested_start, a.requested_end AS requested_end, a.starts_at AS starts_at,
            a.ends_at AS ends_at, a.confirmed_at AS confirmed_at, a.held_until AS held_until,
            (SELECT MAX(r.at) FROM reminder_answer r WHERE r.tenant_id = a.tenant_id AND r.appointment_id = a.id
                AND r.starts_at = a.starts_at AND r.answer = 'coming') AS patient_coming_at,
            a.capacity AS capacity, a.overbooked AS overbooked, a.location_note AS location_note,
            a.patient_message AS patient_message, a.practitioner_message AS practitioner_message,
            a.series_id AS series_id, f.state AS offer, a.created_by AS created_by,
            EXISTS (SELECT 1 FROM online_request r WHERE r.tenant_id = a.tenant_id AND r.appointment_id = a.id) AS online,
            a.created_at AS created_at,
            a.updated_at AS updated_at, a.version AS version
        FROM appointment a
        JOIN patient o ON o.tenant_id = a.tenant_id AND o.id = a.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        LEFT JOIN user_account u ON u.id = a.practitioner_id
        LEFT JOIN waiting_offer f ON f.tenant_id = a.tenant_id AND f.appointment_id = a.id
        WHERE a.tenant_id = $1",
            $rows
        )
    };
}

/// What the caller may see and what he asked for.
macro_rules! wanted {
    () => {
        " AND ($2 = 'all' OR ($2 = 'own' AND p.user_id = $3)
                OR ($2 = 'doctor' AND (a.practitioner_id = $3 OR a.practitioner_id IS NULL)))
            AND (CAST($4 AS TEXT) IS NULL OR $4 LIKE '%,' || a.status || ',%')
            AND (CAST($5 AS UUID) IS NULL OR a.practitioner_id = $5)
            AND a.starts_at >= $6 AND a.starts_at < $7"
    };
}

/// Of one patient, whose records went into one.
macro_rules! of_patient {
    () => {
        " AND a.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $8
            UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $8)"
    };
}

macro_rules! counted {
    ($rows:expr) => {
        concat!(
            "SELECT COUNT(*) AS value FROM appointment a
        JOIN patient o ON o.tenant_id = a.tenant_id AND o.id = a.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        WHERE a.tenant_id = $1",
            $rows
        )
    };
}

store::statements! {
    FIND_APPOINTMENT = appointments!(" AND a.id = $2");
    LIST_APPOINTMENTS = appointments!(concat!(wanted!(), " ORDER BY a.starts_at, a.id LIMIT $8 OFFSET $9"));
    COUNT_APPOINTMENTS = counted!(wanted!());
    /// Ordered by an expression: by the column alone, SQLite walks all of the clinic's.
    LIST_OF_PATIENT = appointments!(concat!(wanted!(), of_patient!(), " ORDER BY a.starts_at + 0, a.id LIMIT $9 OFFSET $10"));
    COUNT_OF_PATIENT = counted!(concat!(wanted!(), of_patient!()));
    SERIES = appointments!(" AND a.patient_id = (SELECT m.patient_id FROM appointment m WHERE m.tenant_id = $1 AND m.id = $2)
            AND a.series_id = (SELECT m.series_id FROM appointment m WHERE m.tenant_id = $1 AND m.id = $2)
        ORDER BY a.starts_at + 0, a.id");
    HOLD_APPOINTMENT = "UPDATE appointment SET version = version WHERE tenant_id = $1 AND id = $2";
    INSERT_APPOINTMENT = "INSERT INTO appointment (tenant_id, id, practitioner_id, encounter_id, status, mode, starts_at,
            ends_at, confirmed_at, held_until, capacity, overbooked, location_note, patient_message,
            practitioner_message, updated_at, patient_id, requested_start, requested_end, series_id, created_by,
            created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $16, 1)";
    UPDATE_APPOINTMENT = "UPDATE appointment SET practitioner_id = $3, encounter_id = $4, status = $5, mode = $6,
            starts_at = $7, ends_at = $8, confirmed_at = $9, held_until = $10, capacity = $11, overbooked = $12,
            location_note = $13, patient_message = $14, practitioner_message = $15, updated_at = $16,
            version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND version = $17";
    INSERT_STEP = "INSERT INTO appointment_step (tenant_id, appointment_id, version, step, status, practitioner_id,
            starts_at, ends_at, note, author, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    STEPS = "SELECT s.version AS version, s.step AS step, s.status AS status, s.starts_at AS starts_at,
            s.ends_at AS ends_at, s.note AS note, s.author AS author,
            u.first_name || ' ' || u.last_name AS author_name, s.at AS at
        FROM appointment_step s LEFT JOIN user_account u ON u.id = s.author
        WHERE s.tenant_id = $1 AND s.appointment_id = $2
        UNION ALL SELECT r.version, 'coming', 'confirmed', r.starts_at, r.ends_at, CAST(NULL AS TEXT), CAST(NULL AS UUID),
            CAST(NULL AS TEXT), r.at
        FROM reminder_answer r WHERE r.tenant_id = $1 AND r.appointment_id = $2 AND r.answer = 'coming'
        ORDER BY version";
}

/// The name of the rule that no doctor has more patients than a slot takes.
pub(in crate::scheduling) const ROOM: &str = "appointment_room";

pub(in crate::scheduling) async fn find_appointment(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: AppointmentId,
) -> Result<Option<Appointment>, StoreError> {
    tx.optional(FIND_APPOINTMENT, params![tenant, id]).await
}

/// The appointments of the series that this one belongs to, in order of time; none
/// when it belongs to none.
pub(in crate::scheduling) async fn series(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: AppointmentId,
) -> Result<Vec<Appointment>, StoreError> {
    tx.all(SERIES, params![tenant, id]).await
}

/// Whoever else changes this appointment waits until this transaction ends.
pub(in crate::scheduling) async fn hold_appointment(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: AppointmentId,
) -> Result<(), StoreError> {
    tx.execute(HOLD_APPOINTMENT, params![tenant, id])
        .await
        .map(drop)
}

/// One page of what the caller sees and asked for, the earliest first, with the count.
pub(in crate::scheduling) async fn list_appointments(
    tx: &mut ReadTx,
    tenant: TenantId,
    sees: Sees,
    sought: &SoughtAppointments,
    page: PageRequest,
) -> Result<(i64, Vec<Appointment>), StoreError> {
    let (kind, user) = sees.parts();
    let status = sought.status.iter().map(|status| status.as_str());
    let status: Vec<&str> = status.collect();
    let status = (!status.is_empty()).then(|| format!(",{},", status.join(",")));
    let mut values: Params = params![
        tenant,
        kind,
        user,
        status,
        sought.practitioner,
        sought.from.map_or(i64::MIN, Timestamp::micros),
        sought.until.map_or(i64::MAX, Timestamp::micros),
    ];
    let patient = match (sees, sought.patient) {
        (Sees::Own(user), _) => match patients::api::of_account(tx, tenant, user).await? {
            None => return Ok((0, Vec::new())),
            own => own,
        },
        (_, patient) => patient,
    };
    let (count, list) = match patient {
        None => (COUNT_APPOINTMENTS, LIST_APPOINTMENTS),
        Some(_) => (COUNT_OF_PATIENT, LIST_OF_PATIENT),
    };
    if let Some(patient) = patient {
        values.extend(params![patient]);
    }
    let total = tx.one(count, values.clone()).await?;
    values.extend(params![page.size, page.offset()]);
    Ok((total, tx.all(list, values).await?))
}

fn values(tenant: TenantId, a: &Appointment) -> Params {
    params![
        tenant,
        a.id,
        a.practitioner_id,
        a.encounter_id,
        a.status,
        a.mode,
        a.starts_at,
        a.ends_at,
        a.confirmed_at,
        a.held_until,
        a.capacity,
        a.overbooked,
        a.location_note,
        a.patient_message,
        a.practitioner_message,
        a.updated_at,
    ]
}

/// Fails with the check [`ROOM`] when the doctor's time is taken.
pub(in crate::scheduling) async fn insert_appointment(
    tx: &mut WriteTx,
    tenant: TenantId,
    a: &Appointment,
) -> Result<(), StoreError> {
    let mut values = values(tenant, a);
    values.extend(params![
        a.patient_id,
        a.requested_start,
        a.requested_end,
        a.series_id,
        a.created_by,
    ]);
    tx.execute_one(INSERT_APPOINTMENT, values).await
}

/// Fails with a row count when the version is another by now, and with the check
/// [`ROOM`] when the doctor's time is taken.
pub(in crate::scheduling) async fn update_appointment(
    tx: &mut WriteTx,
    tenant: TenantId,
    a: &Appointment,
) -> Result<(), StoreError> {
    let mut values = values(tenant, a);
    values.extend(params![a.version]);
    tx.execute_one(UPDATE_APPOINTMENT, values).await
}

/// Appends what happened, as the appointment stands after it.
pub(in crate::scheduling) async fn insert_step(
    tx: &mut WriteTx,
    tenant: TenantId,
    (a, version): (&Appointment, i64),
    step: Step,
    note: Option<&str>,
    author: Option<UserId>,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        a.id,
        version,
        step,
        a.status,
        a.practitioner_id,
        a.starts_at,
        a.ends_at,
        note.map(str::to_owned),
        author,
        a.updated_at,
    ];
    tx.execute_one(INSERT_STEP, values).await
}

/// What happened to an appointment, in order.
pub(in crate::scheduling) async fn steps(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: AppointmentId,
) -> Result<Vec<StepRow>, StoreError> {
    tx.all(STEPS, params![tenant, id]).await
}
