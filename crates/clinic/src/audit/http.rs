use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use kernel::Zone;
use store::StoreError;
use webkit::{Caller, Fault, Paging, Policy, Query, Routes, Texts, routes};

use super::{
    api,
    model::EntryView,
    rules,
    wire::{AccessBody, AccessPage, EntryBody, EntryPage, Filter},
};
use crate::App;

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(list_audit), Policy::ADMIN)
        .api(routes!(export_audit), Policy::ADMIN)
        .api(routes!(list_my_access), Policy::SignedIn)
}

/// Lists who did what, newest first.
#[utoipa::path(
    get, path = "/api/v1/audit/", tag = "audit", params(Filter),
    responses((status = 200, description = "A page of the trail", body = EntryPage))
)]
async fn list_audit(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<Json<EntryPage>, Fault> {
    let wanted = filter.wanted(&caller.zone)?;
    let (count, rows) = api::list(&app, &caller.ctx, &wanted, paging.request).await?;
    let texts = Texts::new(caller.ctx.locale);
    let rows = rows
        .iter()
        .map(|row| EntryBody::new(row, &caller.zone, texts))
        .collect();
    let page = paging.page(count, rows)?;
    Ok(Json(page.into()))
}

/// Gives the trail as a table for spreadsheets.
///
/// A cell that a spreadsheet could take for a formula has a leading `'`.
#[utoipa::path(
    get, path = "/api/v1/audit/export.csv", tag = "audit", params(Filter),
    responses((status = 200, description = "The table", body = String, content_type = "text/csv", example = "seq,at,…"))
)]
async fn export_audit(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    export(&app, &caller, &filter).await
}

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8");
const SAVED: HeaderValue = HeaderValue::from_static("attachment; filename=\"audit.csv\"");

/// The answer that holds the table; it goes out while it is read.
pub(super) async fn export(app: &App, caller: &Caller, filter: &Filter) -> Result<Response, Fault> {
    let wanted = filter.wanted(&caller.zone)?;
    let batches = api::export(app, &caller.ctx, wanted).await?;
    let (zone, texts) = (caller.zone.clone(), Texts::new(caller.ctx.locale));
    let body = Body::from_stream(table(batches, zone, texts));
    let headers = [
        (header::CONTENT_TYPE, CSV),
        (header::CONTENT_DISPOSITION, SAVED),
    ];
    Ok((headers, body).into_response())
}

const COLUMNS: [&str; 14] = [
    "seq",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "actor_role",
    "action",
    "object_type",
    "object_id",
    "patient_id",
    "patient_name",
    "sentence",
    "detail",
    "hash",
];

fn table(
    batches: impl Stream<Item = Result<Vec<EntryView>, StoreError>> + Send + 'static,
    zone: Zone,
    texts: Texts,
) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
    let columns = COLUMNS.map(str::to_owned);
    let head = stream::once(async move { written(std::iter::once(columns)) });
    let rows = batches.and_then(move |rows| {
        let cells = rows.iter().map(|row| cells(row, &zone, texts));
        std::future::ready(written(cells))
    });
    head.chain(rows)
}

fn written(rows: impl Iterator<Item = [String; 14]>) -> Result<Bytes, StoreError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let safe = row.map(rules::harmless);
        writer.write_record(&safe).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(failed)?;
    Ok(Bytes::from(bytes))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Internal(error.to_string())
}

fn cells(row: &EntryView, zone: &Zone, texts: Texts) -> [String; 14] {
    let text = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    [
        row.seq.to_string(),
        row.at.rfc3339(zone),
        row.actor_kind.to_string(),
        text(row.actor_id),
        row.actor().unwrap_or_default(),
        row.actor_name.clone(),
        row.action.clone(),
        row.object_type.clone(),
        row.object_id.to_string(),
        text(row.patient_id),
        row.patient().unwrap_or_default(),
        row.sentence(&texts),
        row.detail.clone().unwrap_or_default(),
        row.hash.clone(),
    ]
}

/// Lists who did something with the record that is one's own, newest first.
#[utoipa::path(
    get, path = "/api/v1/me/access/", tag = "audit",
    params(
        ("page" = Option<i64>, Query, description = "From 1", example = 1),
        ("page_size" = Option<i64>, Query, description = "1 to 100", example = 20)
    ),
    responses(
        (status = 200, description = "A page of them", body = AccessPage),
        (status = 404, description = "No record is linked to this account")
    )
)]
async fn list_my_access(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<AccessPage>, Fault> {
    let (count, rows) = api::about_me(&app, &caller.ctx, paging.request).await?;
    let texts = Texts::new(caller.ctx.locale);
    let rows = rows
        .iter()
        .map(|row| AccessBody::new(row, &caller.zone, texts))
        .collect();
    let page = paging.page(count, rows)?;
    Ok(Json(page.into()))
}
