//! What lies in a record beside its form, out of a file.

use bytes::Bytes;
use futures_util::stream;
use kernel::{Ctx, Id, Problem, TenantId, text};
use sha2::{Digest, Sha256};
use store::WriteTx;

use super::Unimported;
use crate::{
    App, blobs,
    blobs::api::{Kind, MAX_FILE, Received},
    care::{
        model::{Attachment, Citation, Encounter, EncounterId, NewCitation, Observation},
        rules::{self, labs},
        storage::{self, NewNote, PersonRow},
        wire::file::{FileAttachment, FileReference, FileResult, RecordFile},
    },
    identity,
};

/// Stores the bytes of an attachment that a file names, if they are those.
///
/// # Errors
/// [`Unimported::Refused`] for other bytes, and for some that are not kept.
pub async fn take_in(
    app: &App,
    tenant: TenantId,
    wanted: &FileAttachment,
    bytes: Bytes,
) -> Result<Received, Unimported> {
    let name = &wanted.sha256;
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if text::hex(&Sha256::digest(&bytes)) != *name || size != wanted.size {
        return Err(format!("the file {name} is not what it was when it was exported").into());
    }
    let incoming = stream::iter([Ok::<_, Problem>(bytes)]);
    let received = blobs::api::receive(app, tenant, incoming, MAX_FILE).await;
    let received = received.map_err(|problem| match problem.cause {
        Some(why) => Unimported::Refused(format!("the file {name} is not kept: {why}")),
        None => Unimported::Failed(problem),
    })?;
    let same = received.blob.sha256 == *name && received.blob.content_type == wanted.content_type;
    match same {
        true => Ok(received),
        false => Err(format!("the file {name} is not what it is called").into()),
    }
}

/// Enters messages, results, references and files of a record that was entered just now.
pub(super) async fn enter(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    record: &Encounter,
    (file, files): (&RecordFile, &[Received]),
) -> Result<(), Unimported> {
    spoken(tx, ctx.tenant, record.id, file).await?;
    for attachment in &file.attachments {
        let received = files.iter().find(|r| r.blob.sha256 == attachment.sha256);
        let received = received.ok_or_else(|| missing(file.attachments.len()))?;
        let row = of_attachment(attachment, record, received)?;
        blobs::api::keep(tx, app, ctx.tenant, received).await?;
        storage::insert_attachment(tx, ctx.tenant, &row).await?;
    }
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let today = app.clock.now().day(&clinic.zone);
    for result in &file.results {
        let row = of_result(result, record, &today)?;
        storage::insert_observation(tx, ctx.tenant, &row).await?;
    }
    for reference in &file.references {
        let row = of_reference(reference, record, &today)?;
        storage::insert_citation(tx, ctx.tenant, &row).await?;
        if let Some(verified) = row.verified_by.zip(row.verified_at) {
            storage::verify_citation(tx, ctx.tenant, row.id, verified).await?;
        }
    }
    Ok(())
}

fn missing(count: usize) -> Unimported {
    Unimported::Refused(format!(
        "it has {count} attachments; say with --files in which folder their files lie, each named by its sha256"
    ))
}

fn wrong(what: &str) -> impl Fn(Problem) -> Unimported {
    move |problem| {
        let fields: Vec<_> = problem.errors.iter().map(|e| e.field.as_str()).collect();
        Unimported::Refused(format!("{what} has a wrong {}", fields.join(", ")))
    }
}

fn of_attachment(
    a: &FileAttachment,
    record: &Encounter,
    received: &Received,
) -> Result<Attachment, Unimported> {
    let what = format!("the attachment {}", a.id);
    let note = labs::remark("note", a.note.clone()).map_err(wrong(&what))?;
    let kind: Kind = received.kind;
    if note != a.note || blobs::api::label(&a.name, kind) != a.name {
        return Err(format!("{what} has a wrong name or note").into());
    }
    Ok(Attachment {
        id: Id::from_uuid(a.id),
        encounter_id: record.id,
        patient_id: record.patient_id,
        blob_id: received.blob.id,
        sha256: a.sha256.clone(),
        kind: a.kind,
        name: a.name.clone(),
        note,
        late: a.late && record.signed_version.is_some(),
        uploaded_by: a.uploaded_by.map(Id::from_uuid),
        uploaded_name: None,
        created_at: rules::time(&a.created_at)?,
        size: a.size,
        content_type: a.content_type.clone(),
        width: received.blob.width,
        height: received.blob.height,
        thumbnail_id: received.blob.thumbnail_id,
    })
}

fn of_result(r: &FileResult, record: &Encounter, today: &str) -> Result<Observation, Unimported> {
    let mut row = Observation {
        id: Id::from_uuid(r.id),
        encounter_id: record.id,
        patient_id: record.patient_id,
        analysis: r.analysis.clone(),
        value: r.value.clone(),
        unit: r.unit.clone(),
        normal: r.normal.clone(),
        laboratory: r.laboratory.clone(),
        attachment_id: r.attachment.map(Id::from_uuid),
        comment: r.comment.clone(),
        taken_on: r.taken_on.clone(),
        late: r.late && record.signed_version.is_some(),
        created_by: r.created_by.map(Id::from_uuid),
        created_name: None,
        created_at: rules::time(&r.created_at)?,
        updated_at: rules::time(&r.updated_at)?,
        version: r.version,
        sex: None,
    };
    let what = format!("the result {}", r.id);
    labs::check_result(&mut row, &record.content, today).map_err(wrong(&what))?;
    Ok(row)
}

fn of_reference(
    r: &FileReference,
    record: &Encounter,
    today: &str,
) -> Result<Citation, Unimported> {
    let mut new = NewCitation {
        title: r.title.clone(),
        url: r.url.clone(),
        source: Some(r.source),
        authors: r.authors.clone(),
        year: r.year,
        journal: r.journal.clone(),
    };
    let what = format!("the reference {}", r.id);
    labs::check_citation(&mut new, today).map_err(wrong(&what))?;
    Ok(Citation {
        id: Id::from_uuid(r.id),
        encounter_id: record.id,
        patient_id: record.patient_id,
        title: new.title,
        url: new.url,
        source: r.source,
        authors: new.authors,
        year: new.year,
        journal: new.journal,
        added_by: r.added_by.map(Id::from_uuid),
        created_at: rules::time(&r.created_at)?,
        verified_by: r.verified_by.map(Id::from_uuid),
        verified_name: None,
        verified_at: r.verified_at.as_deref().map(rules::time).transpose()?,
    })
}

/// The messages, and the names of those who have no account here.
async fn spoken(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: EncounterId,
    file: &RecordFile,
) -> Result<(), Unimported> {
    for person in &file.people {
        if storage::person(tx, tenant, person.id).await?.is_none() {
            let row = PersonRow {
                id: person.id,
                name: person.name.clone(),
                staff: person.staff,
            };
            storage::insert_person(tx, tenant, &row).await?;
        }
    }
    for message in &file.messages {
        let note = NewNote {
            id: Id::from_uuid(message.id),
            author: Id::from_uuid(message.author),
            body: &message.body,
            at: rules::time(&message.created_at)?,
        };
        storage::insert_note(tx, tenant, id, note).await?;
    }
    Ok(())
}
