//! A record as a file, and out of one.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use kernel::{Ctx, Id, PageRequest, Problem, TenantId};
use store::ReadTx;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use uuid::Uuid;

use super::{export::taken, gathered};
use crate::{
    App, audit,
    audit::api::Event,
    blobs,
    blobs::api::BlobInfo,
    care::{
        model::{
            Attachment, Citation, Encounter, EncounterId, NoteRow, Observation, VersionRow,
            read_content,
        },
        policy,
        storage::{self, ElsewhereRow},
        wire::file::{
            FORMAT, FileAttachment, FileClinic, FileElsewhere, FileMessage, FilePatient,
            FilePerson, FileRecord, FileReference, FileResult, FileSignature, FileVersion,
            RecordFile, VERSION,
        },
    },
    identity,
    identity::api::TenantInfo,
    patients,
    patients::api::Record,
};

/// A record with everything about it, as a file that `lafiya import record`
/// reads. That somebody took it is on record first.
///
/// # Errors
/// 404; 403 `record-restricted`, and for patients: it holds what no doctor signed.
pub async fn file(app: &App, ctx: &Ctx, id: EncounterId) -> Result<RecordFile, Problem> {
    if policy::patient(ctx).is_some() {
        return Err(Problem::forbidden());
    }
    let (document, file) = {
        let mut tx = app.store.read(ctx).await?;
        let record = policy::open(&mut tx, app, ctx, id).await?;
        let file = written(&mut tx, ctx.tenant, &record).await?;
        (gathered(&mut tx, ctx.tenant, record).await?, file)
    };
    taken(app, ctx, &document, "json").await?;
    Ok(file)
}

/// A record with its files' bytes to be had by [`copy`].
#[derive(Debug)]
pub struct TakenOut {
    /// The record.
    pub file: RecordFile,
    /// Its attachments' bytes.
    pub bytes: Vec<BlobInfo>,
}

/// The record of this number, for whoever runs the server. That it was taken
/// out is on the trail before anything is given.
///
/// # Errors
/// 404.
pub async fn take_out(app: &App, tenant: TenantId, number: &str) -> Result<TakenOut, Problem> {
    let ctx = Ctx::system(tenant, "export");
    let (id, number) = (Id::from_uuid(Uuid::nil()), number.to_owned());
    let a = app.clone();
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                let found = storage::taken_by(tx, tenant, id, &number).await?;
                let found = found.first().ok_or_else(Problem::not_found)?.id;
                let record = policy::open(tx, &a, &ctx, found).await?;
                let out = opened(tx, tenant, &record).await?;
                let detail = serde_json::json!({"format": "files"}).to_string();
                let event = Event {
                    action: "encounter.export",
                    object_type: "encounter",
                    object_id: found.uuid(),
                    patient: Some(record.patient_id.uuid()),
                    detail: Some(detail),
                };
                audit::api::record_event(tx, &a, &ctx, event);
                Ok(out)
            })
        })
        .await
}

async fn opened(
    tx: &mut ReadTx,
    tenant: TenantId,
    record: &Encounter,
) -> Result<TakenOut, Problem> {
    let file = written(tx, tenant, record).await?;
    let mut bytes = Vec::new();
    for attachment in storage::attachments(tx, tenant, record.id).await? {
        let blob = blobs::api::find(tx, tenant, attachment.blob_id).await?;
        bytes.push(blob.ok_or_else(Problem::not_found)?);
    }
    Ok(TakenOut { file, bytes })
}

/// Writes the bytes of a file, of which a piece is in memory at a time; every
/// one was checked.
///
/// # Errors
/// As [`blobs::api::stream`]; 500 when `out` takes no more.
pub async fn copy(
    app: &App,
    tenant: TenantId,
    blob: &BlobInfo,
    out: &mut (impl AsyncWrite + Unpin),
) -> Result<(), Problem> {
    let size = u64::try_from(blob.size).unwrap_or_default();
    let mut pieces = blobs::api::stream(app, tenant, blob, 0..size).await?;
    while let Some(piece) = pieces.try_next().await.map_err(Problem::internal)? {
        out.write_all(&piece).await.map_err(Problem::internal)?;
    }
    out.flush().await.map_err(Problem::internal)
}

