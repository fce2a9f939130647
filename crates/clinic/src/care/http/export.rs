use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use kernel::{Locale, Problem};
use serde::Deserialize;
use webkit::{Caller, Download, Fault, PathId, Policy, Query, Routes, Scope, Wanted, routes};

use crate::{
    App,
    care::{
        api::{self, Printed, RecordFile},
        model::EncounterMark,
    },
};

/// Who works with records; a file holds more than patients are shown.
const TAKERS: Policy = Policy::STAFF;

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("record"))
        .api(routes!(export_pdf), Policy::SignedIn)
        .api(routes!(export_json), TAKERS)
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

/// How a document is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperFilter {
    lang: Option<String>,
}

impl PaperFilter {
    fn locale(&self) -> Result<Option<Locale>, Problem> {
        let read = self.lang.as_deref().map(|word| {
            let known = Locale::parse(word);
            known.ok_or_else(|| Problem::invalid("lang", "malformed"))
        });
        read.transpose()
    }
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
    Query(asked): Query<PaperFilter>,
) -> Result<Response, Fault> {
    let mut ctx = caller.ctx;
    ctx.locale = asked.locale()?.unwrap_or(ctx.locale);
    let printed = api::pdf(&app, &ctx, id).await?;
    given(printed, &headers)
}

/// Gives a record as a file that `lafiya import record` reads.
///
/// Complete: the patient, every version with its signature, messages. The format
/// is described in `docs/wire/record-export.schema.json`.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/{id}/export/json/", tag = "records",
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The file", body = RecordFile))
)]
async fn export_json(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<RecordFile>), Fault> {
    let file = api::file(&app, &caller.ctx, id).await?;
    let name = format!("attachment; filename=\"fiche-{}.json\"", file.record.number);
    let name = HeaderValue::from_str(&name).map_err(Problem::internal)?;
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(file)))
}
