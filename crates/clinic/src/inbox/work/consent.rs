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
    let source = match heard.channel {
        Channel::Whatsapp => ConsentSource::Whatsapp,
        _ => ConsentSource::Sms,
    };
    let (key, said) = match wanted {
        true => returned(tx, app, heard, source).await?,
        false => left(tx, app, heard, source).await?,
    };
    let at = heard.event.received_at;
    happening(tx, app, &heard.ctx, conversation, key, at).await?;
    match said {
        Some(text) if heard.channel == Channel::Whatsapp => {
            confirm(tx, app, heard, conversation, text).await
        }
        _ => Ok(()),
    }
}

/// What the staff read of it, and what he reads who has something new to hear: i18n keys.
type Words = (&'static str, Option<&'static str>);

async fn left(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    source: ConsentSource,
) -> Result<Words, StoreError> {
    let (tenant, phone) = (heard.ctx.tenant, &heard.phone);
    let known = messaging::api::every(tx, tenant, phone, false).await?;
    let choice = (Choice::of_all(false), source);
    messaging::api::note_consent(tx, app, tenant, phone, choice).await?;
    let said = (!known).then_some("inbox-stopped");
    Ok(("inbox-event-opted-out", said))
}

/// Brings back what stood before he stopped, and says whether that is everything.
async fn returned(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    source: ConsentSource,
) -> Result<Words, StoreError> {
    let (tenant, phone) = (heard.ctx.tenant, &heard.phone);
    let again = messaging::api::take_up_again(tx, app, tenant, phone, source).await?;
    let (key, text) = match again.everything {
        true => ("inbox-event-opted-in", "inbox-started"),
        false => ("inbox-event-opted-in-chosen", "inbox-started-chosen"),
    };
    Ok((key, again.changed.then_some(text)))
}

/// Says it once: who writes the word again has nothing new to hear.
async fn confirm(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    conversation: ConversationId,
    text: &str,
) -> Result<(), StoreError> {
    let clinic = identity::api::tenant(tx, heard.ctx.tenant).await?.name;
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
