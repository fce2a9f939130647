use kernel::{Ctx, Problem, UserId, text};
use send_rules::{Category, Channel, Decision};
use store::WriteTx;

use super::TOPIC;
use crate::{
    App, audit,
    audit::api::Event,
    identity,
    inbox::{
        model::{
            ConversationId, ConversationRow, ConversationStatus, EntryId, EntryKind, MAX_BODY,
        },
        storage::{self, NewEntry},
        work::attach,
        work::happening,
    },
    messaging::{self, api::MessageId},
    patients::{self, api::PatientId},
};

/// What a staff member wants the patient to read.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The text, 1 to 1600 characters.
    pub body: String,
    /// By which way; the patient's last one when not said.
    pub channel: Option<Channel>,
    /// The same id again is the same answer: a double click sends once.
    pub once: String,
}

async fn find(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<ConversationRow, Problem> {
    let found = storage::conversation(tx, ctx.tenant, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    if let Some(patient) = found.patient_id {
        patients::api::may_open(tx, app, ctx, patient).await?;
    }
    Ok(found)
}

fn checked(body: &str) -> Result<String, Problem> {
    let body = body.trim();
    if body.is_empty() {
        return Err(Problem::invalid("body", "required"));
    }
    if body.chars().count() > MAX_BODY {
        let error = kernel::FieldError::new("body", "too-long").with("max", MAX_BODY);
        return Err(Problem::fields(vec![error]));
    }
    Ok(body.to_owned())
}

/// Answers the patient: a line of the conversation and a message of the outbox
/// in one transaction.
///
/// # Errors
/// 404; 400 for an empty or too long text; 409 `window-closed` when WhatsApp's
/// 24 hours are over. Nothing is queued then.
pub async fn reply(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    reply: Reply,
) -> Result<MessageId, Problem> {
    let body = checked(&reply.body)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let conversation = find(tx, &a, &ctx, id).await?;
                let channel = reply.channel.unwrap_or(conversation.channel);
                let phone = &conversation.phone;
                let way = (channel, Category::Answer);
                let decision = messaging::api::decision(tx, &a, ctx.tenant, phone, way).await?;
                if let Decision::Refuse(reason) = decision {
                    return Err(Problem::conflict(reason.as_str()));
                }
                let message = messaging::api::NewMessage {
                    channel,
                    category: Category::Answer,
                    recipient: phone.clone(),
                    patient: conversation.patient_id,
                    body: body.clone(),
                    idempotency_key: format!("reply:{id}:{}", reply.once),
                    expires_at: None,
                    created_by: ctx.actor.user(),
                };
                let queued = messaging::api::enqueue(tx, &a, &ctx, &message).await?;
                if queued.fresh {
                    outbound(tx, &a, &ctx, &conversation, channel, &body, queued.id).await?;
                }
                Ok(queued.id)
            })
        })
        .await
}

async fn outbound(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    conversation: &ConversationRow,
    channel: Channel,
    body: &str,
    message: MessageId,
) -> Result<(), Problem> {
    let now = app.clock.now();
    let entry = NewEntry {
        id: EntryId::new(&app.clock, &app.rng),
        conversation: conversation.id,
        kind: EntryKind::Outbound,
        channel: Some(channel),
        phone: Some(&conversation.phone),
        body,
        author: ctx.actor.user(),
        message: Some(message),
        needs_review: false,
        at: now,
    };
    storage::insert_entry(tx, ctx.tenant, &entry).await?;
    let preview = text::shorten(&body.replace(['\n', '\r'], " "), 90);
    storage::answer(tx, ctx.tenant, conversation.id, &preview, now, channel).await?;
    changed(tx, app, ctx, conversation.id, "conversation.reply").await
}

/// Writes something for colleagues only.
///
/// # Errors
/// 404; 400 for an empty or too long text.
pub async fn note(app: &App, ctx: &Ctx, id: ConversationId, body: &str) -> Result<(), Problem> {
    let body = checked(body)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let conversation = find(tx, &a, &ctx, id).await?;
                let entry = NewEntry {
                    id: EntryId::new(&a.clock, &a.rng),
                    conversation: conversation.id,
                    kind: EntryKind::Note,
                    channel: None,
                    phone: None,
                    body: &body,
                    author: ctx.actor.user(),
                    message: None,
                    needs_review: false,
                    at: a.clock.now(),
                };
                storage::insert_entry(tx, ctx.tenant, &entry).await?;
                changed(tx, &a, &ctx, id, "conversation.note").await
            })
        })
        .await
}

