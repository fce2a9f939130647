use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use kernel::Problem;
use webkit::{
    Caller, Download, Fault, PathId, Policy, Query, Routes, Scope, Secret, UNSEEN, routes,
};

use crate::{
    App,
    scheduling::{
        api::{self, CalendarFile},
        model::AppointmentMark,
        policy,
        wire::{CalendarFilter, FeedBody, MadeFeedBody},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("appointment"))
        .api(routes!(doctors_calendar), policy::CALENDAR)
        .api(routes!(appointment_file), Policy::SignedIn)
        // No program makes a link that needs no signing in.
        .scope(Scope::Closed)
        .api(
            routes!(show_feed, create_feed, delete_feed),
            Policy::CLINICIAN,
        )
        .api(routes!(read_feed), Policy::Public)
}

/// The file as an answer, nothing for who has it already.
pub(in crate::scheduling) fn given(
    file: &CalendarFile,
    headers: &HeaderMap,
    inline: bool,
) -> Result<Response, Fault> {
    let download = Download {
        digest: &file.digest,
        size: u64::try_from(file.text.len()).unwrap_or(u64::MAX),
        content_type: "text/calendar; charset=utf-8",
        name: &file.name,
        inline,
    };
    let wanted = download.wanted(headers)?;
    let part = download.bytes(&wanted);
    let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
    let bytes = file.text.as_bytes().get(at(part.start)..at(part.end));
    let body = Body::from(bytes.unwrap_or_default().to_vec());
    Ok(download.answer(&wanted, body))
}

/// Gives a doctor's calendar as a file.
///
/// Weekly hours less absences and what was agreed to, with the patients' names but
/// of restricted records. A doctor's own; administrators and managers name one.
#[utoipa::path(
    get, path = "/api/v1/availabilities/calendar-ics/", tag = "appointments", params(CalendarFilter),
    responses((status = 200, description = "iCalendar (RFC 5545)", content_type = "text/calendar", body = String, example = "BEGIN:VCALENDAR…"))
)]
pub(in crate::scheduling) async fn doctors_calendar(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(filter): Query<CalendarFilter>,
) -> Result<Response, Fault> {
    let of = filter.practitioner()?;
    let file = api::calendar(&app, &caller.ctx, of).await?;
    given(&file, &headers, false)
}

/// Gives one appointment as a file for a calendar, called off or not.
#[utoipa::path(
    get, path = "/api/v1/appointments/{id}/ics/", tag = "appointments",
    params(("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "iCalendar (RFC 5545)", content_type = "text/calendar", body = String, example = "BEGIN:VCALENDAR…"))
)]
async fn appointment_file(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    PathId(id): PathId<AppointmentMark>,
) -> Result<Response, Fault> {
    let file = api::appointment_file(&app, &caller.ctx, id).await?;
    given(&file, &headers, false)
}

/// Says whether the doctor has a link for his own calendar, and when it was read.
#[utoipa::path(
    get, path = "/api/v1/calendar-feed/", tag = "appointments",
    responses((status = 200, description = "The link, without its address", body = FeedBody))
)]
async fn show_feed(State(app): State<App>, caller: Caller) -> Result<Json<FeedBody>, Fault> {
    let feed = api::feed(&app, &caller.ctx).await?;
    Ok(Json(FeedBody::new(feed.as_ref(), &caller.zone)))
}

/// Makes a link by which the doctor's own calendar subscribes to his here.
///
/// An earlier one leads nowhere from then on.
#[utoipa::path(
    post, path = "/api/v1/calendar-feed/", tag = "appointments",
    responses((status = 201, description = "Made; the address is told this once", body = MadeFeedBody))
)]
async fn create_feed(
    State(app): State<App>,
    caller: Caller,
) -> Result<(StatusCode, Secret<Json<MadeFeedBody>>), Fault> {
    let made = api::make_feed(&app, &caller.ctx).await?;
    let body = MadeFeedBody::new(made, &caller.zone);
    Ok((StatusCode::CREATED, Secret(Json(body))))
}

/// Ends the doctor's link.
#[utoipa::path(
    delete, path = "/api/v1/calendar-feed/", tag = "appointments",
    responses((status = 204, description = "There is none any more"))
)]
async fn delete_feed(State(app): State<App>, caller: Caller) -> Result<StatusCode, Fault> {
    api::drop_feed(&app, &caller.ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a doctor's calendar to whoever has its link: no patient is named.
#[utoipa::path(
    get, path = "/calendars/{file}", tag = "appointments",
    params(("file" = String, Path, description = "The link's secret and `.ics`", example = "0000000000000000000000000000000000000000000000000000000000000000.ics")),
    responses((status = 200, description = "iCalendar (RFC 5545)", content_type = "text/calendar", body = String, example = "BEGIN:VCALENDAR…"))
)]
async fn read_feed(
    State(app): State<App>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    let token = name.strip_suffix(".ics").ok_or_else(Problem::not_found)?;
    let file = api::read_feed(&app, token).await?;
    Ok((UNSEEN, given(&file, &headers, true)?).into_response())
}
