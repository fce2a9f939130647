use axum::{Json, extract::State, http::StatusCode};
use kernel::Problem;
use webkit::{Caller, Fault, PathId, Policy, Routes, routes};

use super::OwnSignIn;
use crate::{
    App,
    identity::{api, model::SignIn, wire::SessionsBody},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(list_sessions, end_other_sessions), Policy::SignedIn)
        .api(routes!(end_session), Policy::SignedIn)
}

/// Lists where the caller is signed in.
#[utoipa::path(
    get, path = "/api/v1/auth/sessions/", tag = "identity",
    responses((status = 200, description = "All of them", body = SessionsBody))
)]
async fn list_sessions(
    State(app): State<App>,
    caller: Caller,
    own: OwnSignIn,
) -> Result<Json<SessionsBody>, Fault> {
    let user = caller.ctx.actor.user().ok_or_else(Problem::not_found)?;
    let rows = api::sign_ins(&app, user).await?;
    Ok(Json(SessionsBody::new(rows, own.0, &caller.zone)))
}

/// Ends one of the caller's sessions; its cookie or tokens open nothing from the
/// next request on.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/{id}/", tag = "identity",
    params(("id" = String, Path, description = "Which")),
    responses((status = 204, description = "Ended"))
)]
async fn end_session(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<SignIn>,
) -> Result<StatusCode, Fault> {
    api::end_sign_in(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of the caller's sessions but this one.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/", tag = "identity",
    responses((status = 204, description = "Ended"))
)]
async fn end_other_sessions(
    State(app): State<App>,
    caller: Caller,
    own: OwnSignIn,
) -> Result<StatusCode, Fault> {
    api::end_other_sign_ins(&app, &caller.ctx, own.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
