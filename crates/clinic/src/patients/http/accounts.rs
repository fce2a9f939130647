use axum::{Json, extract::State, http::StatusCode};
use webkit::{Caller, Fault, JsonBody, Paging, PathId, Query, Texts};

use crate::{
    App,
    patients::{
        api,
        model::Patient,
        wire::accounts::{LinkBody, LinkInput, UnlinkedBody, UnlinkedFilter, UnlinkedPage},
    },
};

/// Lists accounts of patients that no record belongs to yet.
///
/// With the records that may be their owners'. Nothing is linked by itself.
#[utoipa::path(
    get, path = "/api/v1/patients/accounts/", tag = "patients", params(UnlinkedFilter),
    responses((status = 200, description = "The oldest first", body = UnlinkedPage))
)]
pub(super) async fn list_unlinked(
    State(app): State<App>,
    caller: Caller,
    Query(UnlinkedFilter { .. }): Query<UnlinkedFilter>,
    paging: Paging,
) -> Result<Json<UnlinkedPage>, Fault> {
    let texts = Texts::new(caller.ctx.locale);
    let (count, found) = api::unlinked(&app, &caller.ctx, paging.request).await?;
    let bodies = found.into_iter();
    let bodies = bodies.map(|it| UnlinkedBody::new(it, &texts, &caller.zone));
    Ok(Json(paging.page(count, bodies.collect())?.into()))
}

/// Makes a record the own one of a patient's account: its owner reads it from now on.
///
/// Again changes nothing.
#[utoipa::path(
    put, path = "/api/v1/patients/{id}/account/", tag = "patients", request_body = LinkInput,
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "The record's account", body = LinkBody),
        (status = 403, description = "The record is restricted"),
        (status = 409, description = "The record has an account, or the account a record")
    )
)]
pub(super) async fn link_account(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    JsonBody(input): JsonBody<LinkInput>,
) -> Result<Json<LinkBody>, Fault> {
    api::link_account(&app, &caller.ctx, id, input.user()).await?;
    let account = api::linked_account(&app, &caller.ctx, id).await?;
    Ok(Json(account.into()))
}

/// Takes a record's account from it; the account waits for its record again.
#[utoipa::path(
    delete, path = "/api/v1/patients/{id}/account/", tag = "patients",
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "It has none"))
)]
pub(super) async fn unlink_account(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
) -> Result<StatusCode, Fault> {
    api::unlink_account(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
