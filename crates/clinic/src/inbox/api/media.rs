use bytes::Bytes;
use kernel::{Ctx, Problem};

use super::TOPIC;
use crate::{
    App, audit,
    audit::api::Event,
    blobs,
    inbox::{
        model::{ConversationId, MediaId},
        storage,
    },
    patients,
};

/// A file that came with a message, with its bytes.
#[derive(Debug)]
pub struct MediaFile {
    /// Its id.
    pub id: MediaId,
    /// What the bytes are, whatever the sender called them.
    pub content_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// A file of this clinic; that staff looked is on record before it is answered.
///
/// # Errors
/// 404, also while it is not here; 403 `record-restricted`; 503 when the file
/// store is out of reach.
pub async fn media(app: &App, ctx: &Ctx, id: MediaId) -> Result<MediaFile, Problem> {
    let (row, patient) = {
        let mut tx = app.store.read(ctx).await?;
        let row = storage::media(&mut tx, ctx.tenant, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let conversation = storage::conversation(&mut tx, ctx.tenant, row.conversation_id).await?;
        let patient = conversation.and_then(|conversation| conversation.patient_id);
        if let Some(patient) = patient {
            patients::api::may_open(&mut tx, app, ctx, patient).await?;
        }
        (row, patient)
    };
    let (Some(blob), Some(content_type)) = (row.blob_id, row.content_type) else {
        return Err(Problem::not_found());
    };
    let bytes = blobs::api::bytes(app, ctx.tenant, blob).await?;
    let event = Event {
        action: "media.read",
        object_type: "inbound_media",
        object_id: id.uuid(),
        patient: patient.map(|patient| patient.uuid()),
        detail: None,
    };
    audit::api::seen(app, ctx, event).await?;
    Ok(MediaFile {
        id,
        content_type,
        bytes,
    })
}

/// Fetches a file again that could not be had; says in which conversation it is.
///
/// # Errors
/// 404, or 409 when it is here or on its way.
pub async fn fetch_again(app: &App, ctx: &Ctx, id: MediaId) -> Result<ConversationId, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let row = storage::media(tx, ctx.tenant, id)
                    .await?
                    .ok_or_else(Problem::not_found)?;
                if !storage::media_again(tx, ctx.tenant, id).await? {
                    return Err(Problem::conflict("file-not-failed"));
                }
                let (work, now) = (&storage::MEDIA_WORK, a.clock.now());
                jobs::revive(tx, work, ctx.tenant, id.uuid(), now).await?;
                let (action, kind) = ("media.fetch_again", "inbound_media");
                audit::api::record(tx, &a, &ctx, action, kind, id.uuid(), None).await?;
                tx.emit(TOPIC, row.conversation_id.uuid());
                Ok(row.conversation_id)
            })
        })
        .await
}
