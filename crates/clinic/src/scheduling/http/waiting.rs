use axum::{Json, extract::State, http::StatusCode};
use webkit::{
    Caller, Fault, JsonBody, Paging, PathId, Policy, Query, Routes, Scope, Texts, routes,
    version_tag,
};

use super::Tagged;
use crate::{
    App,
    scheduling::{
        api,
        model::{Waiting, WaitingMark},
        wire::{AppointmentBody, WaitingBody, WaitingFilter, WaitingInput, WaitingPage},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("appointment"))
        .api(routes!(list_waiting, join_waiting), Policy::SignedIn)
        .api(routes!(leave_waiting), Policy::SignedIn)
        .api(routes!(accept_place), Policy::SignedIn)
        .api(routes!(refuse_place), Policy::SignedIn)
}

fn body(app: &App, one: &Waiting, caller: &Caller) -> WaitingBody {
    let words = (&caller.zone, Texts::new(caller.ctx.locale));
    WaitingBody::new(one, words, app.clock.now())
}

/// Lists who waits for a place, the longest waiting first.
///
/// Patients see their own wishes, doctors those for them and for any doctor.
#[utoipa::path(
    get, path = "/api/v1/waiting-list/", tag = "appointments", params(WaitingFilter),
    responses((status = 200, description = "A page of the list", body = WaitingPage))
)]
async fn list_waiting(
    State(app): State<App>,
    caller: Caller,
    Query(_filter): Query<WaitingFilter>,
    paging: Paging,
) -> Result<Json<WaitingPage>, Fault> {
    let (count, rows) = api::waiting(&app, &caller.ctx, paging.request).await?;
    let rows = rows.iter().map(|row| body(&app, row, &caller));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Puts a patient on the waiting list.
///
/// When a place becomes free it is held a quarter of an hour for who has waited
/// longest, and he is told. The same wish again is the one that is there.
#[utoipa::path(
    post, path = "/api/v1/waiting-list/", tag = "appointments", request_body = WaitingInput,
    responses(
        (status = 201, description = "On the list", body = WaitingBody),
        (status = 200, description = "The same wish was there", body = WaitingBody),
        (status = 409, description = "Three wishes wait already, or there is no record of the caller's")
    )
)]
async fn join_waiting(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<WaitingInput>,
) -> Result<(StatusCode, Json<WaitingBody>), Fault> {
    let (one, fresh) = api::wait(&app, &caller.ctx, input.read()?).await?;
    let status = match fresh {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, Json(body(&app, &one, &caller))))
}

/// Takes a wish from the waiting list.
///
/// A place that is offered for it is given back.
#[utoipa::path(
    delete, path = "/api/v1/waiting-list/{id}/", tag = "appointments",
    params(("id" = String, Path, description = "The wish", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Taken away"))
)]
async fn leave_waiting(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WaitingMark>,
) -> Result<StatusCode, Fault> {
    api::stop_waiting(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the place that is offered.
///
/// It is agreed to at once. Again answers the same appointment.
#[utoipa::path(
    post, path = "/api/v1/waiting-list/{id}/accept/", tag = "appointments",
    params(("id" = String, Path, description = "The wish", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "The appointment", body = AppointmentBody),
        (status = 409, description = "Nothing is offered, its time is over, or the doctor is away by now")
    )
)]
async fn accept_place(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WaitingMark>,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let one = api::accept_offer(&app, &caller.ctx, id).await?;
    let texts = Texts::new(caller.ctx.locale);
    let body = AppointmentBody::new(&one, &caller.zone, texts);
    Ok(([version_tag(one.version)], Json(body)))
}

/// Does not take the place that is offered; the wish waits on.
#[utoipa::path(
    post, path = "/api/v1/waiting-list/{id}/decline/", tag = "appointments",
    params(("id" = String, Path, description = "The wish", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "The wish", body = WaitingBody),
        (status = 409, description = "Nothing is offered, or its time is over")
    )
)]
async fn refuse_place(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WaitingMark>,
) -> Result<Json<WaitingBody>, Fault> {
    let one = api::refuse_offer(&app, &caller.ctx, id).await?;
    Ok(Json(body(&app, &one, &caller)))
}
