use axum::{Json, extract::State, http::StatusCode};
use webkit::{
    Caller, Fault, IfMatch, JsonBody, Paging, PathId, Policy, Query, Routes, Scope, routes,
    version_tag,
};

use super::records::Tagged;
use crate::{
    App,
    care::{
        api,
        model::{Observation, ObservationMark},
        wire::{LabBody, LabFilter, LabInput, LabPage, LabPatchInput, TrendBody, TrendFilter},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("record"))
        .api(routes!(list_results, create_result), Policy::SignedIn)
        .api(routes!(show_trend), Policy::SignedIn)
        .api(
            routes!(show_result, change_result, delete_result),
            Policy::SignedIn,
        )
}

fn tagged(result: &Observation, caller: &Caller) -> Tagged<LabBody> {
    let body = LabBody::new(result, &caller.zone);
    ([version_tag(result.version)], Json(body))
}

/// Lists the results that the caller may see, the newest samples first.
#[utoipa::path(
    get, path = "/api/v1/lab-results/", tag = "labs", params(LabFilter),
    responses((status = 200, description = "A page of results", body = LabPage))
)]
async fn list_results(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<LabFilter>,
    paging: Paging,
) -> Result<Json<LabPage>, Fault> {
    let wanted = filter.wanted()?;
    let (count, rows) = api::observations(&app, &caller.ctx, &wanted, paging.request).await?;
    let rows = rows.iter().map(|row| LabBody::new(row, &caller.zone));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Adds a result to a record.
///
/// Once the record is signed only doctors and administrators may; such a result
/// says that it was added after the signature.
#[utoipa::path(
    post, path = "/api/v1/lab-results/", tag = "labs", request_body = LabInput,
    responses(
        (status = 201, description = "Added", body = LabBody),
        (status = 409, description = "The record is signed")
    )
)]
async fn create_result(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<LabInput>,
) -> Result<(StatusCode, Tagged<LabBody>), Fault> {
    let encounter = input.fiche;
    let made = api::add_observation(&app, &caller.ctx, encounter, input.into()).await?;
    Ok((StatusCode::CREATED, tagged(&made, &caller)))
}

/// Shows a result.
#[utoipa::path(
    get, path = "/api/v1/lab-results/{id}/", tag = "labs",
    params(("id" = String, Path, description = "The result", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The result", body = LabBody))
)]
async fn show_result(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ObservationMark>,
) -> Result<Tagged<LabBody>, Fault> {
    let found = api::observation(&app, &caller.ctx, id).await?;
    Ok(tagged(&found, &caller))
}

/// Changes a result of a record that nobody has signed.
#[utoipa::path(
    patch, path = "/api/v1/lab-results/{id}/", tag = "labs", request_body = LabPatchInput,
    params(
        ("id" = String, Path, description = "The result", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The result as it is now", body = LabBody),
        (status = 409, description = "The record is signed"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn change_result(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ObservationMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<LabPatchInput>,
) -> Result<Tagged<LabBody>, Fault> {
    let changed = api::change_observation(&app, &caller.ctx, id, expected, input.into()).await?;
    Ok(tagged(&changed, &caller))
}

/// Takes a result away from a record that nobody has signed.
#[utoipa::path(
    delete, path = "/api/v1/lab-results/{id}/", tag = "labs",
    params(
        ("id" = String, Path, description = "The result", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 204, description = "Taken away"),
        (status = 409, description = "The record is signed"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn delete_result(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ObservationMark>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Fault> {
    api::drop_observation(&app, &caller.ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows how one analysis of a patient went, oldest first.
///
/// Its name may be written in any way; results in different units are different
/// elements.
#[utoipa::path(
    get, path = "/api/v1/lab-results/trend/", tag = "labs", params(TrendFilter),
    responses((status = 200, description = "A series for each unit", body = Vec<TrendBody>))
)]
async fn show_trend(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<TrendFilter>,
) -> Result<Json<Vec<TrendBody>>, Fault> {
    let patient = filter.patient()?;
    let series = api::trend(&app, &caller.ctx, patient, &filter.type_analyse).await?;
    Ok(Json(series.iter().map(TrendBody::new).collect()))
}
