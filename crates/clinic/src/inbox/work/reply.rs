//! What goes back by itself: thanks for an answer to a reminder, and what others say.

use store::{StoreError, WriteTx};

use super::process::{Heard, happening};
use crate::{
    App,
    inbox::{
        model::{ConversationId, ConversationRow, EntryId, EntryKind},
        storage::{self, NewEntry},
    },
    messaging::{
        self,
        api::{MessageId, NewMessage},
    },
    patients::api::PatientId,
    scheduling::{
        self,
        api::{Incoming, Taken},
    },
};

/// Lets the calendar take the message for an answer to its reminder; what goes back
/// stands in the conversation too. Who has taken the conversation over reads there what
/// was decided, and answers himself.
pub(super) async fn answered_reminder(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    (patient, conversation): (PatientId, &ConversationRow),
) -> Result<(), StoreError> {
    let incoming = Incoming {
        phone: &heard.phone,
        channel: heard.channel,
        patient,
        body: &heard.event.content,
        taken_over: conversation.assigned_to.is_some(),
    };
    let taken = scheduling::api::answer(tx, app, &heard.ctx, incoming).await;
    let taken = taken.map_err(|problem| StoreError::Internal(problem.into_cause()))?;
    let key = match taken {
        None => return Ok(()),
        Some(Taken::Thanked(thanks)) => {
            let line = (thanks.body.as_str(), thanks.message);
            return shown(tx, app, heard, conversation.id, line).await;
        }
        Some(Taken::Coming) => "inbox-event-coming",
        Some(Taken::CalledOff) => "inbox-event-called-off",
    };
    let at = heard.event.received_at;
    happening(tx, app, &heard.ctx, conversation.id, key, at).await
}

/// Sends what nobody of the staff wrote, and shows it in the conversation.
pub(super) async fn said(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    conversation: ConversationId,
    message: NewMessage,
) -> Result<(), StoreError> {
    let queued = messaging::api::enqueue(tx, app, &heard.ctx, &message).await?;
    shown(tx, app, heard, conversation, (&message.body, queued.id)).await
}

async fn shown(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    conversation: ConversationId,
    (body, message): (&str, MessageId),
) -> Result<(), StoreError> {
    let line = NewEntry {
        id: EntryId::new(&app.clock, &app.rng),
        conversation,
        kind: EntryKind::Outbound,
        channel: Some(heard.channel),
        phone: Some(&heard.phone),
        body,
        author: None,
        message: Some(message),
        needs_review: false,
        at: app.clock.now(),
    };
    storage::insert_entry(tx, heard.ctx.tenant, &line).await
}
