use axum::{Json, extract::State};
use webkit::{Caller, Fault, IfMatch, JsonBody, Policy, Routes, Scope, routes, version_tag};

use super::Tagged;
use crate::{
    App,
    scheduling::{
        api,
        model::ReminderRules,
        wire::{RemindersBody, RemindersInput},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Manage("settings"))
        .api(routes!(show_reminders, set_reminders), Policy::ADMIN)
}

fn tagged(rules: &ReminderRules) -> Tagged<RemindersBody> {
    ([version_tag(rules.version)], Json(rules.into()))
}

/// Shows which reminders of appointments the clinic sends.
#[utoipa::path(
    get, path = "/api/v1/appointments/reminders/", tag = "appointments",
    responses((status = 200, description = "The reminders", body = RemindersBody))
)]
async fn show_reminders(
    State(app): State<App>,
    caller: Caller,
) -> Result<Tagged<RemindersBody>, Fault> {
    Ok(tagged(&api::reminder_rules(&app, &caller.ctx).await?))
}

/// Sets which reminders of appointments the clinic sends.
///
/// It holds for appointments that are agreed to or moved from now on.
#[utoipa::path(
    put, path = "/api/v1/appointments/reminders/", tag = "appointments", request_body = RemindersInput,
    params(("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")),
    responses(
        (status = 200, description = "The reminders as they are now", body = RemindersBody),
        (status = 412, description = "Somebody else changed them meanwhile")
    )
)]
async fn set_reminders(
    State(app): State<App>,
    caller: Caller,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<RemindersInput>,
) -> Result<Tagged<RemindersBody>, Fault> {
    let set = api::set_reminder_rules(&app, &caller.ctx, expected, input.read()?);
    Ok(tagged(&set.await?))
}
