//! Files of records: sent and given as streams, a quarter of a megabyte in memory.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use kernel::{Ctx, FieldError, Problem, ProblemKind};
use webkit::{
    Caller, Download, Fault, Paging, Part, PathId, Policy, Query, Routes, Scope, Upload, Wanted,
    routes,
};

use crate::{
    App,
    blobs::api::{self as blobs, MAX_FILE, Spool},
    care::{
        api::{self, Ready},
        model::{Attachment, AttachmentId, AttachmentMark, EncounterId},
        wire::{
            AttachmentBody, AttachmentFilter, AttachmentInput, AttachmentPage, AttachmentParts,
        },
    },
};

/// The largest form: the file, and room for what stands around it.
pub(in crate::care) const MAX_FORM: usize = MAX_FILE + 64 * 1024;
/// The longest text of a form, in bytes.
const MAX_TEXT: usize = 16 * 1024;

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("record"))
        .api_up_to(
            MAX_FORM,
            routes!(list_attachments, create_attachment),
            Policy::SignedIn,
        )
        .api(
            routes!(show_attachment, delete_attachment),
            Policy::SignedIn,
        )
        .api(routes!(download_attachment), Policy::SignedIn)
        .api(routes!(show_thumbnail), Policy::SignedIn)
}

/// Lists the files of a record, in the order in which they came.
#[utoipa::path(
    get, path = "/api/v1/attachments/", tag = "attachments", params(AttachmentFilter),
    responses((status = 200, description = "A page of files", body = AttachmentPage))
)]
async fn list_attachments(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<AttachmentFilter>,
    paging: Paging,
) -> Result<Json<AttachmentPage>, Fault> {
    let files = api::attachments(&app, &caller.ctx, filter.encounter()?).await?;
    let count = i64::try_from(files.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(paging.request.offset()).unwrap_or(usize::MAX);
    let size = usize::try_from(paging.request.size).unwrap_or_default();
    let shown = files.iter().skip(skipped).take(size);
    let bodies = shown.map(|file| AttachmentBody::new(file, &caller.zone));
    Ok(Json(paging.page(count, bodies.collect())?.into()))
}

/// Adds a file to a record: PDF, JPEG, PNG or DOCX by its content, at most 10 MB.
///
/// The same bytes stand in a record once: sent again, they are answered with 200
/// and the file that is there. An `Idempotency-Key` is therefore not needed, and
/// refused.
#[utoipa::path(
    post, path = "/api/v1/attachments/", tag = "attachments",
    request_body(content = AttachmentInput, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Kept", body = AttachmentBody),
        (status = 200, description = "These bytes are there already", body = AttachmentBody),
        (status = 409, description = "The record is signed"),
        (status = 413, description = "Larger than 10 MB, or once unpacked"),
        (status = 415, description = "No kind of file that is kept")
    )
)]
async fn create_attachment(
    State(app): State<App>,
    caller: Caller,
    upload: Upload,
) -> Result<(StatusCode, Json<AttachmentBody>), Fault> {
    let (file, fresh) = received(&app, &caller.ctx, upload, None).await?;
    let status = if fresh {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(AttachmentBody::new(&file, &caller.zone))))
}

/// Takes a form with a file as it arrives, for the record that the address or
/// the form names; answers the file, and whether it is a new one.
///
/// # Errors
/// 400 for a form that is none or lacks something; whatever
/// [`api::add_attachment`] and [`blobs::receive`] say.
pub(in crate::care) async fn received(
    app: &App,
    ctx: &Ctx,
    upload: Upload,
    encounter: Option<EncounterId>,
) -> Result<(Attachment, bool), Problem> {
    let taken = taken(app, ctx, upload, encounter).await;
    // What goes beyond the form's limit goes beyond the file's all the more.
    taken.map_err(|problem| match (problem.kind, problem.code) {
        (ProblemKind::TooLarge, None) => blobs::too_large(MAX_FILE),
        _ => problem,
    })
}

