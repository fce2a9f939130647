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
        model::{AvailabilityMark, Hours},
        policy,
        wire::{HoursBody, HoursFilter, HoursInput, HoursPage, SlotBody, SlotFilter},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("appointment"))
        .api(routes!(list_hours), Policy::SignedIn)
        .api(routes!(create_hours), policy::CALENDAR)
        .api(routes!(free_slots), Policy::SignedIn)
        .api(routes!(show_hours), Policy::SignedIn)
        .api(routes!(change_hours, delete_hours), policy::CALENDAR)
}

fn tagged(hours: &Hours, caller: &Caller) -> Tagged<HoursBody> {
    let body = HoursBody::new(hours, &caller.zone);
    ([version_tag(hours.version)], Json(body))
}

/// Lists the hours in which doctors receive.
///
/// Patients see those that hold now.
#[utoipa::path(
    get, path = "/api/v1/availabilities/", tag = "appointments", params(HoursFilter),
    responses((status = 200, description = "A page of hours", body = HoursPage))
)]
async fn list_hours(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<HoursFilter>,
    paging: Paging,
) -> Result<Json<HoursPage>, Fault> {
    let of = filter.practitioner()?;
    let (count, rows) = api::hours(&app, &caller.ctx, of, paging.request).await?;
    let rows = rows.iter().map(|row| HoursBody::new(row, &caller.zone));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Enters hours of a week.
///
/// Doctors write their own, administrators and managers any. Hours of one doctor
/// share no time while they hold.
#[utoipa::path(
    post, path = "/api/v1/availabilities/", tag = "appointments", request_body = HoursInput,
    responses(
        (status = 201, description = "Entered", body = HoursBody),
        (status = 409, description = "They overlap others of this doctor")
    )
)]
async fn create_hours(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<HoursInput>,
) -> Result<(StatusCode, Tagged<HoursBody>), Fault> {
    let made = api::add_hours(&app, &caller.ctx, input.whole()?).await?;
    Ok((StatusCode::CREATED, tagged(&made, &caller)))
}

/// Shows hours of a week.
#[utoipa::path(
    get, path = "/api/v1/availabilities/{id}/", tag = "appointments",
    params(("id" = String, Path, description = "The hours", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The hours", body = HoursBody))
)]
async fn show_hours(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AvailabilityMark>,
) -> Result<Tagged<HoursBody>, Fault> {
    let found = api::hours_of(&app, &caller.ctx, id).await?;
    Ok(tagged(&found, &caller))
}

/// Changes hours of a week.
///
/// Appointments that were made in them stay.
#[utoipa::path(
    patch, path = "/api/v1/availabilities/{id}/", tag = "appointments", request_body = HoursInput,
    params(
        ("id" = String, Path, description = "The hours", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The hours as they are now", body = HoursBody),
        (status = 409, description = "They overlap others of this doctor"),
        (status = 412, description = "Somebody else changed them meanwhile")
    )
)]
async fn change_hours(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AvailabilityMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<HoursInput>,
) -> Result<Tagged<HoursBody>, Fault> {
    let changed = api::change_hours(&app, &caller.ctx, id, expected, input.changes()?).await?;
    Ok(tagged(&changed, &caller))
}

/// Takes hours of a week away.
///
/// Appointments that were made in them stay.
#[utoipa::path(
    delete, path = "/api/v1/availabilities/{id}/", tag = "appointments",
    params(
        ("id" = String, Path, description = "The hours", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 204, description = "Taken away"),
        (status = 412, description = "Somebody else changed them meanwhile")
    )
)]
async fn delete_hours(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AvailabilityMark>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Fault> {
    api::drop_hours(&app, &caller.ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the slots of up to 92 days, in order of time.
///
/// Full slots are there with nothing left; past ones and those that touch a
/// doctor's absence are not.
#[utoipa::path(
    get, path = "/api/v1/availabilities/available-slots/", tag = "appointments", params(SlotFilter),
    responses((status = 200, description = "The slots", body = Vec<SlotBody>))
)]
async fn free_slots(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<SlotFilter>,
) -> Result<Json<Vec<SlotBody>>, Fault> {
    let slots = api::free_slots(&app, &caller.ctx, &filter.sought()?).await?;
    let slots = slots.into_iter();
    Ok(Json(
        slots
            .map(|slot| SlotBody::new(&slot, &caller.zone))
            .collect(),
    ))
}