/// The file of a record; whoever asks has been judged.
pub(super) async fn written(
    tx: &mut ReadTx,
    tenant: TenantId,
    record: &Encounter,
) -> Result<RecordFile, Problem> {
    let clinic = identity::api::tenant(tx, tenant).await?;
    let patient = patients::api::whole(tx, tenant, record.patient_id).await?;
    let mut rows = storage::versions(tx, tenant, record.id).await?;
    rows.reverse();
    let elsewhere = storage::elsewhere(tx, tenant, record.id).await?;
    let versions = rows.into_iter().map(|row| version(row, &elsewhere));
    let notes = every_note(tx, tenant, record.id).await?;
    let results = storage::observations_of(tx, tenant, record.id).await?;
    let references = storage::citations_of(tx, tenant, record.id).await?;
    let attachments = storage::attachments(tx, tenant, record.id).await?;
    let mut file = RecordFile {
        format: FORMAT.to_owned(),
        version: VERSION,
        clinic: of_clinic(&clinic),
        patient: of_patient(patient),
        record: of_record(record),
        versions: versions.collect::<Result<_, Problem>>()?,
        messages: notes.into_iter().map(message).collect(),
        results: results.into_iter().map(result).collect(),
        references: references.into_iter().map(reference).collect(),
        attachments: attachments.into_iter().map(attachment).collect(),
        people: Vec::new(),
    };
    for id in named(&file) {
        let person = storage::person(tx, tenant, id).await?;
        file.people.extend(person.map(|row| FilePerson {
            id: row.id,
            name: row.name,
            staff: row.staff,
        }));
    }
    Ok(file)
}

async fn every_note(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: EncounterId,
) -> Result<Vec<NoteRow>, Problem> {
    let mut all = Vec::new();
    for page in 1.. {
        let part = PageRequest::new(Some(page), Some(100))?;
        let (count, rows) = storage::notes(tx, tenant, id, part).await?;
        let is_end = rows.is_empty();
        all.extend(rows);
        if is_end || i64::try_from(all.len()).unwrap_or(i64::MAX) >= count {
            break;
        }
    }
    Ok(all)
}

/// Everybody whom a file names by his id, sorted.
fn named(file: &RecordFile) -> BTreeSet<Uuid> {
    let record = &file.record;
    let mut ids = BTreeSet::new();
    ids.extend(record.created_by);
    ids.extend(record.assigned_to);
    ids.extend(record.validated_by);
    ids.extend(file.versions.iter().filter_map(|version| version.author));
    ids.extend(file.messages.iter().map(|message| message.author));
    ids.extend(file.results.iter().filter_map(|result| result.created_by));
    for reference in &file.references {
        ids.extend(reference.added_by);
        ids.extend(reference.verified_by);
    }
    ids.extend(file.attachments.iter().filter_map(|a| a.uploaded_by));
    ids
}

fn of_clinic(clinic: &TenantInfo) -> FileClinic {
    FileClinic {
        id: clinic.id.uuid(),
        slug: clinic.slug.clone(),
        name: clinic.name.clone(),
        zone: clinic.zone.name().to_owned(),
    }
}

fn of_patient(record: Record) -> FilePatient {
    let mut phones = record.phones.into_iter();
    let primary = phones.next().map(|row| row.phone.as_e164().to_owned());
    let mut others: Vec<String> = phones.map(|row| row.phone.as_e164().to_owned()).collect();
    others.sort();
    let p = record.patient;
    FilePatient {
        id: p.id.uuid(),
        first_name: p.first_name,
        last_name: p.last_name,
        phones: primary.into_iter().chain(others).collect(),
        birth_date: p.birth_date,
        gender: p.gender.map(|gender| gender.to_string()),
        locale: p.locale.as_str().to_owned(),
        status: p.status.to_string(),
        email: p.email,
        address: p.address,
        emergency_contact: p.emergency_contact,
        emergency_phone: p.emergency_phone,
        medical_history: p.medical_history,
        allergies: p.allergies,
        current_medications: p.current_medications,
        restricted: p.restricted,
    }
}

