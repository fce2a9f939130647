use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue},
};
use kernel::Expected;
use webkit::{Caller, Fault, IfMatch, JsonBody, Policy, Query, Routes, Scope, routes, version_tag};

use crate::{
    App,
    messaging::{
        api,
        wire::templates::{
            PreviewBody, ReviewedBody, ReviewedInput, TextBody, TextFilter, TextInput, VersionBody,
            event_in, text_key,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Manage("settings"))
        .api(routes!(list_texts), Policy::ADMIN)
        .api(routes!(show_text, set_text, reset_text), Policy::ADMIN)
        .api(routes!(list_text_versions), Policy::ADMIN)
        .api(routes!(preview_text), Policy::ADMIN)
        .api(routes!(list_reviewed_texts), Policy::ADMIN)
        .api(routes!(set_reviewed_text), Policy::ADMIN)
}

/// Event, way and language.
type Named = (String, String, String);
type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

fn key((event, channel, language): &Named) -> Result<api::TextKey, kernel::Problem> {
    text_key((event, channel, language))
}

/// Lists the texts that patients are sent in one language.
#[utoipa::path(
    get, path = "/api/v1/message-texts/", tag = "messaging", params(TextFilter),
    responses((status = 200, description = "By event and way", body = [TextBody]))
)]
async fn list_texts(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<TextFilter>,
) -> Result<Json<Vec<TextBody>>, Fault> {
    let texts = api::texts(&app, &caller.ctx, filter.locale()?).await?;
    Ok(Json(texts.into_iter().map(TextBody::from).collect()))
}

/// Shows one text.
#[utoipa::path(
    get, path = "/api/v1/message-texts/{event}/{channel}/{language}/", tag = "messaging",
    params(
        ("event" = String, Path, description = "What it speaks of", example = "reminder-link"),
        ("channel" = String, Path, description = "`whatsapp` or `sms`", example = "sms"),
        ("language" = String, Path, description = "`fr` or `en`", example = "fr")
    ),
    responses((status = 200, description = "The text", body = TextBody))
)]
async fn show_text(
    State(app): State<App>,
    caller: Caller,
    Path(named): Path<Named>,
) -> Result<Json<TextBody>, Fault> {
    let text = api::text(&app, &caller.ctx, key(&named)?).await?;
    Ok(Json(text.into()))
}

/// Sets one text.
///
/// It holds for messages that are written from now on; every version is kept.
#[utoipa::path(
    put, path = "/api/v1/message-texts/{event}/{channel}/{language}/", tag = "messaging", request_body = TextInput,
    params(
        ("event" = String, Path, description = "What it speaks of", example = "reminder-link"),
        ("channel" = String, Path, description = "`whatsapp` or `sms`", example = "sms"),
        ("language" = String, Path, description = "`fr` or `en`", example = "fr"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The text as it holds", body = TextBody),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn set_text(
    State(app): State<App>,
    caller: Caller,
    Path(named): Path<Named>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<TextInput>,
) -> Result<Tagged<TextBody>, Fault> {
    let body = Some(input.body);
    let text = api::set_text(&app, &caller.ctx, key(&named)?, expected, body).await?;
    Ok(([version_tag(text.version)], Json(text.into())))
}

/// Takes the shipped text back.
#[utoipa::path(
    delete, path = "/api/v1/message-texts/{event}/{channel}/{language}/", tag = "messaging",
    params(
        ("event" = String, Path, description = "What it speaks of", example = "reminder-link"),
        ("channel" = String, Path, description = "`whatsapp` or `sms`", example = "sms"),
        ("language" = String, Path, description = "`fr` or `en`", example = "fr")
    ),
    responses((status = 200, description = "The text as it holds", body = TextBody))
)]
async fn reset_text(
    State(app): State<App>,
    caller: Caller,
    Path(named): Path<Named>,
) -> Result<Json<TextBody>, Fault> {
    let text = api::set_text(&app, &caller.ctx, key(&named)?, Expected::Any, None).await?;
    Ok(Json(text.into()))
}

/// Lists the newest fifty versions of one text, newest first.
#[utoipa::path(
    get, path = "/api/v1/message-texts/{event}/{channel}/{language}/versions/", tag = "messaging",
    params(
        ("event" = String, Path, description = "What it speaks of", example = "reminder-link"),
        ("channel" = String, Path, description = "`whatsapp` or `sms`", example = "sms"),
        ("language" = String, Path, description = "`fr` or `en`", example = "fr")
    ),
    responses((status = 200, description = "The versions", body = [VersionBody]))
)]
async fn list_text_versions(
    State(app): State<App>,
    caller: Caller,
    Path(named): Path<Named>,
) -> Result<Json<Vec<VersionBody>>, Fault> {
    let versions = api::versions(&app, &caller.ctx, key(&named)?).await?;
    let zone = &caller.zone;
    let body = |version| VersionBody::new(version, zone);
    Ok(Json(versions.into_iter().map(body).collect()))
}

/// Shows a text as it would be sent, with long examples. Nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/message-texts/{event}/{channel}/{language}/preview/", tag = "messaging", request_body = TextInput,
    params(
        ("event" = String, Path, description = "What it speaks of", example = "reminder-link"),
        ("channel" = String, Path, description = "`whatsapp` or `sms`", example = "sms"),
        ("language" = String, Path, description = "`fr` or `en`", example = "fr")
    ),
    responses((status = 200, description = "The text and what it takes as an SMS", body = PreviewBody))
)]
async fn preview_text(
    State(app): State<App>,
    caller: Caller,
    Path(named): Path<Named>,
    JsonBody(input): JsonBody<TextInput>,
) -> Result<Json<PreviewBody>, Fault> {
    let preview = api::preview(&app, &caller.ctx, key(&named)?, &input.body).await?;
    Ok(Json(preview.into()))
}

/// Lists the texts in WhatsApp's review.
#[utoipa::path(
    get, path = "/api/v1/whatsapp-templates/", tag = "messaging",
    responses((status = 200, description = "By event and language", body = [ReviewedBody]))
)]
async fn list_reviewed_texts(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<ReviewedBody>>, Fault> {
    let texts = api::reviewed_texts(&app, &caller.ctx).await?;
    let body = |(event, locale, text)| ReviewedBody::new((event, locale), text);
    Ok(Json(texts.into_iter().map(body).collect()))
}

/// Keeps a text for WhatsApp's review, or what became of it there.
///
/// An approved one goes to who has not written for a day. Other words need a review of
/// their own.
#[utoipa::path(
    put, path = "/api/v1/whatsapp-templates/{event}/{language}/", tag = "messaging", request_body = ReviewedInput,
    params(
        ("event" = String, Path, description = "What it speaks of", example = "reminder-link"),
        ("language" = String, Path, description = "`fr` or `en`", example = "fr"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "As it is kept", body = ReviewedBody),
        (status = 409, description = "Other words than the review saw, or the name is taken"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn set_reviewed_text(
    State(app): State<App>,
    caller: Caller,
    Path((event, language)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<ReviewedInput>,
) -> Result<Tagged<ReviewedBody>, Fault> {
    let of = event_in((&event, &language))?;
    let set = api::set_reviewed_text(&app, &caller.ctx, of, expected, input.read()?);
    let text = set.await?;
    let tag = [version_tag(text.version)];
    Ok((tag, Json(ReviewedBody::new(of, text))))
}
