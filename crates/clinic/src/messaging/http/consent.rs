use axum::{Json, extract::State};
use kernel::Role;
use webkit::{Caller, Fault, JsonBody, PathId, Policy, Routes, Scope, routes};

use crate::{
    App,
    messaging::{
        api,
        wire::consent::{ConsentBody, ConsentInput},
    },
    patients::api::Patient,
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("customer"))
        .api(routes!(show_consent, set_consent), Policy::STAFF)
        // His own choice is his alone, never a program's.
        .scope(Scope::Closed)
        .api(
            routes!(show_own_consent, set_own_consent),
            Policy::Roles(&[Role::Patient]),
        )
}

/// Shows what a patient wants to be written about, on each of his numbers.
#[utoipa::path(
    get, path = "/api/v1/patients/{id}/consents/", tag = "messaging",
    params(("id" = String, Path, description = "The patient", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "By number", body = ConsentBody))
)]
async fn show_consent(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
) -> Result<Json<ConsentBody>, Fault> {
    let consent = api::consent(&app, &caller.ctx, id).await?;
    Ok(Json(ConsentBody::new(&consent, &caller.zone)))
}

/// Writes down what a patient told the staff that he wants on one of his numbers.
///
/// What holds already is not written again. Nothing is ever taken out of the ledger.
#[utoipa::path(
    put, path = "/api/v1/patients/{id}/consents/", tag = "messaging", request_body = ConsentInput,
    params(("id" = String, Path, description = "The patient", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "What holds now", body = ConsentBody))
)]
async fn set_consent(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    JsonBody(input): JsonBody<ConsentInput>,
) -> Result<Json<ConsentBody>, Fault> {
    let consent = api::set_consent(&app, &caller.ctx, id, input.read()?).await?;
    Ok(Json(ConsentBody::new(&consent, &caller.zone)))
}

/// Shows what the caller wants to be written about.
#[utoipa::path(
    get, path = "/api/v1/me/consents/", tag = "messaging",
    responses((status = 200, description = "By number", body = ConsentBody))
)]
async fn show_own_consent(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<ConsentBody>, Fault> {
    let consent = api::own_consent(&app, &caller.ctx).await?;
    Ok(Json(ConsentBody::new(&consent, &caller.zone)))
}

/// Says what the caller wants to be written about.
#[utoipa::path(
    put, path = "/api/v1/me/consents/", tag = "messaging", request_body = ConsentInput,
    responses((status = 200, description = "What holds now", body = ConsentBody))
)]
async fn set_own_consent(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<ConsentInput>,
) -> Result<Json<ConsentBody>, Fault> {
    let consent = api::set_own_consent(&app, &caller.ctx, input.read()?).await?;
    Ok(Json(ConsentBody::new(&consent, &caller.zone)))
}
