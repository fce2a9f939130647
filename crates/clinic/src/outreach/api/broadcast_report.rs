//! How a broadcast went, person by person, and what other programs say of it.

use kernel::{Ctx, PageRequest, Problem};
use serde_json::json;
use store::StoreError;

use crate::{
    App, audit,
    audit::api::Event,
    outreach::{
        model::{BroadcastId, CallBack, Delivery, DeliveryState},
        storage,
    },
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
    note(app, ctx, (id.uuid(), "broadcast"), said).await?;
    Ok(found)
}

/// Notes that another program could not do something about somebody.
///
/// # Errors
/// The database's.
pub async fn failure_reported(app: &App, ctx: &Ctx, said: CallBack) -> Result<(), Problem> {
    note(app, ctx, (ctx.tenant.uuid(), "tenant"), said).await
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
                    patient: None,
                    detail: Some(json!({"said": said.status}).to_string()),
                };
                audit::api::record_event(tx, &a, &ctx, event);
                Ok(())
            })
        })
        .await;
    Ok(written?)
}
