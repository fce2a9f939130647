use kernel::{Ctx, Expected, FieldError, Patch, Phone, Problem, ProblemKind, UserId};
use store::{StoreError, WriteTx};

use super::{
    access::may_open,
    duplicates::file,
    merge::{in_another, kept},
};
use crate::{
    App, audit, identity,
    identity::api::TenantInfo,
    patients::{
        model::{ContactId, Created, NewPatient, PatientId, PatientPatch, PatientRow, Status},
        rules::{Check, LONG, SHORT},
        storage,
    },
};

pub(super) async fn clinic(app: &App, ctx: &Ctx) -> Result<TenantInfo, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(identity::api::tenant(&mut tx, ctx.tenant).await?)
}

/// Enters a patient.
///
/// # Errors
/// 400 naming every wrong field; 409 `patient-exists` for the same name, birth
/// date and number. The same number for another person is fine.
pub async fn create(app: &App, ctx: &Ctx, new: NewPatient) -> Result<Created, Problem> {
    let clinic = clinic(app, ctx).await?;
    let (patient, phone) = draft(app, &clinic, new)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if let Some(known) = known(tx, &a, &ctx, &patient, &phone).await? {
                    let mut problem = Problem::conflict("patient-exists");
                    problem.errors =
                        vec![FieldError::new("patient_id", "exists").with("id", known)];
                    return Err(problem);
                }
                insert(tx, &a, &ctx, &patient, &phone).await
            })
        })
        .await
}

/// The patient of a form that staff fill in, in the caller's transaction: who is
/// known under this name, day of birth and number, else a new one.
///
/// # Errors
/// 400 naming every wrong field of [`NewPatient`]; 403 `record-restricted`.
pub async fn enter(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    new: NewPatient,
) -> Result<PatientId, Problem> {
    let (patient, phone) = draft(app, clinic, new)?;
    if let Some(known) = known(tx, app, ctx, &patient, &phone).await? {
        may_open(tx, app, ctx, known).await?;
        return Ok(known);
    }
    Ok(insert(tx, app, ctx, &patient, &phone).await?.id)
}

/// The patient of a form that somebody with an account of his own fills in:
/// always a new one, since a name and a number are no proof of being him. Staff
/// who know better merge the two.
///
/// # Errors
/// 400 naming every wrong field; 409 `account-linked`.
pub async fn enter_own(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    new: NewPatient,
    user: UserId,
) -> Result<PatientId, Problem> {
    let (patient, phone) = draft(app, clinic, new)?;
    let created = insert(tx, app, ctx, &patient, &phone).await?;
    match storage::access::set_access(tx, ctx.tenant, created.id, false, Some(user)).await {
        Err(error) if error.is_unique_violation() => Err(Problem::conflict("account-linked")),
        other => Ok(other.map(|()| created.id)?),
    }
}

/// What was typed as a patient with his number, or everything that is wrong with it.
pub(super) fn draft(
    app: &App,
    clinic: &TenantInfo,
    new: NewPatient,
) -> Result<(PatientRow, Phone), Problem> {
    let now = app.clock.now();
    let mut check = Check::default();
    let phone = check.phone("phone", &new.phone, clinic.country);
    let patient = PatientRow {
        id: PatientId::new(&app.clock, &app.rng),
        first_name: check.name("first_name", &new.first_name),
        last_name: check.name("last_name", &new.last_name),
        birth_date: check.birth_date(new.birth_date, &now.day(&clinic.zone)),
        gender: check.gender(new.gender),
        locale: new.locale.unwrap_or(clinic.locale),
        status: Status::Pending,
        email: check.email(new.email),
        address: check.text("address", new.address, LONG),
        emergency_contact: check.text("emergency_contact", new.emergency_contact, SHORT),
        emergency_phone: check.text("emergency_phone", new.emergency_phone, SHORT),
        medical_history: check.text("medical_history", new.medical_history, LONG),
        allergies: check.text("allergies", new.allergies, LONG),
        current_medications: check.text("current_medications", new.current_medications, LONG),
        restricted: false,
        created_at: now,
        updated_at: now,
        version: 1,
        merged_into: None,
    };
    match phone.filter(|_| check.0.is_empty()) {
        Some(phone) => Ok((patient, phone)),
        None => Err(Problem::fields(check.0)),
    }
}

/// Who has this name, day of birth and number already. Whoever enters the number
/// next waits for this transaction.
async fn known(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    patient: &PatientRow,
    phone: &Phone,
) -> Result<Option<PatientId>, StoreError> {
    let name = storage::search_name(patient);
    let fresh = ContactId::new(&app.clock, &app.rng);
    storage::hold_number(tx, ctx.tenant, fresh, phone, app.clock.now()).await?;
    storage::same_person(tx, ctx.tenant, phone, &name, patient.birth_date.as_deref()).await
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    patient: &PatientRow,
    phone: &Phone,
) -> Result<Created, Problem> {
    let name = storage::search_name(patient);
    let fresh = ContactId::new(&app.clock, &app.rng);
    let contact = storage::hold_number(tx, ctx.tenant, fresh, phone, app.clock.now()).await?;
    storage::insert(tx, ctx.tenant, patient, &name).await?;
    file(tx, ctx.tenant, patient).await?;
    let now = app.clock.now();
    storage::link(tx, ctx.tenant, patient.id, contact, true, now).await?;
    audit::api::record(
        tx,
        app,
        ctx,
        "patient.create",
        "patient",
        patient.id.uuid(),
        None,
    )
    .await?;
    Ok(Created { id: patient.id })
}

