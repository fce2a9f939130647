//! A patient out of a file that another installation wrote, and into one.

use kernel::{Ctx, Phone, Problem, TenantId};
use store::{ReadTx, WriteTx};

use super::duplicates::file;
use crate::{
    App, audit,
    patients::{
        model::{ContactId, PatientId, PatientRow, Record},
        storage,
    },
};

/// Everything about a patient for a file; whoever asks has been judged and put
/// on the trail.
///
/// # Errors
/// 404.
pub async fn whole(tx: &mut ReadTx, tenant: TenantId, id: PatientId) -> Result<Record, Problem> {
    let patient = storage::patient(tx, tenant, id).await?;
    let phones = storage::phones(tx, tenant, id).await?;
    let patient = patient.ok_or_else(Problem::not_found)?;
    Ok(Record { patient, phones })
}

/// Enters a patient with the id he had, unless he is here: then he stays as he
/// is. Answers whether he was entered.
///
/// # Errors
/// The database's.
pub async fn restore(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    patient: &PatientRow,
    phones: &[Phone],
) -> Result<bool, Problem> {
    if storage::patient(tx, ctx.tenant, patient.id)
        .await?
        .is_some()
    {
        return Ok(false);
    }
    let now = app.clock.now();
    storage::insert(tx, ctx.tenant, patient, &storage::search_name(patient)).await?;
    file(tx, ctx.tenant, patient).await?;
    for (index, phone) in phones.iter().enumerate() {
        let fresh = ContactId::new(&app.clock, &app.rng);
        let contact = storage::hold_number(tx, ctx.tenant, fresh, phone, now).await?;
        storage::link(tx, ctx.tenant, patient.id, contact, index == 0, now).await?;
    }
    if patient.restricted {
        storage::access::set_access(tx, ctx.tenant, patient.id, true, None).await?;
    }
    let id = patient.id.uuid();
    audit::api::record(tx, app, ctx, "patient.create", "patient", id, None).await?;
    Ok(true)
}
