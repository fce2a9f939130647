use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode},
};
use webkit::{
    Caller, Fault, IfMatch, JsonBody, Paging, PathId, Policy, Query, Routes, Scope, Texts, routes,
    version_tag,
};

use crate::{
    App,
    care::{
        api,
        model::{EncounterId, EncounterMark, read_content},
        policy,
        wire::{
            CheckedBody, ChoicesBody, NoteBody, NoteInput, NotePage, RecordBody, RecordFilter,
            RecordInput, RecordPage, VersionBody, choices,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("record"))
        .api(routes!(list_records, create_record), Policy::SignedIn)
        .api(routes!(list_remote), Policy::SignedIn)
        .api(routes!(list_choices), Policy::SignedIn)
        .api(
            routes!(show_record, change_record, delete_record),
            Policy::SignedIn,
        )
        .api(routes!(list_versions), Policy::SignedIn)
        .api(
            routes!(list_record_messages, add_record_message),
            Policy::SignedIn,
        )
        // It judges what was sent and looks at no record.
        .scope(Scope::Exact("write:record"))
        .api(routes!(check_record), Policy::STAFF)
}

pub(super) type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

/// The record as it is now for the caller, with its version as ETag.
pub(super) async fn shown(
    app: &App,
    caller: &Caller,
    id: EncounterId,
) -> Result<Tagged<RecordBody>, Fault> {
    let record = api::record(app, &caller.ctx, id).await?;
    let today = app.clock.now().day(&caller.zone);
    let locale = caller.ctx.locale;
    let mut body = RecordBody::new(&record, &today, &caller.zone, &Texts::new(locale));
    if policy::patient(&caller.ctx).is_none() {
        let pack = api::pack(app).await?;
        body = body.assessed(&api::assess(&pack, &record.content, &today), locale);
    }
    Ok(([version_tag(record.version)], Json(body)))
}

/// Enters a record.
///
/// A patient's record is his own. Staff name the patient (`patient_id`) or his
/// account (`user`); else who has the form's name, day of birth and number, or a
/// new patient. The analysis starts at once.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/", tag = "records", request_body = RecordInput,
    responses((status = 201, description = "Entered", body = RecordBody))
)]
async fn create_record(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<RecordInput>,
) -> Result<(StatusCode, Tagged<RecordBody>), Fault> {
    let (admin, form) = input.split()?;
    let id = api::create(&app, &caller.ctx, admin, form, None).await?;
    Ok((StatusCode::CREATED, shown(&app, &caller, id).await?))
}

async fn page(
    app: &App,
    caller: &Caller,
    filter: &RecordFilter,
    paging: &Paging,
) -> Result<Json<RecordPage>, Fault> {
    let wanted = filter.wanted(&caller.zone)?;
    let (count, records) = api::list(app, &caller.ctx, &wanted, paging.request).await?;
    let (today, texts) = (
        app.clock.now().day(&caller.zone),
        Texts::new(caller.ctx.locale),
    );
    let bodies = records
        .iter()
        .map(|record| RecordBody::new(record, &today, &caller.zone, &texts))
        .collect();
    Ok(Json(paging.page(count, bodies)?.into()))
}

/// Lists the records that the caller may see, newest first.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/", tag = "records", params(RecordFilter),
    responses((status = 200, description = "A page of records", body = RecordPage))
)]
async fn list_records(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<RecordFilter>,
    paging: Paging,
) -> Result<Json<RecordPage>, Fault> {
    page(&app, &caller, &filter, &paging).await
}

/// Lists remote consultations.
#[utoipa::path(
    get, path = "/api/v1/consultations-distance/", tag = "records", params(RecordFilter),
    responses((status = 200, description = "A page of records", body = RecordPage))
)]
async fn list_remote(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<RecordFilter>,
    paging: Paging,
) -> Result<Json<RecordPage>, Fault> {
    page(&app, &caller, &filter.remote(), &paging).await
}

/// Lists the words that each choice accepts.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/field-choices/", tag = "records",
    responses((status = 200, description = "The choices by field", body = ChoicesBody, example = json!({"sexe": [{"value": "M", "label": "Masculin"}]})))
)]
async fn list_choices(caller: Caller) -> Json<ChoicesBody> {
    let locale = caller.ctx.locale;
    Json(choices(locale, &Texts::new(locale)))
}

