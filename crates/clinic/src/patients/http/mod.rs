mod accounts;
mod merge;
mod pin;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode},
};
use kernel::Role;
use webkit::{
    Caller, Fault, IfMatch, JsonBody, Paging, PathId, Policy, Query, Routes, Scope, Texts, routes,
    version_tag,
};

use super::{
    api,
    model::{Patient, Record},
    wire::{
        AccessBody, AccessInput, BreakGlassBody, BreakGlassInput, CreatedBody, PatientBody,
        PatientFilter, PatientInput, PatientPage, PatientPatchInput, StatsBody, SummaryBody,
    },
};
use crate::App;

/// Doctors and administrators.
pub(super) const MERGERS: Policy =
    Policy::Roles(&[Role::Practitioner, Role::Admin, Role::SuperAdmin]);

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("customer"))
        .api(routes!(list_patients), Policy::STAFF)
        .api(routes!(count_patients), Policy::STAFF)
        .api(routes!(show_patient, change_patient), Policy::STAFF)
        // Both answer what was sent, and of others only that they are there.
        .scope(Scope::Exact("write:customer"))
        .api(routes!(create_patient), Policy::STAFF)
        .api(routes!(merge::find_duplicates), Policy::STAFF)
        // Who may open a record is for people to decide, never for a program.
        .scope(Scope::Closed)
        .api(routes!(break_glass), Policy::STAFF)
        .api(routes!(show_access, change_access), Policy::ADMIN)
        .api(routes!(accounts::list_unlinked), Policy::STAFF)
        .api(
            routes!(accounts::link_account, accounts::unlink_account),
            Policy::STAFF,
        )
        .api(routes!(pin::give_pin), Policy::STAFF)
        // A wrong merge shows a doctor somebody else's allergies: who decides knows
        // the patient or answers for the records.
        .api(routes!(merge::merge_patient), MERGERS)
        .api(routes!(merge::unmerge_patient), MERGERS)
}

/// Enters a patient.
#[utoipa::path(
    post, path = "/api/patients/", tag = "patients", request_body = PatientInput,
    responses(
        (status = 201, description = "Entered", body = CreatedBody),
        (status = 409, description = "The same name, birth date and number are there already")
    )
)]
async fn create_patient(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<PatientInput>,
) -> Result<(StatusCode, Json<CreatedBody>), Fault> {
    let created = api::create(&app, &caller.ctx, input.into()).await?;
    let record = api::entered(&app, &caller.ctx, created.id).await?;
    let shown = merge::Shown::to(&caller);
    let alike = api::duplicates_of(&app, &caller.ctx, created.id).await?;
    let body = CreatedBody {
        patient_id: created.id.to_string(),
        phone: record.phone(),
        first_name: record.patient.first_name,
        last_name: record.patient.last_name,
        documents: Vec::new(),
        message: Texts::new(caller.ctx.locale).get("patients-created"),
        status: "success",
        duplicates: alike
            .into_iter()
            .map(|duplicate| shown.body(duplicate.name_only()))
            .collect(),
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Lists and searches patients.
#[utoipa::path(
    get, path = "/api/patients/list/", tag = "patients", params(PatientFilter),
    responses((status = 200, description = "A page of patients", body = PatientPage))
)]
async fn list_patients(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<PatientFilter>,
    paging: Paging,
) -> Result<Json<PatientPage>, Fault> {
    let query = filter.search.unwrap_or_default();
    let (count, found) =
        api::list(&app, &caller.ctx, &query, filter.is_active, paging.request).await?;
    let now = app.clock.now();
    let rows = found
        .iter()
        .map(|record| SummaryBody::new(record, now, &caller.zone))
        .collect();
    let page = paging.page(count, rows)?;
    Ok(Json(PatientPage {
        total_count: count,
        page: paging.request.page,
        page_size: paging.request.size,
        has_next: page.next.is_some(),
        has_previous: page.previous.is_some(),
        results: page.results,
    }))
}

/// Counts patients.
#[utoipa::path(
    get, path = "/api/patients/stats/", tag = "patients",
    responses((status = 200, description = "How many there are", body = StatsBody))
)]
async fn count_patients(State(app): State<App>, caller: Caller) -> Result<Json<StatsBody>, Fault> {
    let stats = api::stats(&app, &caller.ctx).await?;
    Ok(Json(StatsBody {
        total_patients: stats.total,
        active_patients: stats.active,
        inactive_patients: stats.total - stats.active,
        recent_activations: stats.recent,
    }))
}

/// Shows a patient.
#[utoipa::path(
    get, path = "/api/patients/{id}/", tag = "patients",
    params(("id" = String, Path, description = "The patient", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The patient", body = PatientBody))
)]
async fn show_patient(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
) -> Result<Tagged<PatientBody>, Fault> {
    let record = api::record(&app, &caller.ctx, id).await?;
    Ok(shown(record, &caller))
}

type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

fn shown(record: Record, caller: &Caller) -> Tagged<PatientBody> {
    let tag = version_tag(record.patient.version);
    ([tag], Json(PatientBody::new(record, &caller.zone)))
}

/// Changes a patient.
#[utoipa::path(
    patch, path = "/api/patients/{id}/", tag = "patients", request_body = PatientPatchInput,
    params(
        ("id" = String, Path, description = "The patient", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The patient as he is now", body = PatientBody),
        (status = 412, description = "Somebody else changed him meanwhile")
    )
)]
async fn change_patient(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<PatientPatchInput>,
) -> Result<Tagged<PatientBody>, Fault> {
    api::update(&app, &caller.ctx, id, expected, input.into()).await?;
    let record = api::entered(&app, &caller.ctx, id).await?;
    Ok(shown(record, &caller))
}

/// Opens a restricted record for an hour, in an emergency.
///
/// The reason stands in the audit trail and the clinic's administrators are told.
#[utoipa::path(
    post, path = "/api/v1/patients/{id}/break-glass/", tag = "patients", request_body = BreakGlassInput,
    params(("id" = String, Path, description = "The patient", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 201, description = "The caller may open it until then", body = BreakGlassBody),
        (status = 409, description = "The record is not restricted")
    )
)]
async fn break_glass(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    JsonBody(input): JsonBody<BreakGlassInput>,
) -> Result<(StatusCode, Json<BreakGlassBody>), Fault> {
    let until = api::break_glass(&app, &caller.ctx, id, &input.reason).await?;
    let body = BreakGlassBody {
        patient_id: id.to_string(),
        until: until.rfc3339(&caller.zone),
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Shows who may open a record and which account is the patient's own.
#[utoipa::path(
    get, path = "/api/v1/patients/{id}/access/", tag = "patients",
    params(("id" = String, Path, description = "The patient", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "How the record is kept", body = AccessBody))
)]
async fn show_access(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
) -> Result<Json<AccessBody>, Fault> {
    let access = api::access(&app, &caller.ctx, id).await?;
    Ok(Json(access.into()))
}

/// Changes who may open a record and which account is the patient's own.
#[utoipa::path(
    patch, path = "/api/v1/patients/{id}/access/", tag = "patients", request_body = AccessInput,
    params(("id" = String, Path, description = "The patient", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "How the record is kept now", body = AccessBody),
        (status = 409, description = "The account is linked to another record")
    )
)]
async fn change_access(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    JsonBody(input): JsonBody<AccessInput>,
) -> Result<Json<AccessBody>, Fault> {
    api::set_access(&app, &caller.ctx, id, input.into()).await?;
    let access = api::access(&app, &caller.ctx, id).await?;
    Ok(Json(access.into()))
}