/// Changes a patient.
///
/// # Errors
/// 404; 403 `record-restricted`; 409 `patient-merged` for a record that went into
/// another; 400 naming every wrong field; 412 when `expected` is not the version
/// any more.
pub async fn update(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
    expected: Expected,
    patch: PatientPatch,
) -> Result<(), Problem> {
    let clinic = clinic(app, ctx).await?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                may_open(tx, &a, &ctx, id).await?;
                let current = storage::patient(tx, ctx.tenant, id)
                    .await?
                    .ok_or_else(Problem::not_found)?;
                if let Some(kept) = current.merged_into {
                    return Err(in_another(Problem::conflict("patient-merged"), kept));
                }
                expected.check(current.version)?;
                change(tx, &a, &ctx, &clinic, current, patch).await
            })
        })
        .await
}

async fn change(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    current: PatientRow,
    patch: PatientPatch,
) -> Result<(), Problem> {
    let now = app.clock.now();
    let mut check = Check::default();
    let phone = match &patch.phone {
        Patch::Keep => None,
        Patch::Clear => check.phone("phone", "", clinic.country),
        Patch::Set(text) => check.phone("phone", text, clinic.country),
    };
    let kept = current.clone();
    let patient = PatientRow {
        first_name: check.name(
            "first_name",
            &patch
                .first_name
                .apply(Some(kept.first_name))
                .unwrap_or_default(),
        ),
        last_name: check.name(
            "last_name",
            &patch
                .last_name
                .apply(Some(kept.last_name))
                .unwrap_or_default(),
        ),
        birth_date: check.birth_date(
            patch.birth_date.apply(kept.birth_date),
            &now.day(&clinic.zone),
        ),
        gender: check.gender(
            patch
                .gender
                .apply(kept.gender.map(|gender| gender.to_string())),
        ),
        locale: patch
            .locale
            .apply(Some(kept.locale))
            .unwrap_or(clinic.locale),
        status: patch
            .status
            .apply(Some(kept.status))
            .unwrap_or(Status::Pending),
        email: check.email(patch.email.apply(kept.email)),
        address: check.text("address", patch.address.apply(kept.address), LONG),
        emergency_contact: check.text(
            "emergency_contact",
            patch.emergency_contact.apply(kept.emergency_contact),
            SHORT,
        ),
        emergency_phone: check.text(
            "emergency_phone",
            patch.emergency_phone.apply(kept.emergency_phone),
            SHORT,
        ),
        medical_history: check.text(
            "medical_history",
            patch.medical_history.apply(kept.medical_history),
            LONG,
        ),
        allergies: check.text("allergies", patch.allergies.apply(kept.allergies), LONG),
        current_medications: check.text(
            "current_medications",
            patch.current_medications.apply(kept.current_medications),
            LONG,
        ),
        updated_at: now,
        ..current
    };
    if !check.0.is_empty() {
        return Err(Problem::fields(check.0));
    }
    let name = storage::search_name(&patient);
    storage::update(tx, ctx.tenant, &patient, &name)
        .await
        .map_err(|error| match error {
            StoreError::RowCount { .. } => Problem::new(ProblemKind::Stale),
            other => other.into(),
        })?;
    file(tx, ctx.tenant, &patient).await?;
    if let Some(phone) = phone {
        let fresh = ContactId::new(&app.clock, &app.rng);
        let contact = storage::hold_number(tx, ctx.tenant, fresh, &phone, now).await?;
        storage::link(tx, ctx.tenant, patient.id, contact, true, now).await?;
    }
    audit::api::record(
        tx,
        app,
        ctx,
        "patient.update",
        "patient",
        patient.id.uuid(),
        None,
    )
    .await?;
    Ok(())
}

/// Makes a number one of a patient's; he may have it already.
///
/// # Errors
/// The database's.
pub async fn add_contact(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    patient: PatientId,
    phone: &Phone,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let patient = kept(tx, ctx.tenant, patient).await?;
    let fresh = ContactId::new(&app.clock, &app.rng);
    let contact = storage::hold_number(tx, ctx.tenant, fresh, phone, now).await?;
    if !storage::link(tx, ctx.tenant, patient, contact, false, now).await? {
        return Ok(());
    }
    audit::api::record(
        tx,
        app,
        ctx,
        "patient.add_contact",
        "patient",
        patient.uuid(),
        None,
    )
    .await
}