fn of_record(r: &Encounter) -> FileRecord {
    FileRecord {
        id: r.id.uuid(),
        number: r.number.clone(),
        status: r.status,
        remote: r.remote,
        created_by: r.created_by.map(|id| id.uuid()),
        assigned_to: r.assigned_to.map(|id| id.uuid()),
        validated_by: r.validated_by.map(|id| id.uuid()),
        validated_at: r.validated_at.map(|at| at.to_string()),
        signed_version: r.signed_version,
        signature: r.signature.clone(),
        rejection: r.rejection.clone(),
        analysis: r.analysis.clone(),
        analysis_error: r.analysis_error.clone(),
        created_at: r.created_at.to_string(),
        updated_at: r.updated_at.to_string(),
    }
}

fn version(row: VersionRow, elsewhere: &[ElsewhereRow]) -> Result<FileVersion, Problem> {
    let signed = row.signed_by.zip(row.signed_name).zip(row.signed_hash);
    let other = elsewhere.iter().find(|other| other.version == row.version);
    Ok(FileVersion {
        version: row.version,
        change: row.change,
        status: row.status,
        content: read_content(&row.content)?,
        form_version: row.form_version,
        reason: row.reason,
        author: row.author.map(|id| id.uuid()),
        at: row.at.to_string(),
        signed: signed.map(|((by, name), sha256)| FileSignature {
            by: by.uuid(),
            name,
            sha256,
        }),
        signed_elsewhere: other.map(|other| FileElsewhere {
            clinic_id: other.from_tenant,
            clinic_name: other.from_clinic.clone(),
            change: other.change,
            status: other.status,
            signature: FileSignature {
                by: other.signed_by,
                name: other.signed_name.clone(),
                sha256: other.signed_hash.clone(),
            },
        }),
    })
}

fn message(row: NoteRow) -> FileMessage {
    FileMessage {
        id: row.id.uuid(),
        author: row.author.uuid(),
        body: row.body,
        created_at: row.created_at.to_string(),
    }
}

fn result(o: Observation) -> FileResult {
    FileResult {
        id: o.id.uuid(),
        analysis: o.analysis,
        value: o.value,
        unit: o.unit,
        normal: o.normal,
        laboratory: o.laboratory,
        attachment: o.attachment_id.map(|id| id.uuid()),
        comment: o.comment,
        taken_on: o.taken_on,
        late: o.late,
        created_by: o.created_by.map(|id| id.uuid()),
        created_at: o.created_at.to_string(),
        updated_at: o.updated_at.to_string(),
        version: o.version,
    }
}

fn reference(c: Citation) -> FileReference {
    FileReference {
        id: c.id.uuid(),
        title: c.title,
        url: c.url,
        source: c.source,
        authors: c.authors,
        year: c.year,
        journal: c.journal,
        added_by: c.added_by.map(|id| id.uuid()),
        created_at: c.created_at.to_string(),
        verified_by: c.verified_by.map(|id| id.uuid()),
        verified_at: c.verified_at.map(|at| at.to_string()),
    }
}

fn attachment(file: Attachment) -> FileAttachment {
    FileAttachment {
        id: file.id.uuid(),
        sha256: file.sha256,
        size: file.size,
        content_type: file.content_type,
        name: file.name,
        kind: file.kind,
        note: file.note,
        late: file.late,
        uploaded_by: file.uploaded_by.map(|id| id.uuid()),
        created_at: file.created_at.to_string(),
    }
}
