//! Files of records.

use kernel::{Ctx, Problem};
use store::{ReadTx, WriteTx};

use super::TOPIC;
use crate::{
    App, audit,
    audit::api::Event,
    blobs::{
        self,
        api::{BlobInfo, Received},
    },
    care::{
        model::{Attachment, AttachmentId, AttachmentKind, Encounter, EncounterId},
        policy,
        rules::labs,
        storage,
    },
};

fn about(file: &Attachment, action: &'static str) -> Event {
    Event {
        action,
        object_type: "attachment",
        object_id: file.id.uuid(),
        patient: Some(file.patient_id.uuid()),
        detail: None,
    }
}

/// All files of a record, in the order in which they came. That staff looked
/// at the record is on the trail.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn attachments(
    app: &App,
    ctx: &Ctx,
    encounter: EncounterId,
) -> Result<Vec<Attachment>, Problem> {
    super::record(app, ctx, encounter).await?;
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::attachments(&mut tx, ctx.tenant, encounter).await?)
}

/// What is known of a file without opening it.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn attachment(app: &App, ctx: &Ctx, id: AttachmentId) -> Result<Attachment, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let file = find(&mut tx, ctx, id).await?;
    policy::open(&mut tx, app, ctx, file.encounter_id).await?;
    Ok(file)
}

async fn find(tx: &mut ReadTx, ctx: &Ctx, id: AttachmentId) -> Result<Attachment, Problem> {
    let found = storage::find_attachment(tx, ctx.tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// A file to be given, with its bytes or those of its small picture; that staff
/// looked is on record before anything is given.
///
/// # Errors
/// 404, also for a small picture that there is not; 403 `record-restricted`.
pub async fn open_attachment(
    app: &App,
    ctx: &Ctx,
    id: AttachmentId,
    small: bool,
) -> Result<(Attachment, BlobInfo), Problem> {
    let file = attachment(app, ctx, id).await?;
    let blob = match small {
        true => file.thumbnail_id.ok_or_else(Problem::not_found)?,
        false => file.blob_id,
    };
    let info = {
        let mut tx = app.store.read(ctx).await?;
        blobs::api::find(&mut tx, ctx.tenant, blob).await?
    };
    let info = info.ok_or_else(Problem::not_found)?;
    audit::api::seen(app, ctx, about(&file, "attachment.read")).await?;
    Ok((file, info))
}

/// Whether a file would be kept, before it is read: nobody sends ten megabytes
/// to be told that he may not.
///
/// # Errors
/// 404; 403 `record-restricted`; 409 `already-signed`.
pub async fn may_attach(app: &App, ctx: &Ctx, encounter: EncounterId) -> Result<(), Problem> {
    let mut tx = app.store.read(ctx).await?;
    let record = policy::open(&mut tx, app, ctx, encounter).await?;
    labs::may_add(ctx, &record)
}

/// A file that has arrived, with what was said about it.
#[derive(Debug)]
pub struct Ready {
    /// The file.
    pub received: Received,
    /// What the sender called it.
    pub name: String,
    /// What it is to him; by its content when he did not say.
    pub kind: Option<AttachmentKind>,
    /// What he said about it.
    pub note: Option<String>,
}

/// Adds a file to a record. The same bytes stand there once: whoever sends them
/// again gets the file that is there, and `false`.
///
/// # Errors
/// 404; 403 `record-restricted`; 409 `already-signed`, also when the record was
/// signed while the file came; 400 for a remark that is too long.
pub async fn add_attachment(
    app: &App,
    ctx: &Ctx,
    encounter: EncounterId,
    ready: Ready,
) -> Result<(Attachment, bool), Problem> {
    let note = labs::remark("note", ready.note.clone())?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let record = policy::hold(tx, &a, &ctx, encounter).await?;
                labs::may_add(&ctx, &record)?;
                let sha256 = &ready.received.blob.sha256;
                let same = storage::same_attachment(tx, ctx.tenant, encounter, sha256).await?;
                if let Some(same) = same {
                    return Ok((same, false));
                }
                blobs::api::keep(tx, &a, ctx.tenant, &ready.received).await?;
                let file = made(&a, &ctx, &record, &ready, note);
                storage::insert_attachment(tx, ctx.tenant, &file).await?;
                noted(tx, &a, &ctx, &file, "attachment.create");
                Ok((find(tx, &ctx, file.id).await?, true))
            })
        })
        .await
}

fn made(
    app: &App,
    ctx: &Ctx,
    record: &Encounter,
    ready: &Ready,
    note: Option<String>,
) -> Attachment {
    let (kind, blob) = (ready.received.kind, &ready.received.blob);
    let by_content = match kind.is_picture() {
        true => AttachmentKind::Image,
        false => AttachmentKind::Document,
    };
    Attachment {
        id: AttachmentId::new(&app.clock, &app.rng),
        encounter_id: record.id,
        patient_id: record.patient_id,
        blob_id: blob.id,
        sha256: blob.sha256.clone(),
        kind: ready.kind.unwrap_or(by_content),
        name: blobs::api::label(&ready.name, kind),
        note,
        late: record.signed_version.is_some(),
        uploaded_by: ctx.actor.user(),
        uploaded_name: None,
        created_at: app.clock.now(),
        size: blob.size,
        content_type: blob.content_type.clone(),
        width: blob.width,
        height: blob.height,
        thumbnail_id: blob.thumbnail_id,
    }
}

fn noted(tx: &mut WriteTx, app: &App, ctx: &Ctx, file: &Attachment, action: &'static str) {
    audit::api::record_event(tx, app, ctx, about(file, action));
    tx.emit(TOPIC, file.encounter_id.uuid());
}

/// Takes a file away from a record that nobody has signed.
///
/// # Errors
/// 404; 403 also for another's file; 409 `already-signed`, `file-in-use` while a
/// result names it as its paper.
pub async fn drop_attachment(app: &App, ctx: &Ctx, id: AttachmentId) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let of = find(tx, &ctx, id).await?.encounter_id;
                let record = policy::hold(tx, &a, &ctx, of).await?;
                let file = find(tx, &ctx, id).await?;
                labs::may_change(&ctx, &record, file.uploaded_by)?;
                if storage::is_paper(tx, ctx.tenant, id).await? {
                    return Err(Problem::conflict("file-in-use"));
                }
                storage::delete_attachment(tx, ctx.tenant, id).await?;
                blobs::api::forget(tx, ctx.tenant, file.blob_id, file.thumbnail_id).await?;
                noted(tx, &a, &ctx, &file, "attachment.delete");
                Ok(())
            })
        })
        .await
}
