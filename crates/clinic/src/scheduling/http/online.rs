use axum::{Json, extract::State};
use kernel::Problem;
use webkit::{Caller, Fault, IfMatch, JsonBody, Policy, Routes, Scope, routes, version_tag};

use super::Tagged;
use crate::{
    App, identity,
    scheduling::{
        api,
        model::OnlineBooking,
        wire::{OnlineBody, OnlineInput, public_page},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new().scope(Scope::Manage("settings")).api(
        routes!(show_online_booking, set_online_booking),
        Policy::ADMIN,
    )
}

async fn tagged(
    app: &App,
    caller: &Caller,
    booking: &OnlineBooking,
) -> Result<Tagged<OnlineBody>, Problem> {
    let mut tx = app.store.read(&caller.ctx).await?;
    let clinic = identity::api::tenant(&mut tx, caller.ctx.tenant).await?;
    let page = format!("{}{}", app.settings.public_url, public_page(&clinic));
    let body = OnlineBody::new(booking, page);
    Ok(([version_tag(booking.version)], Json(body)))
}

/// Shows how the clinic takes requests for appointments.
#[utoipa::path(
    get, path = "/api/v1/appointments/online-booking/", tag = "appointments",
    responses((status = 200, description = "The public page", body = OnlineBody))
)]
async fn show_online_booking(
    State(app): State<App>,
    caller: Caller,
) -> Result<Tagged<OnlineBody>, Fault> {
    let booking = api::online_booking(&app, &caller.ctx).await?;
    Ok(tagged(&app, &caller, &booking).await?)
}

/// Opens or closes the page on which people without an account ask for appointments,
/// and says for how long requests keep their place.
///
/// The page is closed until an administrator opens it. What was asked for stays as it is.
/// A place whose time is over without an answer can be taken by others; the request
/// still waits for its answer.
#[utoipa::path(
    patch, path = "/api/v1/appointments/online-booking/", tag = "appointments", request_body = OnlineInput,
    params(("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")),
    responses(
        (status = 200, description = "The public page as it is now", body = OnlineBody),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn set_online_booking(
    State(app): State<App>,
    caller: Caller,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<OnlineInput>,
) -> Result<Tagged<OnlineBody>, Fault> {
    let set = api::set_online_booking(&app, &caller.ctx, expected, input.into()).await?;
    Ok(tagged(&app, &caller, &set).await?)
}
