//! Answers to reminders of appointments.

use store::{StoreError, WriteTx};

use super::process::{Heard, conversation};
use crate::{
    App,
    inbox::{
        model::{EntryId, EntryKind},
        storage::{self, NewEntry},
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
    let thanks = thanks.map_err(|problem| {
        let code = problem.stable_code().to_owned();
        StoreError::Internal(problem.cause.unwrap_or(code))
    })?;
    let Some(thanks) = thanks else {
        return Ok(());
    };
    let conversation = conversation(tx, app, heard, Some(patient)).await?;
    let line = NewEntry {
        id: EntryId::new(&app.clock, &app.rng),
        conversation: conversation.id,
        kind: EntryKind::Outbound,
        channel: Some(heard.channel),
        phone: Some(&heard.phone),
        body: &thanks.body,
        author: None,
        message: Some(thanks.message),
        needs_review: false,
        at: app.clock.now(),
    };
    storage::insert_entry(tx, heard.ctx.tenant, &line).await
}
