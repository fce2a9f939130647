use axum::{Json, extract::State, http::StatusCode};
use kernel::UserId;
use webkit::{
    Caller, Fault, IfMatch, JsonBody, JsonOrNothing, Paging, PathId, Policy, Query, Routes, Scope,
    Texts, routes, version_tag,
};

use super::Tagged;
use crate::{
    App,
    scheduling::{
        api,
        model::{Appointment, AppointmentMark},
        wire::{
            AppointmentBody, AppointmentFilter, AppointmentInput, AppointmentPage, AssignInput,
            CancelInput, ConfirmInput, DeclineInput, NotesInput, RescheduleInput, StepBody,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("appointment"))
        .api(
            routes!(list_appointments, create_appointment),
            Policy::SignedIn,
        )
        .api(routes!(my_agenda), Policy::CLINICIAN)
        .api(
            routes!(show_appointment, change_appointment),
            Policy::SignedIn,
        )
        .api(routes!(appointment_history), Policy::SignedIn)
        .api(routes!(assign_appointment), Policy::STAFF)
        .api(routes!(confirm_appointment), Policy::STAFF)
        .api(routes!(decline_appointment), Policy::STAFF)
        .api(routes!(cancel_appointment), Policy::SignedIn)
        .api(routes!(cancel_series), Policy::STAFF)
        .api(routes!(reschedule_appointment), Policy::SignedIn)
        .api(routes!(complete_appointment), Policy::STAFF)
        .api(routes!(miss_appointment), Policy::STAFF)
}

fn body(one: &Appointment, caller: &Caller) -> AppointmentBody {
    AppointmentBody::new(one, &caller.zone, Texts::new(caller.ctx.locale))
}

fn tagged(one: &Appointment, caller: &Caller) -> Tagged<AppointmentBody> {
    ([version_tag(one.version)], Json(body(one, caller)))
}

/// Lists the appointments that the caller may see, the earliest first.
///
/// Patients see their own, doctors theirs and those that no doctor has yet.
#[utoipa::path(
    get, path = "/api/v1/appointments/", tag = "appointments", params(AppointmentFilter),
    responses((status = 200, description = "A page of appointments", body = AppointmentPage))
)]
async fn list_appointments(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<AppointmentFilter>,
    paging: Paging,
) -> Result<Json<AppointmentPage>, Fault> {
    page(&app, &caller, &filter, None, &paging).await
}

async fn page(
    app: &App,
    caller: &Caller,
    filter: &AppointmentFilter,
    of: Option<UserId>,
    paging: &Paging,
) -> Result<Json<AppointmentPage>, Fault> {
    let mut sought = filter.sought(&caller.zone)?;
    sought.practitioner = of.or(sought.practitioner);
    let (count, rows) = api::appointments(app, &caller.ctx, &sought, paging.request).await?;
    let rows = rows.iter().map(|row| body(row, caller));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Lists the caller's own appointments as a doctor, the earliest first.
#[utoipa::path(
    get, path = "/api/v1/appointments/mon-agenda/", tag = "appointments", params(AppointmentFilter),
    responses((status = 200, description = "A page of appointments", body = AppointmentPage))
)]
async fn my_agenda(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<AppointmentFilter>,
    paging: Paging,
) -> Result<Json<AppointmentPage>, Fault> {
    page(&app, &caller, &filter, caller.ctx.actor.user(), &paging).await
}

/// Asks for an appointment.
///
/// With a doctor named it keeps its place for fifteen minutes. Of a series the
/// first is answered; all carry the same `series`.
#[utoipa::path(
    post, path = "/api/v1/appointments/", tag = "appointments", request_body = AppointmentInput,
    responses(
        (status = 201, description = "Asked for", body = AppointmentBody),
        (status = 409, description = "The place is taken or the doctor away")
    )
)]
async fn create_appointment(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<AppointmentInput>,
) -> Result<(StatusCode, Tagged<AppointmentBody>), Fault> {
    let new = input.read(&caller.zone)?;
    let made = api::request(&app, &caller.ctx, new).await?;
    Ok((StatusCode::CREATED, tagged(&made, &caller)))
}

/// Shows an appointment.
#[utoipa::path(
    get, path = "/api/v1/appointments/{id}/", tag = "appointments",
    params(("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The appointment", body = AppointmentBody))
)]
async fn show_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let found = api::appointment(&app, &caller.ctx, id).await?;
    Ok(tagged(&found, &caller))
}

/// Lists what happened to an appointment, in order.
#[utoipa::path(
    get, path = "/api/v1/appointments/{id}/history/", tag = "appointments",
    params(("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The steps", body = Vec<StepBody>))
)]
async fn appointment_history(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
) -> Result<Json<Vec<StepBody>>, Fault> {
    let texts = Texts::new(caller.ctx.locale);
    let rows = api::history(&app, &caller.ctx, id).await?.into_iter();
    let steps = rows.map(|row| StepBody::new(row, &caller.zone, texts));
    Ok(Json(steps.collect()))
}

