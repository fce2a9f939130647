//! Broadcasts (`spec/medirecord.md`).

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode},
};
use kernel::Expected;
use webkit::{
    Caller, Fault, IfMatch, JsonBody, Paging, PathId, Policy, Query, Routes, Scope, Texts, routes,
    version_tag,
};

use crate::{
    App,
    outreach::{
        api::{self, BroadcastStep},
        model::{Broadcast, BroadcastId, BroadcastMark},
        policy::{SENDS, WRITES},
        wire::{
            BroadcastBody, BroadcastChanges, BroadcastCostBody, BroadcastFilter, BroadcastInput,
            BroadcastPage, BroadcastPreviewBody, BroadcastStatsBody, DeliveryBody, DeliveryFilter,
            DeliveryPage, ScheduleInput,
        },
    },
};

/// An answer with its version as ETag.
type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

pub(in crate::outreach) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Exact("send:notification"))
        .api(routes!(create_broadcast), WRITES)
        .api(routes!(list_broadcasts), Policy::STAFF)
        .api(routes!(count_broadcasts), Policy::STAFF)
        .api(routes!(show_broadcast), Policy::STAFF)
        .api(
            routes!(replace_broadcast, change_broadcast, delete_broadcast),
            WRITES,
        )
        .api(routes!(preview_broadcast), Policy::STAFF)
        .api(routes!(show_cost), Policy::STAFF)
        .api(routes!(send_broadcast), SENDS)
        .api(routes!(schedule_broadcast), SENDS)
        .api(routes!(pause_broadcast), SENDS)
        .api(routes!(resume_broadcast), SENDS)
        .api(routes!(cancel_broadcast), SENDS)
        // Who got it is who is a patient here.
        .scope(Scope::Area("customer"))
        .api(routes!(list_deliveries), Policy::STAFF)
}

fn tagged(one: Broadcast, caller: &Caller) -> Tagged<BroadcastBody> {
    let tag = version_tag(one.version);
    ([tag], Json(BroadcastBody::new(one, &caller.zone)))
}

/// Writes a broadcast.
///
/// One text for many patients; a draft without `scheduled_at`. A number gets one message, however many have it.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/", tag = "broadcasts", request_body = BroadcastInput,
    responses(
        (status = 201, description = "The broadcast", body = BroadcastBody),
        (status = 403, description = "Only administrators plan one")
    )
)]
async fn create_broadcast(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<BroadcastInput>,
) -> Result<(StatusCode, Tagged<BroadcastBody>), Fault> {
    let new = BroadcastChanges::from(input).read(&caller.zone)?;
    let made = api::create_broadcast(&app, &caller.ctx, new).await?;
    Ok((StatusCode::CREATED, tagged(made, &caller)))
}

/// Lists broadcasts, the newest first.
#[utoipa::path(
    get, path = "/api/messaging/broadcast/", tag = "broadcasts",
    params(BroadcastFilter),
    responses((status = 200, description = "A page of broadcasts", body = BroadcastPage))
)]
async fn list_broadcasts(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<BroadcastFilter>,
    paging: Paging,
) -> Result<Json<BroadcastPage>, Fault> {
    let sought = filter.read()?;
    let (count, rows) = api::broadcasts(&app, &caller.ctx, &sought, paging.request).await?;
    let rows = rows.into_iter();
    let rows = rows.map(|one| BroadcastBody::new(one, &caller.zone));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Counts broadcasts, and says how well they arrive.
#[utoipa::path(
    get, path = "/api/messaging/broadcast/stats/", tag = "broadcasts",
    responses((status = 200, description = "How they stand", body = BroadcastStatsBody))
)]
async fn count_broadcasts(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<BroadcastStatsBody>, Fault> {
    Ok(Json(api::broadcast_stats(&app, &caller.ctx).await?.into()))
}

/// Shows a broadcast with how it stands.
#[utoipa::path(
    get, path = "/api/messaging/broadcast/{id}/", tag = "broadcasts",
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The broadcast", body = BroadcastBody))
)]
async fn show_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
) -> Result<Tagged<BroadcastBody>, Fault> {
    let one = api::broadcast(&app, &caller.ctx, id).await?;
    Ok(tagged(one, &caller))
}

