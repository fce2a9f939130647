use axum::{Json, extract::State, http::StatusCode};
use kernel::Role;
use webkit::{Caller, Fault, JsonBody, PathId, Policy, Routes, Scope, Secret, routes};

use crate::{
    App,
    care::{
        api,
        model::{EncounterMark, ShareMark},
        wire::{ShareBody, ShareInput, SharedBody},
    },
};

/// The patient, and who treats him.
const GIVERS: Policy = Policy::Roles(&[
    Role::Patient,
    Role::Practitioner,
    Role::Admin,
    Role::SuperAdmin,
]);

pub(super) fn routes() -> Routes<App> {
    // No program gives a record to strangers.
    Routes::new()
        .scope(Scope::Closed)
        .api(routes!(list_shares, create_share), GIVERS)
        .api(routes!(delete_share), GIVERS)
}

/// Makes a link that shows the signed record to whoever has it, for a while.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/shares/", tag = "records", request_body = ShareInput,
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 201, description = "Made; the address is told this once", body = SharedBody))
)]
async fn create_share(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    JsonBody(input): JsonBody<ShareInput>,
) -> Result<(StatusCode, Secret<Json<SharedBody>>), Fault> {
    let shared = api::share(&app, &caller.ctx, id, input.lasting()?).await?;
    let body = SharedBody::new(shared, &caller.zone);
    Ok((StatusCode::CREATED, Secret(Json(body))))
}

/// Lists the links that still show a record, newest first.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/{id}/shares/", tag = "records",
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The links, without their addresses", body = Vec<ShareBody>))
)]
async fn list_shares(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
) -> Result<Json<Vec<ShareBody>>, Fault> {
    let rows = api::shares(&app, &caller.ctx, id).await?;
    let bodies = rows.iter().map(|row| ShareBody::new(row, &caller.zone));
    Ok(Json(bodies.collect()))
}

/// Ends a link.
#[utoipa::path(
    delete, path = "/api/v1/shares/{id}/", tag = "records",
    params(("id" = String, Path, description = "The link", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "It shows nothing any more"))
)]
async fn delete_share(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ShareMark>,
) -> Result<StatusCode, Fault> {
    api::end_share(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
