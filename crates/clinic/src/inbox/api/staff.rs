use kernel::{Ctx, Problem, UserId, text};
use send_rules::{Category, Channel, Decision};
use store::{TxFuture, WriteTx};

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

/// What a member of staff does in a conversation that he may open: one transaction.
async fn within<T: Send + 'static>(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    act: impl for<'t> FnOnce(&'t mut WriteTx, Within<'t>) -> TxFuture<'t, T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let conversation = find(tx, &a, &ctx, id).await?;
                let within = Within {
                    app: &a,
                    ctx: &ctx,
                    conversation: &conversation,
                };
                act(tx, within).await
            })
        })
        .await
}

/// Where something is done, by whom.
#[derive(Clone, Copy)]
struct Within<'t> {
    app: &'t App,
    ctx: &'t Ctx,
    conversation: &'t ConversationRow,
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
/// 404; 400 for an empty or too long text, and for one by SMS that names an illness, a test
/// or a treatment; 409 `window-closed` when WhatsApp's
/// 24 hours are over. Nothing is queued then.
pub async fn reply(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    reply: Reply,
) -> Result<MessageId, Problem> {
    let body = checked(&reply.body)?;
    within(app, ctx, id, move |tx, at| {
        Box::pin(async move {
            let channel = reply.channel.unwrap_or(at.conversation.channel);
            let phone = &at.conversation.phone;
            tells_nothing(tx, at, channel, &body).await?;
            let way = (channel, Category::Answer);
            let decision = messaging::api::decision(tx, at.app, at.ctx.tenant, phone, way).await?;
            if let Decision::Refuse(reason) = decision {
                return Err(Problem::conflict(reason.as_str()));
            }
            let message = messaging::api::NewMessage {
                channel,
                category: Category::Answer,
                recipient: phone.clone(),
                patient: at.conversation.patient_id,
                body: body.clone(),
                idempotency_key: format!("reply:{id}:{}", reply.once),
                expires_at: None,
                created_by: at.ctx.actor.user(),
            };
            let queued = messaging::api::enqueue(tx, at.app, at.ctx, &message).await?;
            if queued.fresh {
                outbound(tx, at, channel, &body, queued.id).await?;
            }
            Ok(queued.id)
        })
    })
    .await
}

/// The names of the clinic and of the patient may stand in it, whatever they mean.
async fn tells_nothing(
    tx: &mut WriteTx,
    at: Within<'_>,
    channel: Channel,
    body: &str,
) -> Result<(), Problem> {
    let clinic = identity::api::tenant(tx, at.ctx.tenant).await?.name;
    let first = at.conversation.first_name.as_deref().unwrap_or_default();
    let last = at.conversation.last_name.as_deref().unwrap_or_default();
    messaging::api::tells_nothing(channel, body, &[&clinic, first, last])
}

async fn outbound(
    tx: &mut WriteTx,
    at: Within<'_>,
    channel: Channel,
    body: &str,
    message: MessageId,
) -> Result<(), Problem> {
    let now = at.app.clock.now();
    let entry = NewEntry {
        kind: EntryKind::Outbound,
        channel: Some(channel),
        phone: Some(&at.conversation.phone),
        message: Some(message),
        ..line(at, body)
    };
    storage::insert_entry(tx, at.ctx.tenant, &entry).await?;
    let preview = text::shorten(&body.replace(['\n', '\r'], " "), 90);
    let id = at.conversation.id;
    storage::answer(tx, at.ctx.tenant, id, &preview, now, channel).await?;
    changed(tx, at, "conversation.reply").await
}

/// A line by the caller, for colleagues only.
fn line<'b>(at: Within<'_>, body: &'b str) -> NewEntry<'b> {
    NewEntry {
        id: EntryId::new(&at.app.clock, &at.app.rng),
        conversation: at.conversation.id,
        kind: EntryKind::Note,
        channel: None,
        phone: None,
        body,
        author: at.ctx.actor.user(),
        message: None,
        needs_review: false,
        at: at.app.clock.now(),
    }
}

