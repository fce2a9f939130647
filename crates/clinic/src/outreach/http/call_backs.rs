//! What programs such as N8N report of broadcasts (`spec/medirecord.md`). Our outbox
//! sends, so that nothing follows from what they say: it is noted, and the answer is what
//! the outbox knows.

use axum::{Json, extract::State};
use webkit::{Caller, Fault, JsonBody, JsonOrNothing, PathId, Policy, Routes, Scope, routes};

use crate::{
    App,
    outreach::{
        api,
        model::{BroadcastId, BroadcastMark, CallBack},
        wire::{CallBackBody, CallBackInput, DeliveryUpdateInput, FailureInput},
    },
};

pub(in crate::outreach) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Exact("deliveries:update"))
        .api(routes!(log_start), Policy::STAFF)
        .api(routes!(finalize_broadcast), Policy::STAFF)
        .api(routes!(report_error), Policy::STAFF)
        .api(routes!(update_delivery), Policy::STAFF)
        .api(routes!(log_failure), Policy::STAFF)
}

async fn noted(
    app: &App,
    caller: &Caller,
    id: BroadcastId,
    said: CallBack,
) -> Result<Json<CallBackBody>, Fault> {
    let delivery = api::call_back(app, &caller.ctx, id, said).await?;
    let one = api::broadcast(app, &caller.ctx, id).await?;
    Ok(Json(CallBackBody {
        noted: true,
        status: Some(one.status.as_str()),
        delivery: delivery.map(|it| it.state.as_str()),
    }))
}

/// Notes that a program began with a broadcast; changes nothing about it.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/{id}/log-start/", tag = "broadcasts", request_body = CallBackInput,
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "How it really stands", body = CallBackBody))
)]
async fn log_start(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    JsonOrNothing(input): JsonOrNothing<CallBackInput>,
) -> Result<Json<CallBackBody>, Fault> {
    noted(&app, &caller, id, input.read("log-start")).await
}

/// Notes that a program ended with a broadcast; changes nothing about it.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/{id}/finalize/", tag = "broadcasts", request_body = CallBackInput,
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "How it really stands", body = CallBackBody))
)]
async fn finalize_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    JsonOrNothing(input): JsonOrNothing<CallBackInput>,
) -> Result<Json<CallBackBody>, Fault> {
    noted(&app, &caller, id, input.read("finalize")).await
}

/// Notes that a program failed with a broadcast; changes nothing about it.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/{id}/error/", tag = "broadcasts", request_body = CallBackInput,
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "How it really stands", body = CallBackBody))
)]
async fn report_error(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    JsonOrNothing(input): JsonOrNothing<CallBackInput>,
) -> Result<Json<CallBackBody>, Fault> {
    noted(&app, &caller, id, input.read("error")).await
}

/// Notes what a program says became of one message; never changes what the outbox knows of it.
#[utoipa::path(
    post, path = "/api/messaging/delivery/update/", tag = "broadcasts", request_body = DeliveryUpdateInput,
    responses((status = 200, description = "How the message really stands", body = CallBackBody))
)]
async fn update_delivery(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<DeliveryUpdateInput>,
) -> Result<Json<CallBackBody>, Fault> {
    let (id, said) = input.read()?;
    noted(&app, &caller, id, said).await
}

/// Notes that a program could not reach somebody.
#[utoipa::path(
    post, path = "/api/patients/log-failure/", tag = "broadcasts", request_body = FailureInput,
    responses((status = 200, description = "It is on record", body = CallBackBody))
)]
async fn log_failure(
    State(app): State<App>,
    caller: Caller,
    JsonOrNothing(input): JsonOrNothing<FailureInput>,
) -> Result<Json<CallBackBody>, Fault> {
    api::failure_reported(&app, &caller.ctx, input.read()).await?;
    Ok(Json(CallBackBody {
        noted: true,
        status: None,
        delivery: None,
    }))
}
