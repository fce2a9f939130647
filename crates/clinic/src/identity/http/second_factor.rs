use axum::{Json, extract::State, http::StatusCode};
use kernel::{Problem, User};
use webkit::{Caller, Fault, JsonBody, PathId, Policy, Routes, routes};

use super::From;
use crate::{
    App,
    identity::{
        api,
        wire::{CodeInput, EnrolmentBody, FactorBody, RecoveryCodesBody, RemovalInput, RuleBody},
    },
};

/// What answers with a secret is a PUT: answers to POST are kept for a day under
/// an `Idempotency-Key`.
pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(show_factor, begin_factor), Policy::SignedIn)
        .api(routes!(confirm_factor), Policy::SignedIn)
        .api(routes!(renew_codes), Policy::SignedIn)
        .api(routes!(remove_factor), Policy::SignedIn)
        .api(routes!(show_rule, set_rule), Policy::ADMIN)
        .api(routes!(reset_factor), Policy::ADMIN)
}

/// Says how the caller's second factor stands.
#[utoipa::path(
    get, path = "/api/v1/auth/second-factor/", tag = "identity",
    responses((status = 200, description = "How it stands", body = FactorBody))
)]
async fn show_factor(State(app): State<App>, caller: Caller) -> Result<Json<FactorBody>, Fault> {
    let user = caller.ctx.actor.user().ok_or_else(Problem::not_found)?;
    Ok(Json(api::state(&app, user).await?.into()))
}

/// Offers a new secret; it counts once a code confirms it.
#[utoipa::path(
    put, path = "/api/v1/auth/second-factor/", tag = "identity",
    responses(
        (status = 200, description = "For the application", body = EnrolmentBody),
        (status = 409, description = "There is one already")
    )
)]
async fn begin_factor(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<EnrolmentBody>, Fault> {
    let user = caller.ctx.actor.user().ok_or_else(Problem::not_found)?;
    let enrolment = api::begin(&app, user).await?;
    Ok(Json(EnrolmentBody {
        secret: enrolment.secret,
        uri: enrolment.uri,
    }))
}

/// Turns the second factor on with a first code.
#[utoipa::path(
    put, path = "/api/v1/auth/second-factor/confirmation/", tag = "identity",
    request_body = CodeInput,
    responses((status = 200, description = "On", body = RecoveryCodesBody))
)]
async fn confirm_factor(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<CodeInput>,
) -> Result<Json<RecoveryCodesBody>, Fault> {
    let recovery_codes = api::confirm(&app, &caller.ctx, &input.code).await?;
    Ok(Json(RecoveryCodesBody { recovery_codes }))
}

/// Replaces the recovery codes.
#[utoipa::path(
    put, path = "/api/v1/auth/second-factor/recovery-codes/", tag = "identity",
    request_body = CodeInput,
    responses((status = 200, description = "New ones", body = RecoveryCodesBody))
)]
async fn renew_codes(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<CodeInput>,
) -> Result<Json<RecoveryCodesBody>, Fault> {
    let recovery_codes = api::renew_codes(&app, &caller.ctx, &input.code).await?;
    Ok(Json(RecoveryCodesBody { recovery_codes }))
}

/// Turns the second factor off, with password and code.
#[utoipa::path(
    post, path = "/api/v1/auth/second-factor/removal/", tag = "identity",
    request_body = RemovalInput,
    responses(
        (status = 204, description = "Off"),
        (status = 409, description = "The clinic asks for one")
    )
)]
async fn remove_factor(
    State(app): State<App>,
    caller: Caller,
    from: From,
    JsonBody(input): JsonBody<RemovalInput>,
) -> Result<StatusCode, Fault> {
    let shown = (input.password.as_str(), input.code.as_str());
    api::remove(&app, &caller.ctx, shown, &from.0).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says who of the clinic must have a second factor.
#[utoipa::path(
    get, path = "/api/v1/auth/second-factor/rule/", tag = "identity",
    responses((status = 200, description = "The rule", body = RuleBody))
)]
async fn show_rule(State(app): State<App>, caller: Caller) -> Result<Json<RuleBody>, Fault> {
    Ok(Json(RuleBody::new(api::required(&app, &caller.ctx).await?)))
}

/// Changes who must have one; who must and has none is signed out.
#[utoipa::path(
    put, path = "/api/v1/auth/second-factor/rule/", tag = "identity", request_body = RuleBody,
    responses(
        (status = 200, description = "The rule", body = RuleBody),
        (status = 409, description = "The caller must have one himself first")
    )
)]
async fn set_rule(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<RuleBody>,
) -> Result<Json<RuleBody>, Fault> {
    api::require(&app, &caller.ctx, input.rule()?).await?;
    Ok(Json(input))
}

/// Takes away the lost second factor of a member, who is signed out everywhere.
#[utoipa::path(
    delete, path = "/api/v1/auth/users/{id}/second-factor/", tag = "identity",
    params(("id" = String, Path, description = "The member")),
    responses((status = 204, description = "Gone"))
)]
async fn reset_factor(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<User>,
) -> Result<StatusCode, Fault> {
    api::reset_factor(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
