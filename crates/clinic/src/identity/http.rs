use axum::{Json, extract::State, http::StatusCode};
use kernel::{Problem, ProblemKind};
use webkit::{Caller, Fault, JsonBody, Policy, Routes, routes};

use super::{
    api,
    model::Tokens,
    wire::{RefreshInput, SignInInput, TokensBody, UserBody, VerifyInput},
};
use crate::App;

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(sign_in_token), Policy::Public)
        .api(routes!(sign_in_jwt), Policy::Public)
        .api(routes!(sign_in_seed), Policy::Public)
        .api(routes!(refresh_token), Policy::Public)
        .api(routes!(verify_token), Policy::Public)
        .api(routes!(log_out), Policy::Public)
        .api(routes!(show_me), Policy::SignedIn)
}

/// Signs in with name and password.
#[utoipa::path(
    post, path = "/api/v1/auth/token/", tag = "identity", request_body = SignInInput,
    responses(
        (status = 200, description = "A pair of tokens", body = TokensBody),
        (status = 401, description = "Name or password is wrong")
    )
)]
async fn sign_in_token(
    state: State<App>,
    input: JsonBody<SignInInput>,
) -> Result<Json<TokensBody>, Fault> {
    sign_in(state, input).await
}

/// Signs in with name and password (a seed's path).
#[utoipa::path(
    post, path = "/api/v1/auth/jwt/token/", tag = "identity", request_body = SignInInput,
    responses(
        (status = 200, description = "A pair of tokens", body = TokensBody),
        (status = 401, description = "Name or password is wrong")
    )
)]
async fn sign_in_jwt(
    state: State<App>,
    input: JsonBody<SignInInput>,
) -> Result<Json<TokensBody>, Fault> {
    sign_in(state, input).await
}

/// Signs in with name and password (another seed's path).
#[utoipa::path(
    post, path = "/api/auth/jwt/token/", tag = "identity", request_body = SignInInput,
    responses(
        (status = 200, description = "A pair of tokens", body = TokensBody),
        (status = 401, description = "Name or password is wrong")
    )
)]
async fn sign_in_seed(
    state: State<App>,
    input: JsonBody<SignInInput>,
) -> Result<Json<TokensBody>, Fault> {
    sign_in(state, input).await
}

async fn sign_in(
    State(app): State<App>,
    JsonBody(input): JsonBody<SignInInput>,
) -> Result<Json<TokensBody>, Fault> {
    let tokens = api::issue_tokens(&app, &input.username, &input.password).await?;
    Ok(body(tokens))
}

fn body(tokens: Tokens) -> Json<TokensBody> {
    Json(TokensBody {
        access: tokens.access,
        refresh: tokens.refresh,
    })
}

/// Exchanges a refresh token for a new pair. Using one twice ends them all.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh/", tag = "identity", request_body = RefreshInput,
    responses(
        (status = 200, description = "A new pair of tokens", body = TokensBody),
        (status = 401, description = "Unknown, used, expired or revoked")
    )
)]
async fn refresh_token(
    State(app): State<App>,
    JsonBody(input): JsonBody<RefreshInput>,
) -> Result<Json<TokensBody>, Fault> {
    Ok(body(api::rotate(&app, &input.refresh).await?))
}

/// Says whether an access token is still good.
#[utoipa::path(
    post, path = "/api/v1/auth/verify/", tag = "identity", request_body = VerifyInput,
    responses((status = 204, description = "It is"), (status = 401, description = "It is not"))
)]
async fn verify_token(
    State(app): State<App>,
    JsonBody(input): JsonBody<VerifyInput>,
) -> Result<StatusCode, Fault> {
    if api::verify_access(&app, &input.token) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(ProblemKind::Unauthenticated).into())
    }
}

/// Ends a refresh token and all that came of it.
#[utoipa::path(
    post, path = "/api/v1/auth/logout/", tag = "identity", request_body = RefreshInput,
    responses((status = 205, description = "Signed out"))
)]
async fn log_out(
    State(app): State<App>,
    JsonBody(input): JsonBody<RefreshInput>,
) -> Result<StatusCode, Fault> {
    api::log_out(&app, &input.refresh).await?;
    Ok(StatusCode::RESET_CONTENT)
}

/// Shows who is signed in.
#[utoipa::path(
    get, path = "/api/v1/auth/me/", tag = "identity",
    responses((status = 200, description = "The caller", body = UserBody))
)]
async fn show_me(State(app): State<App>, caller: Caller) -> Result<Json<UserBody>, Fault> {
    let (Some(user), Some(role)) = (caller.ctx.actor.user(), caller.role()) else {
        return Err(Problem::not_found().into());
    };
    let user = api::me(&app, user).await?;
    Ok(Json(UserBody::new(user, role, &caller.zone)))
}
