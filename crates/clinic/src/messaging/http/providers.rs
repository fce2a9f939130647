use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use kernel::Problem;
use send_rules::Channel;
use webkit::{Caller, Fault, Policy, Routes, Scope, Texts, routes};

use crate::{
    App,
    messaging::{
        api,
        wire::providers::{SendingTestBody, SendingWayBody},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Manage("settings"))
        .api(routes!(list_ways), Policy::ADMIN)
        .api(routes!(test_way), Policy::ADMIN)
}

/// Lists the ways that messages leave by: who carries them and how they are.
#[utoipa::path(
    get, path = "/api/v1/providers/", tag = "messaging",
    responses((status = 200, description = "WhatsApp, SMS, calls, notifications and e-mails", body = [SendingWayBody]))
)]
async fn list_ways(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<SendingWayBody>>, Fault> {
    let ways = api::ways(&app, &caller.ctx).await?.into_iter();
    let texts = Texts::new(caller.ctx.locale);
    let ways = ways.map(|way| SendingWayBody::new(way, &caller.zone, texts));
    Ok(Json(ways.collect()))
}

/// Sends the caller a test by a way.
///
/// It goes to his own verified number or address through the outbox; how it stands is said by the list of ways.
#[utoipa::path(
    post, path = "/api/v1/providers/{channel}/test/", tag = "messaging",
    params(("channel" = String, Path, description = "`whatsapp`, `sms`, `voice`, `push` or `email`", example = "sms")),
    responses(
        (status = 202, description = "Written to the outbox", body = SendingTestBody),
        (status = 409, description = "The caller has no verified number or address, or no device for a notification, or the clinic no number for this way"),
        (status = 429, description = "The last test was less than a minute ago")
    )
)]
async fn test_way(
    State(app): State<App>,
    caller: Caller,
    Path(channel): Path<String>,
) -> Result<(StatusCode, Json<SendingTestBody>), Fault> {
    let channel = Channel::parse(&channel).ok_or_else(Problem::not_found)?;
    let test = api::send_test(&app, &caller.ctx, channel).await?;
    let texts = Texts::new(caller.ctx.locale);
    let body = SendingTestBody::new(test, &caller.zone, texts);
    Ok((StatusCode::ACCEPTED, Json(body)))
}
