use axum::{Json, extract::State};
use webkit::{Caller, Fault, IfMatch, JsonBody, Policy, Routes, Scope, routes, version_tag};

use super::records::Tagged;
use crate::{
    App,
    care::{
        api,
        model::Letterhead,
        wire::{LetterheadBody, LetterheadInput},
    },
    identity::api::TenantInfo,
};

/// The largest letterhead in bytes: the picture as Base64, and the texts.
const MAX_BODY: usize = 1024 * 1024;

pub(super) fn routes() -> Routes<App> {
    Routes::new().scope(Scope::Manage("settings")).api_up_to(
        MAX_BODY,
        routes!(show_letterhead, set_letterhead),
        Policy::ADMIN,
    )
}

fn tagged((clinic, letterhead): (TenantInfo, Letterhead)) -> Tagged<LetterheadBody> {
    let tag = version_tag(letterhead.version);
    ([tag], Json(LetterheadBody::new(clinic, letterhead)))
}

/// Shows what stands at the top of the clinic's documents.
#[utoipa::path(
    get, path = "/api/v1/letterhead/", tag = "letterhead",
    responses((status = 200, description = "The letterhead", body = LetterheadBody))
)]
async fn show_letterhead(
    State(app): State<App>,
    caller: Caller,
) -> Result<Tagged<LetterheadBody>, Fault> {
    Ok(tagged(api::letterhead(&app, &caller.ctx).await?))
}

/// Sets what stands at the top of the clinic's documents, as a whole.
#[utoipa::path(
    put, path = "/api/v1/letterhead/", tag = "letterhead", request_body = LetterheadInput,
    params(("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")),
    responses(
        (status = 200, description = "The letterhead as it is now", body = LetterheadBody),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn set_letterhead(
    State(app): State<App>,
    caller: Caller,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<LetterheadInput>,
) -> Result<Tagged<LetterheadBody>, Fault> {
    let set = api::set_letterhead(&app, &caller.ctx, expected, input.read()?);
    Ok(tagged(set.await?))
}
