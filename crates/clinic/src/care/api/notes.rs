use kernel::{Ctx, PageRequest, Problem};

use super::{TOPIC, decide::said};
use crate::{
    App, audit,
    audit::api::Event,
    care::{
        model::{EncounterId, NoteId, NoteRow},
        policy,
        rules::LONGEST_NOTE,
        storage::{self, NewNote},
    },
};

/// What was written on a record, oldest first. That staff looked is on record.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn notes(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    page: PageRequest,
) -> Result<(i64, Vec<NoteRow>), Problem> {
    super::record(app, ctx, id).await?;
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::notes(&mut tx, ctx.tenant, id, page).await?)
}

/// Writes on a record.
///
/// # Errors
/// 404; 403 `record-restricted` and for a caller who is no person; 400.
pub async fn add_note(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    content: &str,
) -> Result<NoteRow, Problem> {
    let author = ctx.actor.user().ok_or_else(Problem::forbidden)?;
    let body = said("content", content, LONGEST_NOTE)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let record = policy::open(tx, &a, &ctx, id).await?;
                let note = NewNote {
                    id: NoteId::new(&a.clock, &a.rng),
                    author,
                    body: &body,
                    at: a.clock.now(),
                };
                let fresh = note.id.uuid();
                storage::insert_note(tx, ctx.tenant, id, note).await?;
                let event = Event {
                    action: "encounter.message",
                    object_type: "encounter",
                    object_id: id.uuid(),
                    patient: Some(record.patient_id.uuid()),
                    detail: None,
                };
                audit::api::record_event(tx, &a, &ctx, event);
                tx.emit(TOPIC, id.uuid());
                let written = storage::note(tx, ctx.tenant, id, fresh).await?;
                written.ok_or_else(Problem::not_found)
            })
        })
        .await
}
