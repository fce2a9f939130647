use axum::{Json, extract::State, http::StatusCode};
use webkit::{Caller, Fault, PathId, Secret};

use crate::{
    App,
    patients::{api, model::Patient, wire::PinBody},
};

/// Gives a patient a new PIN for what messages to a shared phone do not tell.
///
/// The former one opens nothing any more. It is told this once, for the patient alone.
#[utoipa::path(
    post, path = "/api/v1/patients/{id}/pin/", tag = "patients",
    params(("id" = String, Path, description = "The patient", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 201, description = "Given; it is told this once", body = PinBody),
        (status = 403, description = "The record is restricted")
    )
)]
pub(super) async fn give_pin(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
) -> Result<(StatusCode, Secret<Json<PinBody>>), Fault> {
    let given = api::give_pin(&app, &caller.ctx, id).await?;
    let body = PinBody::new(given, &caller.zone);
    Ok((StatusCode::CREATED, Secret(Json(body))))
}
