//! Files that came with messages. They are strangers' bytes under our address:
//! shown only if they are what a browser can do nothing else with.

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use webkit::{Caller, Fault, PathId, Policy, Routes, Scope, routes};

use crate::{
    App,
    inbox::{
        api::{self, MediaFile},
        model::Media,
        rules,
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("customer"))
        .api(routes!(show_media), Policy::STAFF)
        .api(routes!(fetch_media_again), Policy::STAFF)
}

/// Gives a file that came with a message.
///
/// Pictures and sounds have their own type, found in their bytes; all others
/// are `application/octet-stream` to be saved.
#[utoipa::path(
    get, path = "/api/v1/inbox/media/{id}/", tag = "inbox",
    params(("id" = String, Path, description = "The file", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The bytes", body = String, content_type = "application/octet-stream", example = "…"))
)]
async fn show_media(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Media>,
) -> Result<Response, Fault> {
    Ok(file(api::media(&app, &caller.ctx, id).await?))
}

/// Fetches a file again that could not be had.
#[utoipa::path(
    post, path = "/api/v1/inbox/media/{id}/retry/", tag = "inbox",
    params(("id" = String, Path, description = "The file", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 202, description = "Being fetched again"))
)]
async fn fetch_media_again(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Media>,
) -> Result<StatusCode, Fault> {
    api::fetch_again(&app, &caller.ctx, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Nothing in a file may run or load anything, should a browser show it all the same.
const LOCKED_UP: HeaderValue =
    HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");
const UNKNOWN: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The answer that hands a file to a browser or a program.
pub(in crate::inbox) fn file(file: MediaFile) -> Response {
    let shown = rules::is_shown(&file.content_type);
    let kind = match HeaderValue::from_str(&file.content_type) {
        Ok(kind) if shown => kind,
        _ => UNKNOWN,
    };
    let way = if shown { "inline" } else { "attachment" };
    let extension = rules::extension(&file.content_type);
    let disposition = format!("{way}; filename=\"{}.{extension}\"", file.id);
    let disposition =
        HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, LOCKED_UP),
    ];
    (headers, file.bytes).into_response()
}
