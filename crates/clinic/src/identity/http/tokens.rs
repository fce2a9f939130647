use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::{StatusCode, header},
};
use kernel::{Problem, ProblemKind, Redacted};
use serde::de::DeserializeOwned;
use webkit::{Caller, Fault, Form, JsonBody, Policy, Routes, routes};

use super::From;
use crate::{
    App,
    identity::{
        api::{self, Login},
        model::{ACCESS_LASTS, Tokens},
        wire::{
            BearerInput, BearerTokensBody, RefreshInput, SecondStepInput, SignInInput, TokensBody,
            UserBody, VerifiedBody, VerifyInput,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(sign_in_token), Policy::Public)
        .api(routes!(sign_in_jwt), Policy::Public)
        .api(routes!(sign_in_seed), Policy::Public)
        .api(routes!(sign_in_bearer), Policy::Public)
        .api(routes!(sign_in_second), Policy::Public)
        .api(routes!(refresh_token), Policy::Public)
        .api(routes!(refresh_jwt), Policy::Public)
        .api(routes!(verify_token), Policy::Public)
        .api(routes!(verify_jwt), Policy::Public)
        .api(routes!(log_out_token), Policy::Public)
        .api(routes!(log_out_jwt), Policy::Public)
        .api(routes!(show_me), Policy::SignedIn)
        .api(routes!(show_me_jwt), Policy::SignedIn)
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

/// The seeds have several paths for one operation, and utoipa wants a handler
/// for each: this makes a line of each path.
macro_rules! served_at {
    (
        $operation:ident($input:ident) -> $output:ty, $responses:tt,
        $($(#[$meta:meta])* $name:ident = $path:literal;)+
    ) => {$(
        $(#[$meta])*
        #[utoipa::path(
            post, path = $path, tag = "identity",
            request_body(content(
                ($input = "application/json"), ($input = "application/x-www-form-urlencoded")
            )),
            responses $responses
        )]
        async fn $name(
            State(app): State<App>,
            from: From,
            AnyBody(input): AnyBody<$input>,
        ) -> Result<$output, Fault> {
            $operation(&app, from, input).await
        }
    )+};
}

served_at! {
    sign_in(SignInInput) -> Json<TokensBody>,
    (
        (status = 200, description = "A pair of tokens", body = TokensBody),
        (status = 401, description = "Name or password is wrong; or `second-factor-needed`, with the `challenge` \
            for `second-factor/`; or `second-factor-setup-needed`: sign in with a browser first"),
        (status = 429, description = "Too many wrong attempts; see Retry-After")
    ),
    /// Signs in with name or e-mail, and password.
    sign_in_token = "/api/v1/auth/token/";
    /// Signs in with name or e-mail, and password (a seed's path).
    sign_in_jwt = "/api/v1/auth/jwt/token/";
    /// Signs in with name or e-mail, and password (another seed's path).
    sign_in_seed = "/api/auth/jwt/token/";
}

async fn sign_in(app: &App, from: From, input: SignInInput) -> Result<Json<TokensBody>, Fault> {
    let (name, password) = (input.name()?, input.password);
    tokens(app, from, name, password).await.map(body)
}

async fn tokens(
    app: &App,
    From(origin): From,
    name: String,
    password: String,
) -> Result<Tokens, Fault> {
    let login = Login {
        name,
        password: Redacted(password),
        origin,
    };
    let signing_in = Box::pin(api::sign_in_program(app, &login));
    Ok(api::limited(app, login.origin.clone(), &login.name, signing_in).await?)
}

fn body(tokens: Tokens) -> Json<TokensBody> {
    Json(TokensBody {
        access: tokens.access,
        refresh: tokens.refresh,
    })
}

served_at! {
    sign_in_as_bearer(BearerInput) -> Json<BearerTokensBody>,
    (
        (status = 200, description = "A pair of tokens", body = BearerTokensBody),
        (status = 401, description = "As `/api/v1/auth/token/`"),
        (status = 429, description = "Too many wrong attempts; see Retry-After")
    ),
    /// Signs in with name and password, in the words of RFC 6750.
    sign_in_bearer = "/auth/token";
}

async fn sign_in_as_bearer(
    app: &App,
    from: From,
    input: BearerInput,
) -> Result<Json<BearerTokensBody>, Fault> {
    let tokens = tokens(app, from, input.username, input.password).await?;
    Ok(Json(BearerTokensBody {
        access_token: tokens.access,
        token_type: "bearer",
        expires_in: ACCESS_LASTS.as_secs(),
        refresh_token: tokens.refresh,
    }))
}

served_at! {
    second_step(SecondStepInput) -> Json<TokensBody>,
    (
        (status = 200, description = "A pair of tokens", body = TokensBody),
        (status = 401, description = "`wrong-code`: wrong or used; `challenge-expired`: begin with the password"),
        (status = 429, description = "Five wrong codes; see Retry-After")
    ),
    /// Ends signing in with the code of the second factor, or a recovery code.
    sign_in_second = "/api/v1/auth/token/second-factor/";
}

async fn second_step(
    app: &App,
    From(origin): From,
    input: SecondStepInput,
) -> Result<Json<TokensBody>, Fault> {
    let shown = (input.challenge.as_str(), input.code.as_str());
    Ok(body(api::finish_program(app, shown, &origin).await?))
}

served_at! {
    refresh(RefreshInput) -> Json<TokensBody>,
    (
        (status = 200, description = "A new pair of tokens", body = TokensBody),
        (status = 401, description = "Unknown, used, expired or revoked")
    ),
    /// Exchanges a refresh token for a new pair. The same one within 30 seconds
    /// gives the same pair; using it later ends them all.
    refresh_token = "/api/v1/auth/refresh/";
    /// Exchanges a refresh token for a new pair (a seed's path).
    refresh_jwt = "/api/v1/auth/jwt/refresh/";
}

async fn refresh(app: &App, _: From, input: RefreshInput) -> Result<Json<TokensBody>, Fault> {
    Ok(body(api::rotate(app, &input.refresh).await?))
}

served_at! {
    verify(VerifyInput) -> Json<VerifiedBody>,
    (
        (status = 200, description = "It is", body = VerifiedBody),
        (status = 401, description = "It is not")
    ),
    /// Says whether an access token is still good.
    verify_token = "/api/v1/auth/verify/";
    /// Says whether an access token is still good (a seed's path).
    verify_jwt = "/api/v1/auth/jwt/verify/";
}

async fn verify(app: &App, _: From, input: VerifyInput) -> Result<Json<VerifiedBody>, Fault> {
    if api::verify_access(app, &input.token).await? {
        Ok(Json(VerifiedBody {}))
    } else {
        Err(Problem::new(ProblemKind::Unauthenticated).into())
    }
}

served_at! {
    log_out(RefreshInput) -> StatusCode,
    ((status = 205, description = "Signed out")),
    /// Ends a refresh token and all that came of it, access tokens too.
    log_out_token = "/api/v1/auth/logout/";
    /// Ends a refresh token and all that came of it (a seed's path).
    log_out_jwt = "/api/v1/auth/jwt/blacklist/";
}

async fn log_out(app: &App, _: From, input: RefreshInput) -> Result<StatusCode, Fault> {
    api::log_out(app, &input.refresh).await?;
    Ok(StatusCode::RESET_CONTENT)
}

/// Shows who is signed in.
#[utoipa::path(
    get, path = "/api/v1/auth/me/", tag = "identity",
    responses((status = 200, description = "The caller", body = UserBody))
)]
async fn show_me(State(app): State<App>, caller: Caller) -> Result<Json<UserBody>, Fault> {
    let member = api::myself(&app, &caller.ctx).await?;
    Ok(Json(UserBody::new(member, &caller.zone)))
}

/// Shows who is signed in (a seed's path).
#[utoipa::path(
    get, path = "/api/v1/auth/jwt/me/", tag = "identity",
    responses((status = 200, description = "The caller", body = UserBody))
)]
async fn show_me_jwt(app: State<App>, caller: Caller) -> Result<Json<UserBody>, Fault> {
    show_me(app, caller).await
}
