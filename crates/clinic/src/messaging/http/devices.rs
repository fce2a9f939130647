use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::Problem;
use webkit::{Caller, Fault, JsonBody, PathId, Policy, Routes, Scope, routes};

use crate::{
    App,
    identity::api::OwnSignIn,
    messaging::{
        api,
        model::AppDevice,
        wire::devices::{DeviceBody, DeviceInput, DevicesBody},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        // His devices are his alone, never a program's.
        .scope(Scope::Closed)
        .api(routes!(list_devices, register_device), Policy::SignedIn)
        .api(routes!(forget_device), Policy::SignedIn)
}

/// Lists the caller's devices that notifications may go to.
#[utoipa::path(
    get, path = "/api/v1/devices/", tag = "messaging",
    responses((status = 200, description = "The last seen first", body = DevicesBody))
)]
async fn list_devices(
    State(app): State<App>,
    caller: Caller,
    own: OwnSignIn,
) -> Result<Json<DevicesBody>, Fault> {
    let rows = api::devices(&app, &caller.ctx).await?;
    Ok(Json(DevicesBody::new(rows, own.0, &caller.zone)))
}

/// Registers the device that the clinic's app runs on.
///
/// The app calls this at each start and when Firebase gives it another token. A device of somebody else's is the
/// caller's from then on. It counts for 30 days after the last call, and as long as this sign-in lives; of more than
/// five the one seen longest ago is forgotten.
#[utoipa::path(
    post, path = "/api/v1/devices/", tag = "messaging", request_body = DeviceInput,
    responses(
        (status = 201, description = "It is his now", body = DeviceBody),
        (status = 200, description = "It was his before", body = DeviceBody)
    )
)]
async fn register_device(
    State(app): State<App>,
    caller: Caller,
    own: OwnSignIn,
    JsonBody(input): JsonBody<DeviceInput>,
) -> Result<Response, Fault> {
    let sign_in = own.0.ok_or_else(Problem::forbidden)?;
    let new = input.read()?;
    let (device, fresh) = api::register_device(&app, &caller.ctx, sign_in, new).await?;
    let status = match fresh {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let body = DeviceBody::new(device, own.0, &caller.zone);
    Ok((status, Json(body)).into_response())
}

/// Forgets one of the caller's devices; nothing goes there until its app registers it again.
#[utoipa::path(
    delete, path = "/api/v1/devices/{id}/", tag = "messaging",
    params(("id" = String, Path, description = "Which", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Forgotten"))
)]
async fn forget_device(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppDevice>,
) -> Result<StatusCode, Fault> {
    api::forget_device(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
