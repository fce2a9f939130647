use axum::{Json, extract::State, http::StatusCode};
use webkit::{
    Caller, Fault, IfMatch, JsonBody, Paging, PathId, Policy, Query, Routes, Scope, routes,
    version_tag,
};

use super::Tagged;
use crate::{
    App,
    scheduling::{
        api,
        model::{Away, ExceptionMark},
        policy,
        wire::{ExceptionBody, ExceptionFilter, ExceptionInput, ExceptionPage},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("appointment"))
        .api(routes!(list_exceptions), Policy::STAFF)
        .api(routes!(create_exception), policy::CALENDAR)
        .api(routes!(show_exception), Policy::STAFF)
        .api(
            routes!(change_exception, delete_exception),
            policy::CALENDAR,
        )
}

fn tagged(away: &Away, caller: &Caller) -> Tagged<ExceptionBody> {
    let body = ExceptionBody::new(away, &caller.zone);
    ([version_tag(away.version)], Json(body))
}

/// Lists when doctors are away, the latest first.
#[utoipa::path(
    get, path = "/api/v1/exceptions/", tag = "appointments", params(ExceptionFilter),
    responses((status = 200, description = "A page of exceptions", body = ExceptionPage))
)]
async fn list_exceptions(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ExceptionFilter>,
    paging: Paging,
) -> Result<Json<ExceptionPage>, Fault> {
    let (of, time) = (filter.practitioner()?, filter.time(&caller.zone)?);
    let (count, rows) = api::exceptions(&app, &caller.ctx, of, time, paging.request).await?;
    let rows = rows.iter();
    let rows = rows.map(|row| ExceptionBody::new(row, &caller.zone));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Enters a time in which a doctor does not receive.
///
/// The slots that it touches are offered no more. Appointments in it stay: each is
/// moved or called off, so that its patient hears of it.
#[utoipa::path(
    post, path = "/api/v1/exceptions/", tag = "appointments", request_body = ExceptionInput,
    responses((status = 201, description = "Entered", body = ExceptionBody))
)]
async fn create_exception(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<ExceptionInput>,
) -> Result<(StatusCode, Tagged<ExceptionBody>), Fault> {
    let new = input.changes(&caller.zone)?;
    let made = api::add_exception(&app, &caller.ctx, new).await?;
    Ok((StatusCode::CREATED, tagged(&made, &caller)))
}

/// Shows a time in which a doctor does not receive.
#[utoipa::path(
    get, path = "/api/v1/exceptions/{id}/", tag = "appointments",
    params(("id" = String, Path, description = "The exception", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The exception", body = ExceptionBody))
)]
async fn show_exception(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ExceptionMark>,
) -> Result<Tagged<ExceptionBody>, Fault> {
    let found = api::exception(&app, &caller.ctx, id).await?;
    Ok(tagged(&found, &caller))
}

/// Changes a time in which a doctor does not receive.
#[utoipa::path(
    patch, path = "/api/v1/exceptions/{id}/", tag = "appointments", request_body = ExceptionInput,
    params(
        ("id" = String, Path, description = "The exception", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The exception as it is now", body = ExceptionBody),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn change_exception(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ExceptionMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<ExceptionInput>,
) -> Result<Tagged<ExceptionBody>, Fault> {
    let new = input.changes(&caller.zone)?;
    let changed = api::change_exception(&app, &caller.ctx, id, expected, new).await?;
    Ok(tagged(&changed, &caller))
}

/// Takes a time in which a doctor does not receive away.
#[utoipa::path(
    delete, path = "/api/v1/exceptions/{id}/", tag = "appointments",
    params(
        ("id" = String, Path, description = "The exception", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 204, description = "Taken away"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn delete_exception(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ExceptionMark>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Fault> {
    api::drop_exception(&app, &caller.ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}
