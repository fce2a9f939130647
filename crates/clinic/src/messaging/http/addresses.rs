use axum::{Json, extract::State, http::StatusCode};
use webkit::{Caller, Fault, JsonBody, Paging, Policy, Routes, Texts, routes};

use crate::{
    App,
    messaging::{
        api,
        wire::addresses::{LiftInput, StoppedBody, StoppedPage},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(webkit::Scope::Exact("send:notification"))
        .api(routes!(list_stopped), Policy::ADMIN)
        .api(routes!(lift_stop), Policy::ADMIN)
}

/// Lists the addresses that get no more e-mails, because they bounced or their owners
/// complained.
#[utoipa::path(
    get, path = "/api/v1/outbox/stopped-addresses/", tag = "messaging",
    responses((status = 200, description = "A page of addresses", body = StoppedPage))
)]
async fn list_stopped(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<StoppedPage>, Fault> {
    let (count, rows) = api::stopped_addresses(&app, &caller.ctx, paging.request).await?;
    let texts = Texts::new(caller.ctx.locale);
    let rows = rows
        .into_iter()
        .map(|row| StoppedBody::new(row, &caller.zone, texts))
        .collect();
    let page = paging.page(count, rows)?;
    Ok(Json(page.into()))
}

/// Lets e-mails go to an address again.
///
/// Nothing happens to one that gets them.
#[utoipa::path(
    post, path = "/api/v1/outbox/stopped-addresses/lift/", tag = "messaging", request_body = LiftInput,
    responses((status = 204, description = "It gets e-mails"))
)]
async fn lift_stop(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<LiftInput>,
) -> Result<StatusCode, Fault> {
    api::lift_stop(&app, &caller.ctx, &input.address).await?;
    Ok(StatusCode::NO_CONTENT)
}