async fn taken(
    app: &App,
    ctx: &Ctx,
    mut upload: Upload,
    encounter: Option<EncounterId>,
) -> Result<(Attachment, bool), Problem> {
    let mut parts = AttachmentParts {
        encounter,
        ..AttachmentParts::default()
    };
    let mut file = None;
    while let Some(part) = upload.next().await? {
        match part.name() {
            _ if part.is_token() => {}
            "file" if file.is_some() => return Err(Problem::invalid("file", "duplicate-field")),
            "file" => file = arrived(app, ctx, part, parts.encounter).await?,
            name => {
                let name = name.to_owned();
                parts.take(&name, part.text(MAX_TEXT).await?)?;
            }
        }
    }
    let (Some(encounter), Some((name, spool))) = (parts.encounter, file) else {
        return Err(missing(parts.encounter));
    };
    api::may_attach(app, ctx, encounter).await?;
    let ready = Ready {
        received: blobs::accept(app, ctx.tenant, spool).await?,
        name,
        kind: parts.kind,
        note: parts.note,
    };
    api::add_attachment(app, ctx, encounter, ready).await
}

/// The file on disk with its name; nothing when a form was sent without choosing one.
async fn arrived(
    app: &App,
    ctx: &Ctx,
    part: Part<'_>,
    encounter: Option<EncounterId>,
) -> Result<Option<(String, Spool)>, Problem> {
    if let Some(encounter) = encounter {
        api::may_attach(app, ctx, encounter).await?;
    }
    let name = part.file_name().to_owned();
    let spool = blobs::arrive(app, part.bytes(), MAX_FILE).await?;
    let chosen = !(name.is_empty() && spool.is_empty());
    Ok(chosen.then_some((name, spool)))
}

fn missing(encounter: Option<EncounterId>) -> Problem {
    let mut errors = Vec::new();
    if encounter.is_none() {
        errors.push(FieldError::new("fiche", "required"));
    } else {
        errors.push(FieldError::new("file", "required"));
    }
    Problem::fields(errors)
}

/// Shows what is known of a file.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}/", tag = "attachments",
    params(("id" = String, Path, description = "The file", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The file, without its bytes", body = AttachmentBody))
)]
async fn show_attachment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AttachmentMark>,
) -> Result<Json<AttachmentBody>, Fault> {
    let file = api::attachment(&app, &caller.ctx, id).await?;
    Ok(Json(AttachmentBody::new(&file, &caller.zone)))
}

/// Takes a file away from a record that nobody has signed.
#[utoipa::path(
    delete, path = "/api/v1/attachments/{id}/", tag = "attachments",
    params(("id" = String, Path, description = "The file", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 204, description = "Taken away"),
        (status = 409, description = "The record is signed, or a result names the file as its paper")
    )
)]
async fn delete_attachment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AttachmentMark>,
) -> Result<StatusCode, Fault> {
    api::drop_attachment(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a file's bytes, or one range of them.
///
/// Every byte is compared with what was written before it is given.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}/download/", tag = "attachments",
    params(
        ("id" = String, Path, description = "The file", example = "01980000-0000-7000-8000-000000000000"),
        ("Range" = Option<String>, Header, description = "One range of bytes", example = "bytes=0-1023"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag that the caller has", example = "\"0000\"")
    ),
    responses(
        (status = 200, description = "The bytes", body = String, content_type = "application/octet-stream", example = "…"),
        (status = 206, description = "A range of them", body = String, content_type = "application/octet-stream", example = "…"),
        (status = 304, description = "The caller has them"),
        (status = 416, description = "The range lies outside of the file")
    )
)]
async fn download_attachment(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AttachmentMark>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    given(&app, &caller.ctx, id, &headers, false).await
}

/// Gives a small picture of a picture, as JPEG.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}/thumbnail/", tag = "attachments",
    params(("id" = String, Path, description = "The file", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The small picture", body = String, content_type = "image/jpeg", example = "…"))
)]
async fn show_thumbnail(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AttachmentMark>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    given(&app, &caller.ctx, id, &headers, true).await
}

async fn given(
    app: &App,
    ctx: &Ctx,
    id: AttachmentId,
    headers: &HeaderMap,
    small: bool,
) -> Result<Response, Fault> {
    let (file, blob) = api::open_attachment(app, ctx, id, small).await?;
    let download = Download {
        digest: &blob.sha256,
        size: u64::try_from(blob.size).unwrap_or_default(),
        content_type: &blob.content_type,
        name: &file.name,
        inline: small,
    };
    let wanted = download.wanted(headers)?;
    let body = match wanted {
        Wanted::Nothing => Body::empty(),
        Wanted::Whole | Wanted::Part(_) => {
            let range = download.bytes(&wanted);
            Body::from_stream(blobs::stream(app, ctx.tenant, &blob, range).await?)
        }
    };
    Ok(download.answer(&wanted, body))
}