/// Says what the safety rules say of a form that is being filled in.
///
/// Nothing is kept, and nothing is required.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/evaluation/", tag = "records", request_body = RecordInput,
    responses((status = 200, description = "What the rules say", body = CheckedBody))
)]
async fn check_record(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<RecordInput>,
) -> Result<Json<CheckedBody>, Fault> {
    let (_, form) = input.split()?;
    let (_, assessment) = api::check(&app, &caller.ctx, &form).await?;
    Ok(Json(CheckedBody::new(&assessment, caller.ctx.locale)))
}

/// Shows a record.
///
/// A patient sees the doctor's conclusion once it is signed.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/{id}/", tag = "records",
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The record", body = RecordBody))
)]
async fn show_record(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
) -> Result<Tagged<RecordBody>, Fault> {
    shown(&app, &caller, id).await
}

/// Writes into a record that nobody has signed or refused.
#[utoipa::path(
    patch, path = "/api/v1/fiche-consultation/{id}/", tag = "records", request_body = RecordInput,
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
async fn change_record(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<RecordInput>,
) -> Result<Tagged<RecordBody>, Fault> {
    api::update(&app, &caller.ctx, id, expected, input.split()?).await?;
    shown(&app, &caller, id).await
}

/// Takes back a record that nobody has signed.
#[utoipa::path(
    delete, path = "/api/v1/fiche-consultation/{id}/", tag = "records",
    params(
        ("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version that is meant", example = "\"3\"")
    ),
    responses(
        (status = 204, description = "Taken back"),
        (status = 409, description = "It is signed"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn delete_record(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Fault> {
    api::delete(&app, &caller.ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists a record's versions, newest first; patients see the signed ones.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/{id}/versions/", tag = "records",
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The versions, each whole", body = Vec<VersionBody>))
)]
async fn list_versions(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
) -> Result<Json<Vec<VersionBody>>, Fault> {
    let rows = api::versions(&app, &caller.ctx, id).await?;
    let texts = Texts::new(caller.ctx.locale);
    let mut bodies = Vec::with_capacity(rows.len());
    let mut older = rows.iter().skip(1);
    for row in &rows {
        let content = read_content(&row.content).map_err(kernel::Problem::from)?;
        let before = older
            .next()
            .map(|row| read_content(&row.content))
            .transpose();
        let before = before.map_err(kernel::Problem::from)?;
        let changed = before.map_or_else(Vec::new, |before| content.differences(&before));
        bodies.push(VersionBody::new(row.clone(), changed, &caller.zone, &texts));
    }
    Ok(Json(bodies))
}

/// Lists what was written on a record, oldest first.
#[utoipa::path(
    get, path = "/api/v1/fiche-consultation/{id}/messages/", tag = "records",
    params(
        ("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000"),
        ("page" = Option<i64>, Query, description = "From 1", example = 1),
        ("page_size" = Option<i64>, Query, description = "1 to 100", example = 20)
    ),
    responses((status = 200, description = "A page of messages", body = NotePage))
)]
async fn list_record_messages(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    paging: Paging,
) -> Result<Json<NotePage>, Fault> {
    let (count, rows) = api::notes(&app, &caller.ctx, id, paging.request).await?;
    let rows = rows.iter().map(|row| NoteBody::new(row, &caller.zone));
    Ok(Json(paging.page(count, rows.collect())?.into()))
}

/// Writes on a record.
#[utoipa::path(
    post, path = "/api/v1/fiche-consultation/{id}/messages/", tag = "records", request_body = NoteInput,
    params(("id" = String, Path, description = "The record", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 201, description = "Written", body = NoteBody))
)]
async fn add_record_message(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    JsonBody(input): JsonBody<NoteInput>,
) -> Result<(StatusCode, Json<NoteBody>), Fault> {
    let note = api::add_note(&app, &caller.ctx, id, &input.content).await?;
    Ok((
        StatusCode::CREATED,
        Json(NoteBody::new(&note, &caller.zone)),
    ))
}