/// Gives the conversation to a colleague, or to nobody.
///
/// # Errors
/// 404; 400 when the person does not work here.
pub async fn assign(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    to: Option<UserId>,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                find(tx, &a, &ctx, id).await?;
                let staff = identity::api::staff(tx, ctx.tenant).await?;
                if to.is_some_and(|to| !staff.iter().any(|member| member.id == to)) {
                    return Err(Problem::invalid("user_id", "not-a-choice"));
                }
                storage::assign(tx, ctx.tenant, id, to).await?;
                let key = if to.is_some() {
                    "inbox-event-assigned"
                } else {
                    "inbox-event-unassigned"
                };
                happening(tx, &a, &ctx, id, key, a.clock.now()).await?;
                changed(tx, &a, &ctx, id, "conversation.assign").await
            })
        })
        .await
}

/// Closes or opens a conversation again.
///
/// # Errors
/// 404.
pub async fn set_status(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    status: ConversationStatus,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                find(tx, &a, &ctx, id).await?;
                if !storage::set_status(tx, ctx.tenant, id, status).await? {
                    return Ok(());
                }
                let key = match status {
                    ConversationStatus::Open => "inbox-event-opened",
                    ConversationStatus::Closed => "inbox-event-closed",
                };
                happening(tx, &a, &ctx, id, key, a.clock.now()).await?;
                changed(tx, &a, &ctx, id, "conversation.status").await
            })
        })
        .await
}

/// Somebody has looked at it.
///
/// # Errors
/// The database's.
pub async fn seen(app: &App, ctx: &Ctx, id: ConversationId) -> Result<(), Problem> {
    let ctx = *ctx;
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if storage::seen(tx, ctx.tenant, id).await? {
                    tx.emit(TOPIC, id.uuid());
                }
                Ok(())
            })
        })
        .await
}

/// Says which of those who share the number wrote what waits here.
///
/// # Errors
/// 404; 400 when the patient does not have this number; 409 when there is
/// nothing left to attach.
pub async fn resolve(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    patient: PatientId,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let conversation = find(tx, &a, &ctx, id).await?;
                let patient = patients::api::kept(tx, ctx.tenant, patient).await?;
                let sharing = patients::api::by_phone(tx, ctx.tenant, &conversation.phone).await?;
                if !sharing.iter().any(|summary| summary.id == patient) {
                    return Err(Problem::invalid("patient_id", "not-a-choice"));
                }
                attach_waiting(tx, &a, &ctx, &conversation, patient).await?;
                changed(tx, &a, &ctx, id, "conversation.resolve").await
            })
        })
        .await
}

/// Confirms that a number which resembles a patient's is his: what it wrote is
/// attached and the number becomes one of his.
///
/// # Errors
/// 404; 409 when it is not (or no longer) proposed.
pub async fn confirm(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    patient: PatientId,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let conversation = find(tx, &a, &ctx, id).await?;
                let patient = patients::api::kept(tx, ctx.tenant, patient).await?;
                if conversation.proposed_patient != Some(patient) {
                    return Err(Problem::conflict("not-proposed"));
                }
                patients::api::add_contact(tx, &a, &ctx, patient, &conversation.phone).await?;
                attach_waiting(tx, &a, &ctx, &conversation, patient).await?;
                changed(tx, &a, &ctx, id, "conversation.confirm").await
            })
        })
        .await
}

/// Says that the number is not the proposed patient's; it is not proposed again.
///
/// # Errors
/// 404; 409 when it is not (or no longer) proposed.
pub async fn refuse(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    patient: PatientId,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                find(tx, &a, &ctx, id).await?;
                let patient = patients::api::kept(tx, ctx.tenant, patient).await?;
                if !storage::refuse(tx, ctx.tenant, id, patient).await? {
                    return Err(Problem::conflict("not-proposed"));
                }
                happening(tx, &a, &ctx, id, "inbox-event-refused", a.clock.now()).await?;
                changed(tx, &a, &ctx, id, "conversation.refuse").await
            })
        })
        .await
}

async fn attach_waiting(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    conversation: &ConversationRow,
    patient: PatientId,
) -> Result<(), Problem> {
    let waiting = conversation.patient_id.is_none()
        && storage::has_inbound(tx, ctx.tenant, conversation.id).await?;
    if !waiting {
        return Err(Problem::conflict("nothing-to-attach"));
    }
    Ok(attach(tx, app, ctx, conversation, patient).await?)
}

async fn changed(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    action: &'static str,
) -> Result<(), Problem> {
    let conversation = storage::conversation(tx, ctx.tenant, id).await?;
    let patient = conversation.and_then(|conversation| conversation.patient_id);
    let event = Event {
        action,
        object_type: "conversation",
        object_id: id.uuid(),
        patient: patient.map(|patient| patient.uuid()),
        detail: None,
    };
    audit::api::record_event(tx, app, ctx, event);
    tx.emit(TOPIC, id.uuid());
    Ok(())
}
