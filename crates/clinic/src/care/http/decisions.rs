use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use webkit::{Caller, Fault, IfMatch, JsonBody, PathId, Policy, Routes, Scope, routes};

use super::records::{Tagged, shown};
use crate::{
    App,
    care::{
        api,
        model::EncounterMark,
        wire::{
            AmendInput, AssignInput, AssignedBody, ConcludeInput, NotifiedBody, NotifyInput,
            RecordBody, RejectInput, ValidateInput, VerifiedBody,
        },
    },
};

/// Doctors and who runs the clinic.
const DECIDERS: Policy = Policy::Roles(&[
    kernel::Role::Practitioner,
    kernel::Role::Admin,
    kernel::Role::SuperAdmin,
]);

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("record"))
        .api(routes!(conclude), Policy::CLINICIAN)
        .api(routes!(assign), Policy::STAFF)
        .api(routes!(notify), Policy::STAFF)
        .api(routes!(relaunch), DECIDERS)
        // A signature is a person's act, never a program's.
        .scope(Scope::Closed)
        .api(routes!(validate), Policy::CLINICIAN)
        .api(routes!(reject), Policy::CLINICIAN)
        .api(routes!(amend), Policy::CLINICIAN)
        .api(routes!(verify), Policy::Public)
}

/// Signs a record as it is. It needs a diagnosis.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/validate/", tag = "records", request_body = ValidateInput,
    params(
        ("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is signed", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "Signed", body = RecordBody),
        (status = 409, description = "It is signed or refused already"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn validate(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<ValidateInput>,
) -> Result<Tagged<RecordBody>, Fault> {
    api::validate(&app, &caller.ctx, id, expected, input.signature_medecin).await?;
    shown(&app, &caller, id).await
}

/// Refuses a record, with a reason.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/reject/", tag = "records", request_body = RejectInput,
    params(
        ("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "Refused", body = RecordBody),
        (status = 409, description = "It is signed or refused already"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn reject(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<RejectInput>,
) -> Result<Tagged<RecordBody>, Fault> {
    api::reject(&app, &caller.ctx, id, expected, &input.commentaire).await?;
    shown(&app, &caller, id).await
}

/// Asks for another analysis. What was signed stays in the versions.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/relancer/", tag = "records",
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 202, description = "Asked for", body = RecordBody))
)]
async fn relaunch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
) -> Result<(StatusCode, Tagged<RecordBody>), Fault> {
    api::relaunch(&app, &caller.ctx, id).await?;
    Ok((StatusCode::ACCEPTED, shown(&app, &caller, id).await?))
}

/// Writes the doctor's conclusion.
#[utoipa::path(
    patch, path = "/api/v1/fiche-consultation/{id}/edit-diagnostic/", tag = "records", request_body = ConcludeInput,
    params(
        ("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The record as it is now", body = RecordBody),
        (status = 409, description = "It is signed or refused"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn conclude(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<ConcludeInput>,
) -> Result<Tagged<RecordBody>, Fault> {
    api::conclude(&app, &caller.ctx, id, expected, input.fields()?).await?;
    shown(&app, &caller, id).await
}

/// Gives a record to a doctor.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/assign-medecin/", tag = "records", request_body = AssignInput,
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "Given", body = AssignedBody),
        (status = 409, description = "It is signed or refused")
    )
)]
async fn assign(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    JsonBody(input): JsonBody<AssignInput>,
) -> Result<Json<AssignedBody>, Fault> {
    api::assign(&app, &caller.ctx, id, input.medecin_id).await?;
    Ok(Json(AssignedBody::new(id, input.medecin_id)))
}

/// Tells the patient that he can read his signed record; the message says nothing of it.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/send-notification/", tag = "records", request_body = NotifyInput,
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 202, description = "The message is in the outbox", body = NotifiedBody),
        (status = 409, description = "He has no number, wants no messages, or WhatsApp's 24 hours are over")
    )
)]
async fn notify(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    JsonBody(input): JsonBody<NotifyInput>,
) -> Result<(StatusCode, Json<NotifiedBody>), Fault> {
    let (method, again) = (input.method, input.force_resend);
    let queued = api::notify(&app, &caller.ctx, id, method, again).await?;
    Ok((StatusCode::ACCEPTED, Json(queued.into())))
}

/// Signs another version of a signed record.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/amend/", tag = "records", request_body = AmendInput,
    params(
        ("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is amended", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The record as it is now", body = RecordBody),
        (status = 409, description = "It is not signed, or nothing would change"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn amend(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<AmendInput>,
) -> Result<Tagged<RecordBody>, Fault> {
    let what = (input.reason.as_str(), input.fields);
    api::amend(&app, &caller.ctx, id, expected, what).await?;
    shown(&app, &caller, id).await
}

/// Checks a signature, for whoever holds a document with it.
#[utoipa::path(
    get, path = "/api/v1/signatures/{hash}/", tag = "records",
    params(("hash" = String, Path, description = "The signature printed on the document", example = "0000000000000000000000000000000000000000000000000000000000000000")),
    responses((status = 200, description = "What it says", body = VerifiedBody))
)]
async fn verify(
    State(app): State<App>,
    Path(hash): Path<String>,
) -> Result<Json<VerifiedBody>, Fault> {
    Ok(Json(api::verify(&app, &hash).await?.into()))
}
