use axum::{body::Body, extract::State, http::HeaderMap, response::Response};
use webkit::{Caller, Download, Fault, PathId, Policy, Routes, Scope, Wanted, routes};

use crate::{
    App,
    care::{
        api::{self, Printed},
        model::EncounterMark,
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("record"))
        .api(routes!(export_pdf), Policy::SignedIn)
}

/// A document as an answer, shown by a browser.
pub(in crate::care) fn given(printed: Printed, headers: &HeaderMap) -> Result<Response, Fault> {
    let size = u64::try_from(printed.bytes.len()).unwrap_or(u64::MAX);
    let download = Download {
        digest: &printed.digest,
        size,
        content_type: "application/pdf",
        name: &printed.name,
        inline: true,
    };
    let wanted = download.wanted(headers)?;
    let body = match &wanted {
        Wanted::Nothing => Body::empty(),
        Wanted::Whole => Body::from(printed.bytes.clone()),
        Wanted::Part(part) => {
            let at = |end: u64| usize::try_from(end).unwrap_or(usize::MAX);
            let bytes = printed.bytes.get(at(part.start)..at(part.end));
            Body::from(bytes.unwrap_or_default().to_vec())
        }
    };
    Ok(download.answer(&wanted, body))
}

/// Gives a record as a PDF, in the caller's language or in `?lang=`.
///
/// Of the newest signed version; before the first, staff get a draft without
/// the conclusion, and patients 404 `not-signed-yet`.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/{id}/export/pdf/", tag = "records",
    params(
        ("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000"),
        ("lang" = Option<String>, Query, description = "fr or en", example = "fr")
    ),
    responses((status = 200, description = "PDF/A-2a, tagged", content_type = "application/pdf", body = String, example = "%PDF-1.7…"))
)]
async fn export_pdf(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    PathId(id): PathId<EncounterMark>,
) -> Result<Response, Fault> {
    let printed = api::pdf(&app, &caller.ctx, id).await?;
    given(printed, &headers)
}
