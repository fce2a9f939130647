use axum::{extract::State, http::StatusCode};
use webkit::{Caller, Fault, JsonBody, Policy, Routes, routes};

use crate::{
    App,
    identity::{api, wire::EmailCodeInput},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(send_email_code), Policy::SignedIn)
        .api(routes!(confirm_email), Policy::SignedIn)
}

/// Sends the caller a code that shows that his e-mail address is his.
#[utoipa::path(
    post, path = "/api/v1/auth/users/me/email/code/", tag = "identity",
    responses(
        (status = 202, description = "On its way, unless one went out less than a minute ago"),
        (status = 409, description = "The account has no address, or no e-mails leave here")
    )
)]
async fn send_email_code(State(app): State<App>, caller: Caller) -> Result<StatusCode, Fault> {
    api::send_email_code(&app, &caller.ctx).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Believes that the caller's e-mail address is his because he knows the code.
#[utoipa::path(
    post, path = "/api/v1/auth/users/me/email/confirm/", tag = "identity", request_body = EmailCodeInput,
    responses((status = 204, description = "Believed"))
)]
async fn confirm_email(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<EmailCodeInput>,
) -> Result<StatusCode, Fault> {
    api::confirm_email(&app, &caller.ctx, &input.code).await?;
    Ok(StatusCode::NO_CONTENT)
}
