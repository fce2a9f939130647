use axum::{Json, extract::State, http::StatusCode};
use kernel::Id;
use send_rules::Channel;
use webkit::{
    Caller, Fault, JsonBody, Paging, PathId, Policy, Query, Routes, Scope, Texts, routes,
};

use crate::{
    App,
    inbox::{
        api::{self, Reply},
        model::{Conversation, ConversationStatus},
        wire::{
            AssignInput, ConversationBody, ConversationFilter, ConversationPage, NoteInput,
            PatientInput, ReplyBody, ReplyInput, ThreadBody, choice,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("customer"))
        .api(routes!(list_conversations), Policy::STAFF)
        .api(routes!(show_conversation), Policy::STAFF)
        .api(routes!(add_note), Policy::STAFF)
        .api(routes!(assign_conversation), Policy::STAFF)
        .api(routes!(close_conversation), Policy::STAFF)
        .api(routes!(reopen_conversation), Policy::STAFF)
        .api(routes!(resolve_sender), Policy::STAFF)
        .api(routes!(confirm_sender), Policy::STAFF)
        .api(routes!(refuse_sender), Policy::STAFF)
        .scope(Scope::Exact("send:notification"))
        .api(routes!(answer_conversation), Policy::STAFF)
}

/// Lists conversations, newest first.
#[utoipa::path(
    get, path = "/api/v1/inbox/conversations/", tag = "inbox", params(ConversationFilter),
    responses((status = 200, description = "A page of conversations", body = ConversationPage))
)]
async fn list_conversations(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ConversationFilter>,
    paging: Paging,
) -> Result<Json<ConversationPage>, Fault> {
    let status = choice(
        filter.status.as_deref(),
        "status",
        ConversationStatus::parse,
    )?;
    let status = status.unwrap_or(ConversationStatus::Open);
    let (count, rows) = api::conversations(&app, &caller.ctx, status, paging.request).await?;
    let rows = rows
        .iter()
        .map(|row| ConversationBody::listed(row, &caller.zone))
        .collect();
    let page = paging.page(count, rows)?;
    Ok(Json(page.into()))
}

/// Shows a conversation with its newest 200 lines.
#[utoipa::path(
    get, path = "/api/v1/inbox/conversations/{id}/", tag = "inbox",
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The conversation", body = ThreadBody))
)]
async fn show_conversation(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
) -> Result<Json<ThreadBody>, Fault> {
    let thread = api::thread(&app, &caller.ctx, id).await?;
    Ok(Json(ThreadBody::new(
        &thread,
        &caller.zone,
        Texts::new(caller.ctx.locale),
    )))
}

/// Answers the patient.
#[utoipa::path(
    post, path = "/api/v1/inbox/conversations/{id}/reply/", tag = "inbox", request_body = ReplyInput,
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 202, description = "Written to the outbox", body = ReplyBody))
)]
async fn answer_conversation(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    JsonBody(input): JsonBody<ReplyInput>,
) -> Result<(StatusCode, Json<ReplyBody>), Fault> {
    let reply = Reply {
        body: input.body,
        channel: choice(input.channel.as_deref(), "channel", Channel::parse_text)?,
        once: input.reply_id.unwrap_or_else(|| app.rng.secret(16)),
    };
    let message = api::reply(&app, &caller.ctx, id, reply).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(ReplyBody {
            message_id: message.to_string(),
        }),
    ))
}

/// Adds a note that only staff sees.
#[utoipa::path(
    post, path = "/api/v1/inbox/conversations/{id}/note/", tag = "inbox", request_body = NoteInput,
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Added"))
)]
async fn add_note(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    JsonBody(input): JsonBody<NoteInput>,
) -> Result<StatusCode, Fault> {
    api::note(&app, &caller.ctx, id, &input.body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the conversation to a colleague, or to nobody.
#[utoipa::path(
    post, path = "/api/v1/inbox/conversations/{id}/assign/", tag = "inbox", request_body = AssignInput,
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Assigned"))
)]
async fn assign_conversation(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    JsonBody(input): JsonBody<AssignInput>,
) -> Result<StatusCode, Fault> {
    api::assign(&app, &caller.ctx, id, input.user_id.map(Id::from_uuid)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes the conversation until the patient writes again.
#[utoipa::path(
    post, path = "/api/v1/inbox/conversations/{id}/close/", tag = "inbox",
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Closed"))
)]
async fn close_conversation(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
) -> Result<StatusCode, Fault> {
    api::set_status(&app, &caller.ctx, id, ConversationStatus::Closed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens a closed conversation again.
#[utoipa::path(
    post, path = "/api/v1/inbox/conversations/{id}/reopen/", tag = "inbox",
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Open"))
)]
async fn reopen_conversation(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
) -> Result<StatusCode, Fault> {
    api::set_status(&app, &caller.ctx, id, ConversationStatus::Open).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says which patient of a shared number wrote.
#[utoipa::path(
    post, path = "/api/v1/inbox/conversations/{id}/resolve/", tag = "inbox", request_body = PatientInput,
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Attached"))
)]
async fn resolve_sender(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    JsonBody(input): JsonBody<PatientInput>,
) -> Result<StatusCode, Fault> {
    api::resolve(&app, &caller.ctx, id, Id::from_uuid(input.patient_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirms that a look-alike number is the proposed patient's.
#[utoipa::path(
    post, path = "/api/v1/inbox/conversations/{id}/confirm/", tag = "inbox", request_body = PatientInput,
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Attached"))
)]
async fn confirm_sender(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    JsonBody(input): JsonBody<PatientInput>,
) -> Result<StatusCode, Fault> {
    api::confirm(&app, &caller.ctx, id, Id::from_uuid(input.patient_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that a look-alike number is not the proposed patient's.
#[utoipa::path(
    post, path = "/api/v1/inbox/conversations/{id}/refuse/", tag = "inbox", request_body = PatientInput,
    params(("id" = String, Path, description = "The conversation", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Not proposed any more"))
)]
async fn refuse_sender(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    JsonBody(input): JsonBody<PatientInput>,
) -> Result<StatusCode, Fault> {
    api::refuse(&app, &caller.ctx, id, Id::from_uuid(input.patient_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
