//! How much messages to a patient may say, by number: he chooses for himself, also on a
//! phone that his household shares.

use std::time::Duration;

use kernel::{Ctx, Phone, TenantId};
use serde_json::json;
use store::{ReadTx, StoreError, WriteTx};

use super::{by_phone, merge::kept};
use crate::{
    App,
    audit::{self, api::Event},
    patients::{
        model::{PatientId, Summary, Wording, WordingEvent, WordingSource},
        storage::wording as storage,
    },
};

/// How much a message to this patient on this number may say.
///
/// # Errors
/// The database's.
pub async fn wording(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
    phone: &Phone,
) -> Result<Wording, StoreError> {
    let owners = by_phone(tx, tenant, phone).await?;
    wording_among(tx, tenant, (patient, phone), &owners).await
}

/// The same for who knows already whose number it is.
///
/// # Errors
/// The database's.
pub async fn wording_among(
    tx: &mut ReadTx,
    tenant: TenantId,
    (patient, phone): (PatientId, &Phone),
    owners: &[Summary],
) -> Result<Wording, StoreError> {
    let patient = kept(tx, tenant, patient).await?;
    if let Some(chosen) = storage::wording(tx, tenant, patient, phone).await? {
        return Ok(chosen.wording);
    }
    // Nobody knows who reads what goes to a number that is not, or no more, in his record.
    let own = !owners.is_empty() && owners.iter().all(|owner| owner.id == patient);
    Ok(Wording::usual(!own))
}

/// Enters in the ledger what he chose; what holds already is not written again.
///
/// # Errors
/// The database's.
pub async fn choose_wording(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (patient, phone): (PatientId, &Phone),
    (chosen, source): (Wording, WordingSource),
) -> Result<(), StoreError> {
    if wording(tx, ctx.tenant, patient, phone).await? == chosen {
        return Ok(());
    }
    // Later than what it undoes, also when the clock was set back meanwhile.
    let last = storage::wording(tx, ctx.tenant, patient, phone).await?;
    let after = last.map(|last| last.at.plus(Duration::from_micros(1)));
    let now = app.clock.now();
    let event = WordingEvent {
        id: kernel::Id::<()>::new(&app.clock, &app.rng).uuid(),
        patient,
        phone: phone.clone(),
        wording: chosen,
        source,
        noted_by: ctx.actor.user(),
        at: after.map_or(now, |after| after.max(now)),
    };
    storage::note_wording(tx, ctx.tenant, &event).await?;
    let detail = json!({ "wording": chosen.as_str(), "source": source.as_str() });
    let noted = Event {
        action: "consent.wording",
        object_type: "consent",
        object_id: event.id,
        patient: Some(patient.uuid()),
        detail: Some(detail.to_string()),
    };
    audit::api::record_event(tx, app, ctx, noted);
    Ok(())
}
