use bytes::Bytes;
use kernel::{Ctx, Problem};

use super::TOPIC;
use crate::{
    App, audit, blobs,
    inbox::{
        model::{ConversationId, MediaId},
        storage,
    },
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

/// A file of this clinic.
///
/// # Errors
/// 404, also while it is not here; 503 when the file store is out of reach.
pub async fn media(app: &App, ctx: &Ctx, id: MediaId) -> Result<MediaFile, Problem> {
    let row = {
        let mut tx = app.store.read(ctx).await?;
        storage::media(&mut tx, ctx.tenant, id).await?
    };
    let row = row.ok_or_else(Problem::not_found)?;
    let (Some(blob), Some(content_type)) = (row.blob_id, row.content_type) else {
        return Err(Problem::not_found());
    };
    let bytes = blobs::api::bytes(app, ctx.tenant, blob).await?;
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