/// Replaces a broadcast that has not begun as a whole.
#[utoipa::path(
    put, path = "/api/messaging/broadcast/{id}/", tag = "broadcasts", request_body = BroadcastInput,
    params(
        ("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The broadcast as it is now", body = BroadcastBody),
        (status = 409, description = "It has begun, or is planned and only administrators change it"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn replace_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<BroadcastInput>,
) -> Result<Tagged<BroadcastBody>, Fault> {
    let patch = BroadcastChanges::from(input).read(&caller.zone)?;
    let changed = api::change_broadcast(&app, &caller.ctx, id, expected, patch).await?;
    Ok(tagged(changed, &caller))
}

/// Changes a part of a broadcast that has not begun: what is left out stays, null clears.
#[utoipa::path(
    patch, path = "/api/messaging/broadcast/{id}/", tag = "broadcasts", request_body = BroadcastChanges,
    params(
        ("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The broadcast as it is now", body = BroadcastBody),
        (status = 409, description = "It has begun, or is planned and only administrators change it"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn change_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<BroadcastChanges>,
) -> Result<Tagged<BroadcastBody>, Fault> {
    let patch = input.read(&caller.zone)?;
    let changed = api::change_broadcast(&app, &caller.ctx, id, expected, patch).await?;
    Ok(tagged(changed, &caller))
}

/// Deletes a broadcast that has not begun.
#[utoipa::path(
    delete, path = "/api/messaging/broadcast/{id}/", tag = "broadcasts",
    params(
        ("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 409, description = "It has begun, or is planned and only administrators delete it"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn delete_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Fault> {
    api::delete_broadcast(&app, &caller.ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says whom a broadcast would reach now, who is left out and why, and what phones show.
#[utoipa::path(
    get, path = "/api/messaging/broadcast/{id}/preview/", tag = "broadcasts",
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "What it would do", body = BroadcastPreviewBody),
        (status = 409, description = "It has begun: see its report")
    )
)]
async fn preview_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
) -> Result<Json<BroadcastPreviewBody>, Fault> {
    let preview = api::preview_broadcast(&app, &caller.ctx, id).await?;
    let texts = Texts::new(caller.ctx.locale);
    Ok(Json(BroadcastPreviewBody::new(preview, texts)))
}

/// Says what a broadcast has cost so far, and what it will have cost.
#[utoipa::path(
    get, path = "/api/messaging/broadcast/{id}/cost/", tag = "broadcasts",
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "What it costs", body = BroadcastCostBody))
)]
async fn show_cost(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
) -> Result<Json<BroadcastCostBody>, Fault> {
    let cost = api::broadcast_cost(&app, &caller.ctx, id).await?;
    Ok(Json(cost.into()))
}

/// Lists how a broadcast stands with each of those whom it is for.
///
/// Our outbox sends: what stands here is what it knows, whatever programs report.
#[utoipa::path(
    get, path = "/api/messaging/broadcast/{id}/deliveries/", tag = "broadcasts",
    params(
        ("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000"),
        DeliveryFilter
    ),
    responses((status = 200, description = "A page of the report", body = DeliveryPage))
)]
async fn list_deliveries(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    Query(filter): Query<DeliveryFilter>,
    paging: Paging,
) -> Result<Json<DeliveryPage>, Fault> {
    let of = (id, filter.read()?);
    let (count, rows) = api::deliveries(&app, &caller.ctx, of, paging.request).await?;
    let texts = Texts::new(caller.ctx.locale);
    let rows = rows.into_iter();
    let rows = rows.map(|one| DeliveryBody::new(one, &caller.zone, texts));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

async fn stepped(
    app: &App,
    caller: &Caller,
    (id, expected): (BroadcastId, Expected),
    step: BroadcastStep,
) -> Result<Tagged<BroadcastBody>, Fault> {
    let one = api::step_broadcast(app, &caller.ctx, id, expected, step).await?;
    Ok(tagged(one, caller))
}

/// Sends a broadcast now.
///
/// Its messages go to the outbox at its pace, never at night. Of several calls at once, one starts it.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/{id}/send_now/", tag = "broadcasts",
    params(
        ("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "It is being sent", body = BroadcastBody),
        (status = 409, description = "It has begun already")
    )
)]
async fn send_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    IfMatch(expected): IfMatch,
) -> Result<Tagged<BroadcastBody>, Fault> {
    stepped(&app, &caller, (id, expected), BroadcastStep::Send).await
}

/// Plans a broadcast for a time that lies ahead.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/{id}/schedule/", tag = "broadcasts", request_body = ScheduleInput,
    params(
        ("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "It goes at its time", body = BroadcastBody),
        (status = 409, description = "It has begun already")
    )
)]
async fn schedule_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<ScheduleInput>,
) -> Result<Tagged<BroadcastBody>, Fault> {
    let step = BroadcastStep::Schedule(input.read(&caller.zone)?);
    stepped(&app, &caller, (id, expected), step).await
}

/// Stops a broadcast for a while.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/{id}/pause/", tag = "broadcasts",
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "It is stopped", body = BroadcastBody),
        (status = 409, description = "It is not under way")
    )
)]
async fn pause_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    IfMatch(expected): IfMatch,
) -> Result<Tagged<BroadcastBody>, Fault> {
    stepped(&app, &caller, (id, expected), BroadcastStep::Pause).await
}

/// Lets a broadcast go on that was stopped, or that could not be worked on.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/{id}/resume/", tag = "broadcasts",
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "It goes on", body = BroadcastBody),
        (status = 409, description = "It was not stopped")
    )
)]
async fn resume_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    IfMatch(expected): IfMatch,
) -> Result<Tagged<BroadcastBody>, Fault> {
    stepped(&app, &caller, (id, expected), BroadcastStep::Resume).await
}

/// Takes a broadcast back.
///
/// What waits in the outbox is cancelled; what has left stays sent.
#[utoipa::path(
    post, path = "/api/messaging/broadcast/{id}/cancel/", tag = "broadcasts",
    params(("id" = String, Path, description = "The broadcast", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "It is cancelled", body = BroadcastBody),
        (status = 409, description = "All of it has left")
    )
)]
async fn cancel_broadcast(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    IfMatch(expected): IfMatch,
) -> Result<Tagged<BroadcastBody>, Fault> {
    stepped(&app, &caller, (id, expected), BroadcastStep::Cancel).await
}
