use axum::{Json, extract::State, http::StatusCode};
use kernel::{PageRequest, Role};
use webkit::{Caller, Fault, JsonBody, Paging, PathId, Policy, Query, Routes, Scope, routes};

use crate::{
    App,
    care::{
        api,
        model::{CitationMark, EncounterId, EncounterMark},
        wire::{ReferenceBody, ReferenceFilter, ReferenceInput, ReferencePage},
    },
};

/// Doctors and who runs the clinic.
const WRITERS: Policy = Policy::Roles(&[Role::Practitioner, Role::Admin, Role::SuperAdmin]);

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("record"))
        .api(routes!(list_references), Policy::SignedIn)
        .api(routes!(list_record_references), Policy::SignedIn)
        .api(routes!(show_reference), Policy::SignedIn)
        .api(routes!(create_reference), WRITERS)
        .api(routes!(create_record_reference), WRITERS)
        .api(routes!(delete_reference), WRITERS)
        // Whether a work says what it is cited for is for a person to judge.
        .scope(Scope::Closed)
        .api(routes!(verify_reference), WRITERS)
}

async fn page(
    (app, caller): (&App, &Caller),
    encounter: Option<EncounterId>,
    paging: &Paging,
) -> Result<Json<ReferencePage>, Fault> {
    let request: PageRequest = paging.request;
    let (count, rows) = api::citations(app, &caller.ctx, encounter, request).await?;
    let rows = rows.iter().map(|row| ReferenceBody::new(row, &caller.zone));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Lists the references that the caller may see, newest first.
///
/// A patient sees what a person verified, of signed records.
#[utoipa::path(
    get, path = "/api/v1/references/", tag = "references", params(ReferenceFilter),
    responses((status = 200, description = "A page of references", body = ReferencePage))
)]
async fn list_references(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ReferenceFilter>,
    paging: Paging,
) -> Result<Json<ReferencePage>, Fault> {
    page((&app, &caller), filter.encounter()?, &paging).await
}

/// Lists a record's references, newest first.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/{id}/references/", tag = "references",
    params(
        ("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000"),
        ("page" = Option<i64>, Query, description = "From 1", example = 1),
        ("page_size" = Option<i64>, Query, description = "1 to 100", example = 20)
    ),
    responses((status = 200, description = "A page of references", body = ReferencePage))
)]
async fn list_record_references(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    paging: Paging,
) -> Result<Json<ReferencePage>, Fault> {
    page((&app, &caller), Some(id), &paging).await
}

async fn made(
    (app, caller): (&App, &Caller),
    path: Option<EncounterId>,
    input: ReferenceInput,
) -> Result<(StatusCode, Json<ReferenceBody>), Fault> {
    let encounter = input.of(path)?;
    let citation = api::add_citation(app, &caller.ctx, encounter, input.into()).await?;
    let body = ReferenceBody::new(&citation, &caller.zone);
    Ok((StatusCode::CREATED, Json(body)))
}

/// Adds a reference to a record.
#[utoipa::path(
    post, path = "/api/v1/references/", tag = "references", request_body = ReferenceInput,
    responses((status = 201, description = "Added, not verified", body = ReferenceBody))
)]
async fn create_reference(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<ReferenceInput>,
) -> Result<(StatusCode, Json<ReferenceBody>), Fault> {
    made((&app, &caller), None, input).await
}

/// Adds a reference to this record.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/references/", tag = "references", request_body = ReferenceInput,
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 201, description = "Added, not verified", body = ReferenceBody))
)]
async fn create_record_reference(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    JsonBody(input): JsonBody<ReferenceInput>,
) -> Result<(StatusCode, Json<ReferenceBody>), Fault> {
    made((&app, &caller), Some(id), input).await
}

/// Shows a reference.
#[utoipa::path(
    get, path = "/api/v1/references/{id}/", tag = "references",
    params(("id" = String, Path, description = "The reference", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The reference", body = ReferenceBody))
)]
async fn show_reference(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<CitationMark>,
) -> Result<Json<ReferenceBody>, Fault> {
    let found = api::citation(&app, &caller.ctx, id).await?;
    Ok(Json(ReferenceBody::new(&found, &caller.zone)))
}

/// Takes a reference away from a record that nobody has signed.
#[utoipa::path(
    delete, path = "/api/v1/references/{id}/", tag = "references",
    params(("id" = String, Path, description = "The reference", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 204, description = "Taken away"),
        (status = 409, description = "The record is signed")
    )
)]
async fn delete_reference(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<CitationMark>,
) -> Result<StatusCode, Fault> {
    api::drop_citation(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that one looked the reference up and that it says what it is cited for.
///
/// Who says it first stays named.
#[utoipa::path(
    post, path = "/api/v1/references/{id}/verify/", tag = "references",
    params(("id" = String, Path, description = "The reference", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "Verified", body = ReferenceBody))
)]
async fn verify_reference(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<CitationMark>,
) -> Result<Json<ReferenceBody>, Fault> {
    let verified = api::verify_citation(&app, &caller.ctx, id).await?;
    Ok(Json(ReferenceBody::new(&verified, &caller.zone)))
}
