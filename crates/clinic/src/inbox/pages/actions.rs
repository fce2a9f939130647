use axum::{extract::State, response::Redirect};
use kernel::{Id, Problem};
use send_rules::Channel;
use serde::Deserialize;
use webkit::{Caller, Fault, Form, PathId};

use crate::{
    App,
    inbox::{
        api::{self, Reply},
        model::{Conversation, ConversationId, ConversationStatus, Media},
    },
};

fn back(id: ConversationId) -> Redirect {
    Redirect::to(&format!("/inbox/{id}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplyForm {
    #[serde(default)]
    body: String,
    channel: String,
    reply_id: String,
}

pub(super) async fn reply(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    Form(form): Form<ReplyForm>,
) -> Result<Redirect, Fault> {
    let channel = Channel::parse_text(&form.channel)
        .ok_or_else(|| Problem::invalid("channel", "not-a-choice"))?;
    let reply = Reply {
        body: form.body,
        channel: Some(channel),
        once: form.reply_id,
    };
    api::reply(&app, &caller.ctx, id, reply).await?;
    Ok(back(id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteForm {
    #[serde(default)]
    body: String,
}

pub(super) async fn note(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    Form(form): Form<NoteForm>,
) -> Result<Redirect, Fault> {
    api::note(&app, &caller.ctx, id, &form.body).await?;
    Ok(back(id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignForm {
    user_id: Option<uuid::Uuid>,
}

pub(super) async fn assign(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    Form(form): Form<AssignForm>,
) -> Result<Redirect, Fault> {
    api::assign(&app, &caller.ctx, id, form.user_id.map(Id::from_uuid)).await?;
    Ok(back(id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusForm {
    status: String,
}

pub(super) async fn status(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    Form(form): Form<StatusForm>,
) -> Result<Redirect, Fault> {
    let status = ConversationStatus::parse(&form.status);
    let status = status.ok_or_else(|| Problem::invalid("status", "not-a-choice"))?;
    api::set_status(&app, &caller.ctx, id, status).await?;
    Ok(back(id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PatientForm {
    patient_id: uuid::Uuid,
}

pub(super) async fn resolve(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    Form(form): Form<PatientForm>,
) -> Result<Redirect, Fault> {
    api::resolve(&app, &caller.ctx, id, Id::from_uuid(form.patient_id)).await?;
    Ok(Redirect::to("/inbox"))
}

pub(super) async fn confirm(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    Form(form): Form<PatientForm>,
) -> Result<Redirect, Fault> {
    api::confirm(&app, &caller.ctx, id, Id::from_uuid(form.patient_id)).await?;
    Ok(Redirect::to("/inbox"))
}

pub(super) async fn refuse(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Conversation>,
    Form(form): Form<PatientForm>,
) -> Result<Redirect, Fault> {
    api::refuse(&app, &caller.ctx, id, Id::from_uuid(form.patient_id)).await?;
    Ok(back(id))
}

/// Fetches a file again that could not be had.
pub(super) async fn fetch_again(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Media>,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    Ok(back(api::fetch_again(&app, &caller.ctx, id).await?))
}