/// Writes something for colleagues only.
///
/// # Errors
/// 404; 400 for an empty or too long text.
pub async fn note(app: &App, ctx: &Ctx, id: ConversationId, body: &str) -> Result<(), Problem> {
    let body = checked(body)?;
    within(app, ctx, id, move |tx, at| {
        Box::pin(async move {
            storage::insert_entry(tx, at.ctx.tenant, &line(at, &body)).await?;
            changed(tx, at, "conversation.note").await
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
    within(app, ctx, id, move |tx, at| {
        Box::pin(async move {
            let staff = identity::api::staff(tx, at.ctx.tenant).await?;
            if to.is_some_and(|to| !staff.iter().any(|member| member.id == to)) {
                return Err(Problem::invalid("user_id", "not-a-choice"));
            }
            storage::assign(tx, at.ctx.tenant, id, to).await?;
            let key = match to {
                Some(_) => "inbox-event-assigned",
                None => "inbox-event-unassigned",
            };
            happened(tx, at, key, "conversation.assign").await
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
    within(app, ctx, id, move |tx, at| {
        Box::pin(async move {
            if !storage::set_status(tx, at.ctx.tenant, id, status).await? {
                return Ok(());
            }
            let key = match status {
                ConversationStatus::Open => "inbox-event-opened",
                ConversationStatus::Closed => "inbox-event-closed",
            };
            happened(tx, at, key, "conversation.status").await
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
    within(app, ctx, id, move |tx, at| {
        Box::pin(async move {
            let patient = patients::api::kept(tx, at.ctx.tenant, patient).await?;
            let phone = &at.conversation.phone;
            let sharing = patients::api::by_phone(tx, at.ctx.tenant, phone).await?;
            if !sharing.iter().any(|summary| summary.id == patient) {
                return Err(Problem::invalid("patient_id", "not-a-choice"));
            }
            attach_waiting(tx, at, patient).await?;
            changed(tx, at, "conversation.resolve").await
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
    within(app, ctx, id, move |tx, at| {
        Box::pin(async move {
            let patient = patients::api::kept(tx, at.ctx.tenant, patient).await?;
            if at.conversation.proposed_patient != Some(patient) {
                return Err(Problem::conflict("not-proposed"));
            }
            let phone = &at.conversation.phone;
            patients::api::add_contact(tx, at.app, at.ctx, patient, phone).await?;
            attach_waiting(tx, at, patient).await?;
            changed(tx, at, "conversation.confirm").await
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
    within(app, ctx, id, move |tx, at| {
        Box::pin(async move {
            let patient = patients::api::kept(tx, at.ctx.tenant, patient).await?;
            if !storage::refuse(tx, at.ctx.tenant, id, patient).await? {
                return Err(Problem::conflict("not-proposed"));
            }
            happened(tx, at, "inbox-event-refused", "conversation.refuse").await
        })
    })
    .await
}

async fn attach_waiting(
    tx: &mut WriteTx,
    at: Within<'_>,
    patient: PatientId,
) -> Result<(), Problem> {
    let waiting = at.conversation.patient_id.is_none()
        && storage::has_inbound(tx, at.ctx.tenant, at.conversation.id).await?;
    if !waiting {
        return Err(Problem::conflict("nothing-to-attach"));
    }
    Ok(attach(tx, at.app, at.ctx, at.conversation, patient).await?)
}

/// The same as [`changed`], with a line in the conversation that says so.
async fn happened(
    tx: &mut WriteTx,
    at: Within<'_>,
    key: &'static str,
    action: &'static str,
) -> Result<(), Problem> {
    let now = at.app.clock.now();
    happening(tx, at.app, at.ctx, at.conversation.id, key, now).await?;
    changed(tx, at, action).await
}

async fn changed(tx: &mut WriteTx, at: Within<'_>, action: &'static str) -> Result<(), Problem> {
    let id = at.conversation.id;
    let conversation = storage::conversation(tx, at.ctx.tenant, id).await?;
    let patient = conversation.and_then(|conversation| conversation.patient_id);
    let event = Event {
        action,
        object_type: "conversation",
        object_id: id.uuid(),
        patient: patient.map(|patient| patient.uuid()),
        detail: None,
    };
    audit::api::record_event(tx, at.app, at.ctx, event);
    tx.emit(TOPIC, id.uuid());
    Ok(())
}
