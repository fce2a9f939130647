mod broadcasts;
mod call_backs;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode},
};
use webkit::{
    Caller, Fault, IfMatch, JsonBody, PathId, Policy, Query, Routes, Scope, Texts, routes,
    version_tag,
};

use super::{
    api,
    model::{Reminder, ReminderMark},
    policy::WRITES,
    wire::{ListFilter, ReminderBody, ReminderChanges, ReminderInput, SearchFilter, TriggeredBody},
};
use crate::App;

/// An answer with its version as ETag.
type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Exact("send:notification"))
        .api(routes!(create_reminder), WRITES)
        .api(routes!(list_reminders), Policy::SignedIn)
        .api(routes!(search_reminders), Policy::STAFF)
        .api(routes!(replace_reminder, change_reminder), WRITES)
        .api(routes!(delete_reminder), WRITES)
        .api(routes!(trigger_reminders), Policy::ADMIN)
        .merge(broadcasts::routes())
        .merge(call_backs::routes())
}

fn body(one: Reminder, caller: &Caller) -> ReminderBody {
    ReminderBody::new(one, &caller.zone, Texts::new(caller.ctx.locale))
}

fn tagged(one: Reminder, caller: &Caller) -> Tagged<ReminderBody> {
    ([version_tag(one.version)], Json(body(one, caller)))
}

fn all(rows: Vec<Reminder>, caller: &Caller) -> Json<Vec<ReminderBody>> {
    Json(rows.into_iter().map(|row| body(row, caller)).collect())
}

/// Writes a reminder, which goes at its time.
///
/// On a number that other people have too the text names neither the patient nor a
/// reason; an SMS never names a drug or a speciality.
#[utoipa::path(
    post, path = "/reminders/create", tag = "reminders", request_body = ReminderInput,
    responses(
        (status = 200, description = "The reminder", body = ReminderBody),
        (status = 403, description = "The patient's record is restricted")
    )
)]
async fn create_reminder(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<ReminderInput>,
) -> Result<Tagged<ReminderBody>, Fault> {
    let new = ReminderChanges::from(input).read(&caller.zone)?;
    let made = api::create(&app, &caller.ctx, new).await?;
    Ok(tagged(made, &caller))
}

/// Lists reminders in the order of their time.
///
/// Staff see the clinic's, a patient his own.
#[utoipa::path(
    get, path = "/reminders/list", tag = "reminders", params(ListFilter),
    responses((status = 200, description = "The reminders", body = Vec<ReminderBody>))
)]
async fn list_reminders(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ListFilter>,
) -> Result<Json<Vec<ReminderBody>>, Fault> {
    let (sought, part) = filter.read()?;
    let rows = api::reminders(&app, &caller.ctx, &sought, part).await?;
    Ok(all(rows, &caller))
}

/// Searches the clinic's reminders, in the order of their time.
#[utoipa::path(
    get, path = "/reminders/search", tag = "reminders", params(SearchFilter),
    responses((status = 200, description = "The reminders", body = Vec<ReminderBody>))
)]
async fn search_reminders(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<SearchFilter>,
) -> Result<Json<Vec<ReminderBody>>, Fault> {
    let (sought, part) = filter.read(&caller.zone)?;
    let rows = api::reminders(&app, &caller.ctx, &sought, part).await?;
    Ok(all(rows, &caller))
}

/// Replaces a reminder as a whole.
///
/// One whose message waits in the outbox is taken back and goes at its time. One that
/// may have left goes once more only with `rearm`, without another time at once.
#[utoipa::path(
    put, path = "/reminders/update/{id}", tag = "reminders", request_body = ReminderInput,
    params(
        ("id" = String, Path, description = "The reminder", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The reminder as it is now", body = ReminderBody),
        (status = 409, description = "It has left, see `rearm`, or may be leaving now"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn replace_reminder(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ReminderMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<ReminderInput>,
) -> Result<Tagged<ReminderBody>, Fault> {
    let patch = ReminderChanges::from(input).read(&caller.zone)?;
    let changed = api::change(&app, &caller.ctx, id, expected, patch).await?;
    Ok(tagged(changed, &caller))
}

/// Changes a part of a reminder: what is left out stays, null clears.
#[utoipa::path(
    patch, path = "/reminders/update/{id}", tag = "reminders", request_body = ReminderChanges,
    params(
        ("id" = String, Path, description = "The reminder", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The reminder as it is now", body = ReminderBody),
        (status = 409, description = "It has left, see `rearm`, or may be leaving now"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn change_reminder(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ReminderMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<ReminderChanges>,
) -> Result<Tagged<ReminderBody>, Fault> {
    let patch = input.read(&caller.zone)?;
    let changed = api::change(&app, &caller.ctx, id, expected, patch).await?;
    Ok(tagged(changed, &caller))
}

/// Takes a reminder away, and its message out of the outbox if it waits there.
#[utoipa::path(
    delete, path = "/reminders/delete/{id}", tag = "reminders",
    params(
        ("id" = String, Path, description = "The reminder", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 204, description = "Taken away"),
        (status = 409, description = "It may be leaving now; nothing was changed"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn delete_reminder(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ReminderMark>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Fault> {
    api::drop_reminder(&app, &caller.ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends the clinic's reminders that are due, and says within five seconds what became of them.
#[utoipa::path(
    post, path = "/reminders/trigger", tag = "reminders",
    responses((status = 200, description = "What became of them", body = TriggeredBody))
)]
async fn trigger_reminders(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<TriggeredBody>, Fault> {
    Ok(Json(api::trigger(&app, &caller.ctx).await?.into()))
}
