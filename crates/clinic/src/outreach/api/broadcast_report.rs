//! How a broadcast went, person by person, and what other programs say of it.

use kernel::{Ctx, PageRequest, Problem};
use serde_json::json;
use store::{ReadTx, StoreError};

use crate::{
    App, audit,
    audit::api::Event,
    outreach::{
        model::{BroadcastId, CallBack, Delivery, DeliveryState},
        storage,
    },
    patients::{self, api::PatientId},
};

/// One part of the report of a broadcast, in the order of the recipients' turns, with the
/// number of all that stand so; of restricted patients without their number. That
/// somebody looked is on record before it is answered.
///
/// # Errors
/// 404.
pub async fn deliveries(
    app: &App,
    ctx: &Ctx,
    (id, state): (BroadcastId, Option<DeliveryState>),
    page: PageRequest,
) -> Result<(i64, Vec<Delivery>), Problem> {
    let (count, mut rows) = {
        let mut tx = app.store.read(ctx).await?;
        let found = storage::broadcast(&mut tx, ctx.tenant, id).await?;
        found.ok_or_else(Problem::not_found)?;
        storage::deliveries(&mut tx, ctx.tenant, (id, state), page).await?
    };
    let event = Event {
        action: "broadcast.report",
        object_type: "broadcast",
        object_id: id.uuid(),
        patient: None,
        detail: None,
    };
    audit::api::seen(app, ctx, event).await?;
    for row in rows.iter_mut().filter(|row| row.restricted) {
        row.phone = None;
    }
    Ok((count, rows))
}

/// Notes what another program says of a broadcast, and answers how it stands with that
/// recipient by our own outbox: nothing of it follows from what a program says.
///
/// # Errors
/// 404 for a broadcast that is not there, or a patient whom it is not for.
pub async fn call_back(
    app: &App,
    ctx: &Ctx,
    id: BroadcastId,
    said: CallBack,
) -> Result<Option<Delivery>, Problem> {
    let found = {
        let mut tx = app.store.read(ctx).await?;
        let broadcast = storage::broadcast(&mut tx, ctx.tenant, id).await?;
        broadcast.ok_or_else(Problem::not_found)?;
        match said.patient {
            None => None,
            Some(patient) => {
                let of = (id, patient);
                let delivery = storage::delivery(&mut tx, ctx.tenant, of).await?;
                Some(delivery.ok_or_else(Problem::not_found)?)
            }
        }
    };
    let patient = found.as_ref().map(|one| one.patient_id);
    let said = CallBack { patient, ..said };
    note(app, ctx, (id.uuid(), "broadcast"), said).await?;
    Ok(found)
}

/// Notes that another program could not do something about somebody, of whom it may name
/// the record or a number that only he has.
///
/// # Errors
/// The database's.
pub async fn failure_reported(app: &App, ctx: &Ctx, said: CallBack) -> Result<(), Problem> {
    let patient = {
        let mut tx = app.store.read(ctx).await?;
        named(&mut tx, ctx, &said).await?
    };
    let said = CallBack { patient, ..said };
    note(app, ctx, (ctx.tenant.uuid(), "tenant"), said).await
}

/// Whom it speaks of, as far as he is known here.
async fn named(
    tx: &mut ReadTx,
    ctx: &Ctx,
    said: &CallBack,
) -> Result<Option<PatientId>, StoreError> {
    if let Some(id) = said.patient {
        let known = patients::api::summary(tx, ctx.tenant, id).await?;
        if let Some(known) = known {
            return Ok(Some(known.id));
        }
    }
    let Some(phone) = &said.phone else {
        return Ok(None);
    };
    let owners = patients::api::by_phone(tx, ctx.tenant, phone).await?;
    Ok(match owners.as_slice() {
        [one] => Some(one.id),
        _ => None,
    })
}

async fn note(
    app: &App,
    ctx: &Ctx,
    (object_id, object_type): (uuid::Uuid, &'static str),
    said: CallBack,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    let written: Result<(), StoreError> = app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let event = Event {
                    action: "broadcast.call_back",
                    object_type,
                    object_id,
                    patient: said.patient.map(|it| it.uuid()),
                    detail: Some(detail(&said)),
                };
                audit::api::record_event(tx, &a, &ctx, event);
                Ok(())
            })
        })
        .await;
    Ok(written?)
}

/// What is on record of it; what it did not say is left out.
fn detail(said: &CallBack) -> String {
    let mut detail = json!({"said": said.status});
    for (name, given) in [("error", &said.error), ("sid", &said.sid)] {
        if let Some(given) = given {
            detail[name] = json!(given);
        }
    }
    detail.to_string()
}
