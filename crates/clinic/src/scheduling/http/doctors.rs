use axum::{Json, extract::State};
use kernel::{Problem, User};
use webkit::{Caller, Fault, Paging, PathId, Policy, Query, Routes, routes};

use crate::{
    App, identity,
    scheduling::{
        api,
        wire::{MedecinBody, MedecinFilter, MedecinPage},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(list_doctors), Policy::SignedIn)
        .api(routes!(show_doctor), Policy::SignedIn)
}

/// Lists the clinic's doctors with what everybody may know of them.
#[utoipa::path(
    get, path = "/api/v1/auth/medecins/", tag = "appointments", params(MedecinFilter),
    responses((status = 200, description = "A page of doctors", body = MedecinPage))
)]
async fn list_doctors(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<MedecinFilter>,
    paging: Paging,
) -> Result<Json<MedecinPage>, Fault> {
    let specialty = filter.specialty.unwrap_or_default();
    let all = identity::api::doctors(&app, &caller.ctx, filter.available, &specialty).await?;
    let count = i64::try_from(all.len()).map_err(Problem::internal)?;
    let skip = usize::try_from(paging.request.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(paging.request.size).unwrap_or_default();
    let next = api::next_free(&app, &caller.ctx, None).await?;
    let place = (caller.tenant_name.as_str(), &caller.zone);
    let rows = all.into_iter().skip(skip).take(take);
    let rows = rows.map(|doctor| {
        let at = next.get(&doctor.id).copied();
        MedecinBody::new(doctor, at, place)
    });
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Shows a doctor.
#[utoipa::path(
    get, path = "/api/v1/auth/medecins/{id}/", tag = "appointments",
    params(("id" = String, Path, description = "The doctor", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The doctor", body = MedecinBody))
)]
async fn show_doctor(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<User>,
) -> Result<Json<MedecinBody>, Fault> {
    let doctor = identity::api::doctor(&app, &caller.ctx, id).await?;
    let next = api::next_free(&app, &caller.ctx, Some(id)).await?;
    let place = (caller.tenant_name.as_str(), &caller.zone);
    Ok(Json(MedecinBody::new(
        doctor,
        next.get(&id).copied(),
        place,
    )))
}
