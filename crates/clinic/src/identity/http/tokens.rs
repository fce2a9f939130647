use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::{StatusCode, header},
};
use kernel::{Problem, ProblemKind};
use serde::de::DeserializeOwned;
use webkit::{Caller, ClientAddr, Fault, Form, JsonBody, Policy, Routes, routes};

use crate::{
    App,
    identity::{
        api,
        model::Tokens,
        wire::{RefreshInput, SignInInput, TokensBody, UserBody, VerifiedBody, VerifyInput},
    },
};

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

/// A body as JSON or as a form: clients of tokens send both.
struct AnyBody<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for AnyBody<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/x-www-form-urlencoded") {
            let Form(body) = Form::from_request(request, state).await?;
            Ok(Self(body))
        } else {
            let JsonBody(body) = JsonBody::from_request(request, state).await?;
            Ok(Self(body))
        }
    }
}

/// Signs in with name and password.
#[utoipa::path(
    post, path = "/api/v1/auth/token/", tag = "identity",
    request_body(content((SignInInput = "application/json"), (SignInInput = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "A pair of tokens", body = TokensBody),
        (status = 401, description = "Name or password is wrong"),
        (status = 429, description = "Too many wrong attempts; see Retry-After")
    )
)]
async fn sign_in_token(
    state: State<App>,
    client: ClientAddr,
    input: AnyBody<SignInInput>,
) -> Result<Json<TokensBody>, Fault> {
    sign_in(state, client, input).await
}

/// Signs in with name and password (a seed's path).
#[utoipa::path(
    post, path = "/api/v1/auth/jwt/token/", tag = "identity",
    request_body(content((SignInInput = "application/json"), (SignInInput = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "A pair of tokens", body = TokensBody),
        (status = 401, description = "Name or password is wrong"),
        (status = 429, description = "Too many wrong attempts; see Retry-After")
    )
)]
async fn sign_in_jwt(
    state: State<App>,
    client: ClientAddr,
    input: AnyBody<SignInInput>,
) -> Result<Json<TokensBody>, Fault> {
    sign_in(state, client, input).await
}

/// Signs in with name and password (another seed's path).
#[utoipa::path(
    post, path = "/api/auth/jwt/token/", tag = "identity",
    request_body(content((SignInInput = "application/json"), (SignInInput = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "A pair of tokens", body = TokensBody),
        (status = 401, description = "Name or password is wrong"),
        (status = 429, description = "Too many wrong attempts; see Retry-After")
    )
)]
async fn sign_in_seed(
    state: State<App>,
    client: ClientAddr,
    input: AnyBody<SignInInput>,
) -> Result<Json<TokensBody>, Fault> {
    sign_in(state, client, input).await
}

async fn sign_in(
    State(app): State<App>,
    ClientAddr(client): ClientAddr,
    AnyBody(input): AnyBody<SignInInput>,
) -> Result<Json<TokensBody>, Fault> {
    let signing_in = api::issue_tokens(&app, &input.username, &input.password);
    let tokens = api::limited(&app, client, &input.username, signing_in).await?;
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
    post, path = "/api/v1/auth/refresh/", tag = "identity",
    request_body(content((RefreshInput = "application/json"), (RefreshInput = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "A new pair of tokens", body = TokensBody),
        (status = 401, description = "Unknown, used, expired or revoked")
    )
)]
async fn refresh_token(
    State(app): State<App>,
    AnyBody(input): AnyBody<RefreshInput>,
) -> Result<Json<TokensBody>, Fault> {
    Ok(body(api::rotate(&app, &input.refresh).await?))
}

/// Says whether an access token is still good.
#[utoipa::path(
    post, path = "/api/v1/auth/verify/", tag = "identity",
    request_body(content((VerifyInput = "application/json"), (VerifyInput = "application/x-www-form-urlencoded"))),
    responses((status = 200, description = "It is", body = VerifiedBody), (status = 401, description = "It is not"))
)]
async fn verify_token(
    State(app): State<App>,
    AnyBody(input): AnyBody<VerifyInput>,
) -> Result<Json<VerifiedBody>, Fault> {
    if api::verify_access(&app, &input.token).await? {
        Ok(Json(VerifiedBody {}))
    } else {
        Err(Problem::new(ProblemKind::Unauthenticated).into())
    }
}

/// Ends a refresh token and all that came of it.
#[utoipa::path(
    post, path = "/api/v1/auth/logout/", tag = "identity",
    request_body(content((RefreshInput = "application/json"), (RefreshInput = "application/x-www-form-urlencoded"))),
    responses((status = 205, description = "Signed out"))
)]
async fn log_out(
    State(app): State<App>,
    AnyBody(input): AnyBody<RefreshInput>,
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
