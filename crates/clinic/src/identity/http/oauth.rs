//! The endpoints that programs call. They answer in the words of OAuth, not
//! with our problems.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Problem, ProblemKind};
use webkit::{Policy, RawForm, Routes, routes};

use crate::{
    App,
    identity::{
        api::{self, Known, NotGiven, SCOPES, Shown},
        wire::{
            DelegatedBody, Metadata, OauthCode, OauthError, OauthErrorBody, Params, RevokeForm,
            TokenForm,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(give_token), Policy::Public)
        .api(routes!(revoke_token), Policy::Public)
        .plain(
            Method::GET,
            "/.well-known/oauth-authorization-server",
            describe,
            Policy::Public,
        )
}

async fn describe(State(app): State<App>) -> Json<Metadata> {
    Json(Metadata::new(&app.settings.public_url, SCOPES))
}

/// Gives tokens to a program (RFC 6749; OAuth 2.1 with PKCE S256).
#[utoipa::path(
    post, path = "/oauth/token", tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Tokens", body = DelegatedBody),
        (status = 400, description = "Why not", body = OauthErrorBody),
        (status = 401, description = "The client is unknown or did not prove who it is", body = OauthErrorBody)
    )
)]
async fn give_token(State(app): State<App>, headers: HeaderMap, form: RawForm) -> Response {
    let params = Params::new(form.pairs);
    match given(&app, &headers, &params).await {
        Ok(body) => (NOT_STORED, Json(body)).into_response(),
        Err(not_given) => refused(not_given, &headers),
    }
}

async fn given(app: &App, headers: &HeaderMap, params: &Params) -> Result<DelegatedBody, NotGiven> {
    let known = client(app, headers, params).await?;
    Ok(api::delegate(app, known, params).await?.into())
}

/// Ends a token (RFC 7009).
#[utoipa::path(
    post, path = "/oauth/revoke", tag = "oauth",
    request_body(content = RevokeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Ended, or unknown"),
        (status = 400, description = "Why not", body = OauthErrorBody),
        (status = 401, description = "The client is unknown or did not prove who it is", body = OauthErrorBody)
    )
)]
async fn revoke_token(State(app): State<App>, headers: HeaderMap, form: RawForm) -> Response {
    let params = Params::new(form.pairs);
    match revoked(&app, &headers, &params).await {
        Ok(()) => (NOT_STORED, StatusCode::OK).into_response(),
        Err(not_given) => refused(not_given, &headers),
    }
}

async fn revoked(app: &App, headers: &HeaderMap, params: &Params) -> Result<(), NotGiven> {
    let known = client(app, headers, params).await?;
    api::revoke(app, known, params).await
}

const NOT_STORED: [(HeaderName, HeaderValue); 2] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::PRAGMA, HeaderValue::from_static("no-cache")),
];

async fn client(app: &App, headers: &HeaderMap, params: &Params) -> Result<Known, NotGiven> {
    let shown = shown(headers, params)?;
    api::known(app, shown).await
}

/// Who a program says it is: by HTTP Basic or in the form, never by both
/// (RFC 6749, 2.3).
fn shown(headers: &HeaderMap, params: &Params) -> Result<Shown, OauthError> {
    let id = params.optional("client_id")?;
    let secret = params.optional("client_secret")?;
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        let id = id.ok_or(OauthError::client())?.to_owned();
        let secret = secret.map(str::to_owned);
        return Ok(Shown { id, secret });
    };
    let basic = basic(header).ok_or(OauthError::client())?;
    if secret.is_some() || id.is_some_and(|id| id != basic.id) {
        let description = "The client authenticates in two ways.";
        return Err(OauthError::request(description));
    }
    Ok(basic)
}

/// Both parts are form-encoded inside (RFC 6749, 2.3.1).
fn basic(header: &HeaderValue) -> Option<Shown> {
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(Shown {
        id: form_decoded(id)?,
        secret: Some(form_decoded(secret)?).filter(|secret| !secret.is_empty()),
    })
}

fn form_decoded(text: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    match pairs.next() {
        Some((name, value)) if value.is_empty() && !text.contains(['=', '&']) => {
            Some(name.into_owned())
        }
        Some(_) => None,
        None => Some(String::new()),
    }
}

fn refused(why: NotGiven, headers: &HeaderMap) -> Response {
    let (status, error) = match why {
        NotGiven::Refused(error) if error.code == OauthCode::InvalidClient => {
            (StatusCode::UNAUTHORIZED, error)
        }
        NotGiven::Refused(error) => (StatusCode::BAD_REQUEST, error),
        NotGiven::Fault(problem) => trouble(&problem),
    };
    let mut response = (status, NOT_STORED, Json(OauthErrorBody::from(error))).into_response();
    // A client that tried the header is told which scheme the header takes (RFC 6749, 5.2).
    if status == StatusCode::UNAUTHORIZED && headers.contains_key(header::AUTHORIZATION) {
        let scheme = HeaderValue::from_static("Basic realm=\"oauth\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

fn trouble(problem: &Problem) -> (StatusCode, OauthError) {
    tracing::error!(?problem, "the token endpoint failed");
    if problem.kind == ProblemKind::Unavailable {
        let description = "Something needed is down. Try again in a moment.";
        let error = OauthError::new(OauthCode::TemporarilyUnavailable, description);
        (StatusCode::SERVICE_UNAVAILABLE, error)
    } else {
        let error = OauthError::new(OauthCode::ServerError, "A fault of ours.");
        (StatusCode::INTERNAL_SERVER_ERROR, error)
    }
}
