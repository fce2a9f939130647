//! STOP and REPRENDRE: decisions about the number, whoever holds it.

use send_rules::{Category, Channel, Choice, Keyword};
use store::{StoreError, WriteTx};
use webkit::Texts;

use super::{
    process::{Heard, happening},
    reply::said,
};
use crate::{
    App, identity,
    inbox::model::{ConversationId, EventRow},
    messaging::{
        self,
        api::{ConsentSource, NewMessage},
    },
};

/// Whether a message is such a decision and nothing else.
pub(super) fn is_decision(event: &EventRow) -> bool {
    wanted(event).is_some()
}

fn wanted(event: &EventRow) -> Option<bool> {
    match Keyword::parse(&event.content) {
        Some(Keyword::Stop) => Some(false),
        Some(Keyword::Start) => Some(true),
        _ => None,
    }
}

/// Writes the decision down, and on WhatsApp says that it was heard. On SMS the
/// operator's service answers these words itself, and after STOP takes nothing more
/// (<https://help.twilio.com/articles/223134027>).
pub(super) async fn decided(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    let Some(wanted) = wanted(heard.event) else {
        return Ok(());
    };
    let (source, key) = match (heard.channel, wanted) {
        (Channel::Whatsapp, false) => (ConsentSource::Whatsapp, "inbox-event-opted-out"),
        (Channel::Whatsapp, true) => (ConsentSource::Whatsapp, "inbox-event-opted-in"),
        (_, false) => (ConsentSource::Sms, "inbox-event-opted-out"),
        (_, true) => (ConsentSource::Sms, "inbox-event-opted-in"),
    };
    let (tenant, phone) = (heard.ctx.tenant, &heard.phone);
    let known = messaging::api::every(tx, tenant, phone, wanted).await?;
    let choice = (Choice::of_all(wanted), source);
    messaging::api::note_consent(tx, app, tenant, phone, choice).await?;
    happening(
        tx,
        app,
        &heard.ctx,
        conversation,
        key,
        heard.event.received_at,
    )
    .await?;
    match heard.channel == Channel::Whatsapp && !known {
        true => confirm(tx, app, heard, conversation, wanted).await,
        false => Ok(()),
    }
}

/// Says it once: who writes the word again has nothing new to hear.
async fn confirm(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    conversation: ConversationId,
    wanted: bool,
) -> Result<(), StoreError> {
    let clinic = identity::api::tenant(tx, heard.ctx.tenant).await?.name;
    let text = match wanted {
        true => "inbox-started",
        false => "inbox-stopped",
    };
    let message = NewMessage {
        channel: heard.channel,
        category: Category::Answer,
        recipient: heard.phone.clone(),
        patient: None,
        body: Texts::new(heard.locale).with(text, &[("clinic", &clinic)]),
        idempotency_key: format!("consent:{}", heard.event.id),
        expires_at: None,
        created_by: None,
    };
    said(tx, app, heard, conversation, message).await
}
