use axum::{Json, extract::State, http::StatusCode};
use kernel::User;
use webkit::{Caller, ClientAddr, Fault, JsonBody, PathId, Policy, Routes, Texts, routes};

use super::OwnSignIn;
use crate::{
    App,
    identity::{
        api,
        wire::{
            ChangePasswordInput, ForgottenInput, LinkBody, PhoneCodeInput, ResetInput, ToldBody,
            forgotten_told,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(change_password), Policy::SignedIn)
        .api(routes!(forgotten), Policy::Public)
        .api(routes!(reset), Policy::Public)
        .api(routes!(make_reset_link), Policy::ADMIN)
        .api(routes!(send_phone_code), Policy::SignedIn)
        .api(routes!(confirm_phone), Policy::SignedIn)
}

/// Sets a new password. The session or tokens that the caller shows go on; all
/// his others end at once.
#[utoipa::path(
    post, path = "/api/v1/auth/change-password/", tag = "identity", request_body = ChangePasswordInput,
    responses((status = 204, description = "Set"))
)]
async fn change_password(
    State(app): State<App>,
    caller: Caller,
    from: (ClientAddr, OwnSignIn),
    JsonBody(input): JsonBody<ChangePasswordInput>,
) -> Result<StatusCode, Fault> {
    let (ClientAddr(client), OwnSignIn(kept)) = from;
    let (old, new) = (&input.old_password, &input.new_password);
    api::change_password(&app, &caller.ctx, (client, kept), old, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a link to who forgot his password, if there is such an account with a
/// verified e-mail address, or a code to its known phone. The answer is always
/// the same.
#[utoipa::path(
    post, path = "/api/v1/auth/password/forgotten/", tag = "identity", request_body = ForgottenInput,
    responses((status = 202, description = "Whatever there is to do will be done", body = ToldBody))
)]
async fn forgotten(
    State(app): State<App>,
    texts: Texts,
    JsonBody(input): JsonBody<ForgottenInput>,
) -> Result<(StatusCode, Json<ToldBody>), Fault> {
    api::forgotten(&app, &input.identifier);
    let detail = texts.get(forgotten_told(&app));
    Ok((StatusCode::ACCEPTED, Json(ToldBody { detail })))
}

/// Sets a new password by a code. Everything the account was signed in to ends.
#[utoipa::path(
    post, path = "/api/v1/auth/password/reset/", tag = "identity", request_body = ResetInput,
    responses((status = 204, description = "Set"))
)]
async fn reset(
    State(app): State<App>,
    JsonBody(input): JsonBody<ResetInput>,
) -> Result<StatusCode, Fault> {
    let (who, code) = (&input.identifier, &input.code);
    api::reset_by_code(&app, who, code, &input.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link by which a user sets a new password within 24 hours, once. It
/// is shown only now; an earlier one opens nothing any more.
#[utoipa::path(
    put, path = "/api/v1/auth/users/{id}/reset-link/", tag = "identity",
    params(("id" = String, Path, description = "The user", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "The link", body = LinkBody),
        (status = 409, description = "He is not active, or his account belongs to another clinic too")
    )
)]
async fn make_reset_link(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<User>,
) -> Result<Json<LinkBody>, Fault> {
    let link = api::make_reset_link(&app, &caller.ctx, id).await?;
    Ok(Json(LinkBody { link: link.0 }))
}

/// Sends the caller a code that shows that his phone is his.
#[utoipa::path(
    post, path = "/api/v1/auth/users/me/phone/code/", tag = "identity",
    responses(
        (status = 202, description = "On its way, unless one went out less than a minute ago"),
        (status = 409, description = "The account has no phone")
    )
)]
async fn send_phone_code(State(app): State<App>, caller: Caller) -> Result<StatusCode, Fault> {
    api::send_phone_code(&app, &caller.ctx).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Believes that the caller's phone is his because he knows the code.
#[utoipa::path(
    post, path = "/api/v1/auth/users/me/phone/confirm/", tag = "identity", request_body = PhoneCodeInput,
    responses((status = 204, description = "Believed"))
)]
async fn confirm_phone(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<PhoneCodeInput>,
) -> Result<StatusCode, Fault> {
    api::confirm_phone(&app, &caller.ctx, &input.code).await?;
    Ok(StatusCode::NO_CONTENT)
}
