use axum::{Json, extract::State, http::StatusCode};
use webkit::{Caller, Fault, PathId, Policy, Routes, routes};

use crate::{
    App,
    identity::{api, model::oauth::Client, wire::LetInList},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(list_programs), Policy::SignedIn)
        .api(routes!(withdraw_program), Policy::SignedIn)
}

/// Lists the programs that the caller let in.
#[utoipa::path(
    get, path = "/api/v1/auth/programs/", tag = "identity",
    responses((status = 200, description = "All of them", body = LetInList))
)]
async fn list_programs(State(app): State<App>, caller: Caller) -> Result<Json<LetInList>, Fault> {
    let programs = api::let_in(&app, &caller.ctx).await?;
    Ok(Json(LetInList::new(programs, &caller.zone)))
}

/// Lets a program in no longer; its tokens open nothing from the next request on.
#[utoipa::path(
    delete, path = "/api/v1/auth/programs/{id}/", tag = "identity",
    params(("id" = String, Path, description = "The program", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "It may act for the caller no longer"))
)]
async fn withdraw_program(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Client>,
) -> Result<StatusCode, Fault> {
    api::withdraw(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
