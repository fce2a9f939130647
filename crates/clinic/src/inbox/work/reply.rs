//! What goes back by itself: thanks for an answer to a reminder, and what others say.

use store::{StoreError, WriteTx};

use super::process::{Heard, conversation};
use crate::{
    App,
    inbox::{
        model::{ConversationId, EntryId, EntryKind},
        storage::{self, NewEntry},
    },
    messaging::{
        self,
        api::{MessageId, NewMessage},
    },
    patients::api::PatientId,
    scheduling::{self, api::Incoming},
};

/// Lets the calendar take the message for an answer to its reminder; what goes back
/// stands in the conversation too.
pub(super) async fn answered_reminder(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    patient: PatientId,
) -> Result<(), StoreError> {
    let incoming = Incoming {
        phone: &heard.phone,
        channel: heard.channel,
        patient,
        body: &heard.event.content,
    };
    let thanks = scheduling::api::answer(tx, app, &heard.ctx, incoming).await;
    let thanks = thanks.map_err(|problem| StoreError::Internal(problem.into_cause()))?;
    let Some(thanks) = thanks else {
        return Ok(());
    };
    let conversation = conversation(tx, app, heard, Some(patient)).await?;
    let line = (thanks.body.as_str(), thanks.message);
    shown(tx, app, heard, conversation.id, line).await
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