/// Changes what is written beside an appointment.
#[utoipa::path(
    patch, path = "/api/v1/appointments/{id}/", tag = "appointments", request_body = NotesInput,
    params(
        ("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The appointment as it is now", body = AppointmentBody),
        (status = 409, description = "It is over"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn change_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<NotesInput>,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let notes = (
        input.location_note,
        input.message_patient,
        input.message_medecin,
    );
    let one = api::note(&app, &caller.ctx, id, expected, notes).await?;
    Ok(tagged(&one, &caller))
}

/// Gives an appointment to a doctor; who asks takes it himself when nobody is named.
#[utoipa::path(
    post, path = "/api/v1/appointments/{id}/assign/", tag = "appointments", request_body = AssignInput,
    params(
        ("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The appointment as it is now", body = AppointmentBody),
        (status = 409, description = "It is over, the place is taken or the doctor away"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn assign_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    IfMatch(expected): IfMatch,
    JsonOrNothing(input): JsonOrNothing<AssignInput>,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let one = api::assign(&app, &caller.ctx, id, expected, input.medecin_id).await?;
    Ok(tagged(&one, &caller))
}

/// Agrees to an appointment, at another time if need be.
#[utoipa::path(
    post, path = "/api/v1/appointments/{id}/confirm/", tag = "appointments", request_body = ConfirmInput,
    params(
        ("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The appointment as it is now", body = AppointmentBody),
        (status = 409, description = "It is over, no doctor has it, the place is taken or the doctor away"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn confirm_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    IfMatch(expected): IfMatch,
    JsonOrNothing(input): JsonOrNothing<ConfirmInput>,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let agreed = input.read(&caller.zone)?;
    let one = api::confirm(&app, &caller.ctx, id, expected, agreed).await?;
    Ok(tagged(&one, &caller))
}

/// Does not agree to an appointment; the patient is told why.
#[utoipa::path(
    post, path = "/api/v1/appointments/{id}/decline/", tag = "appointments", request_body = DeclineInput,
    params(
        ("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The appointment as it is now", body = AppointmentBody),
        (status = 409, description = "It is agreed to, or over"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn decline_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<DeclineInput>,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let one = api::decline(&app, &caller.ctx, id, expected, input.message_medecin).await?;
    Ok(tagged(&one, &caller))
}

/// Calls an appointment off; its place is free at once.
#[utoipa::path(
    post, path = "/api/v1/appointments/{id}/cancel/", tag = "appointments", request_body = CancelInput,
    params(
        ("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The appointment as it is now", body = AppointmentBody),
        (status = 409, description = "It is over"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn cancel_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    IfMatch(expected): IfMatch,
    JsonOrNothing(input): JsonOrNothing<CancelInput>,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let one = api::cancel(&app, &caller.ctx, id, expected, input.message).await?;
    Ok(tagged(&one, &caller))
}

/// Calls off what is still to come of the series that an appointment belongs to.
///
/// The patient gets one message. Again calls off nothing.
#[utoipa::path(
    post, path = "/api/v1/appointments/{id}/cancel-series/", tag = "appointments", request_body = CancelInput,
    params(("id" = String, Path, description = "Any appointment of the series", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "What was called off, in order of time", body = Vec<AppointmentBody>),
        (status = 409, description = "It belongs to no series")
    )
)]
async fn cancel_series(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    JsonOrNothing(input): JsonOrNothing<CancelInput>,
) -> Result<Json<Vec<AppointmentBody>>, Fault> {
    let off = api::cancel_series(&app, &caller.ctx, id, input.message).await?;
    Ok(Json(off.iter().map(|one| body(one, &caller)).collect()))
}

/// Puts an appointment on another time; patients on slots that are offered.
#[utoipa::path(
    post, path = "/api/v1/appointments/{id}/reschedule/", tag = "appointments", request_body = RescheduleInput,
    params(
        ("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The appointment as it is now", body = AppointmentBody),
        (status = 409, description = "It is over, the place is taken or the doctor away"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn reschedule_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<RescheduleInput>,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let moved = input.read(&caller.zone)?;
    let one = api::reschedule(&app, &caller.ctx, id, expected, moved).await?;
    Ok(tagged(&one, &caller))
}

/// Says that the visit took place.
#[utoipa::path(
    post, path = "/api/v1/appointments/{id}/complete/", tag = "appointments",
    params(
        ("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The appointment as it is now", body = AppointmentBody),
        (status = 409, description = "It is not agreed to, has not begun, or is over"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn complete_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    IfMatch(expected): IfMatch,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let one = api::complete(&app, &caller.ctx, id, expected).await?;
    Ok(tagged(&one, &caller))
}

/// Says that the patient did not come.
#[utoipa::path(
    post, path = "/api/v1/appointments/{id}/no-show/", tag = "appointments",
    params(
        ("id" = String, Path, description = "The appointment", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The appointment as it is now", body = AppointmentBody),
        (status = 409, description = "It is not agreed to, has not begun, or is over"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn miss_appointment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppointmentMark>,
    IfMatch(expected): IfMatch,
) -> Result<Tagged<AppointmentBody>, Fault> {
    let one = api::miss(&app, &caller.ctx, id, expected).await?;
    Ok(tagged(&one, &caller))
}
