//! A record out of a file: nothing is ever overwritten.

use std::{fmt, ops::Deref};

use kernel::{Ctx, Id, Locale, Phone, Problem, TenantId, text};
use sha2::{Digest, Sha256};
use store::{StoreError, WriteTx};

use super::{TOPIC, carry, enclosed};
use crate::{
    App, audit,
    audit::api::Event,
    blobs::api::Received,
    care::{
        model::{AnalysisId, Change, Encounter, EncounterId, Status},
        rules,
        storage::{self, ElsewhereRow, NewVersion},
        wire::file::{FilePatient, FileVersion, RecordFile},
    },
    patients,
    patients::api::PatientRow,
};

/// Who imports, on the trail.
const WHO: &str = "import";

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// The record is here now. `elsewhere` of its signatures hold only in the
    /// clinic it came from: here it waits for a doctor.
    New {
        /// Its number.
        number: String,
        /// Signatures of another clinic.
        elsewhere: usize,
    },
    /// The very same record was here already; nothing was written.
    Known {
        /// Its number.
        number: String,
    },
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum Unimported {
    /// The file is not right, or something stands in its way: a sentence for
    /// whoever runs the command, without patient data.
    Refused(String),
    /// Something failed.
    Failed(Problem),
}

impl fmt::Display for Unimported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Failed(problem) => {
                f.write_str(problem.cause.as_deref().unwrap_or(problem.stable_code()))
            }
        }
    }
}

impl From<String> for Unimported {
    fn from(why: String) -> Self {
        Self::Refused(why)
    }
}

impl From<Problem> for Unimported {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<StoreError> for Unimported {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Violation { constraint, .. } => Self::Refused(format!(
                "something else here has an id that it gives ({constraint})"
            )),
            error => Self::Failed(error.into()),
        }
    }
}

/// A file that was looked at: it is whole, and its signatures hold.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundFile(RecordFile);

impl Deref for SoundFile {
    type Target = RecordFile;

    fn deref(&self) -> &RecordFile {
        &self.0
    }
}

/// Reads a file and looks whether it can be imported at all.
///
/// # Errors
/// A sentence that says what is wrong, of bad JSON with the line; for a
/// signature that does not hold, whose it is.
pub fn read_file(bytes: &[u8]) -> Result<SoundFile, Unimported> {
    let read: Result<RecordFile, _> = serde_json::from_slice(bytes);
    let file = read.map_err(|error| format!("it is no record: {error}"))?;
    rules::sound(&file)?;
    Ok(SoundFile(file))
}

/// Enters the record of a file under its own id and number, with its versions,
/// their times and all that belongs to it, in one transaction. `files` are its
/// attachments as [`super::take_in`] made them.
///
/// In the clinic that wrote it its signatures go on holding. In another one they
/// are history: what was signed there is open here until a doctor signs it.
///
/// # Errors
/// [`Unimported::Refused`] for an attachment without its bytes, and an id or a
/// number that something else has.
pub async fn import(
    app: &App,
    tenant: TenantId,
    file: SoundFile,
    files: Vec<Received>,
) -> Result<Imported, Unimported> {
    let a = app.clone();
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move { entered(tx, &a, tenant, (&file, &files)).await })
        })
        .await
}

fn fingerprint(file: &RecordFile) -> Result<String, Unimported> {
    let bytes = serde_json::to_vec(file).map_err(Problem::internal)?;
    Ok(text::hex(&Sha256::digest(bytes)))
}

async fn entered(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    (file, files): (&RecordFile, &[Received]),
) -> Result<Imported, Unimported> {
    let number = file.record.number.clone();
    let sha256 = fingerprint(file)?;
    let (day, count) = rules::day_and_count(&number)?;
    // Held until the commit: nobody gives this number meanwhile.
    storage::raise_day(tx, tenant, &day, count).await?;
    if is_known(tx, tenant, file, &sha256).await? {
        return Ok(Imported::Known { number });
    }
    let ctx = Ctx::system(tenant, WHO);
    let patient = of_patient(app, &file.patient)?;
    let phones = phones(&file.patient)?;
    patients::api::restore(tx, app, &ctx, &patient, &phones).await?;
    let is_ours = file.clinic.id == tenant.uuid();
    let record = record(file, is_ours)?;
    let content = super::save::written(&record)?;
    storage::insert(tx, tenant, &record, &content).await?;
    let words = rules::words(&record.number, &record.content);
    storage::set_words(tx, tenant, record.id, &words).await?;
    let elsewhere = history(tx, tenant, &record, file, is_ours).await?;
    enclosed::enter(tx, app, &ctx, &record, (file, files)).await?;
    let now = app.clock.now();
    if record.status == Status::InAnalysis {
        let analysis = AnalysisId::new(&app.clock, &app.rng);
        storage::insert_analysis(tx, tenant, analysis, record.id, now).await?;
    }
    storage::insert_import(tx, tenant, record.id, &sha256, now).await?;
    let detail = serde_json::json!({"sha256": sha256, "from": file.clinic.id, "versions": file.versions.len()});
    let event = Event {
        action: "encounter.import",
        object_type: "encounter",
        object_id: record.id.uuid(),
        patient: Some(record.patient_id.uuid()),
        detail: Some(detail.to_string()),
    };
    audit::api::record_event(tx, app, &ctx, event);
    tx.emit(TOPIC, record.id.uuid());
    Ok(Imported::New { number, elsewhere })
}

/// Whether the same record is here; another one with its id or number refuses it.
async fn is_known(
    tx: &mut WriteTx,
    tenant: TenantId,
    file: &RecordFile,
    sha256: &str,
) -> Result<bool, Unimported> {
    let id: EncounterId = Id::from_uuid(file.record.id);
    let number = &file.record.number;
    let taken = storage::taken_by(tx, tenant, id, number).await?;
    if let Some(other) = taken.iter().find(|taken| taken.id != id) {
        let other = other.id;
        return Err(format!("the number {number} is that of another record here, {other}").into());
    }
    let Some(taken) = taken.into_iter().next() else {
        return Ok(false);
    };
    let changed = || format!("the record {} is here already, and differs", taken.number);
    let here = storage::find(tx, tenant, id).await?;
    let here = here
        .filter(|_| taken.deleted_at.is_none())
        .ok_or_else(changed)?;
    let mut standing = carry::written(tx, tenant, &here).await?;
    // A clinic may have another name by now, and another short one elsewhere.
    if standing.clinic.id == file.clinic.id {
        standing.clinic = file.clinic.clone();
    }
    let from = storage::imported(tx, tenant, id).await?;
    let is_first = here.version == i64::try_from(file.versions.len()).unwrap_or(i64::MAX);
    let came = is_first && from.as_deref() == Some(sha256);
    match came || standing == *file {
        true => Ok(true),
        false => Err(changed().into()),
    }
}

fn of_patient(app: &App, p: &FilePatient) -> Result<PatientRow, Unimported> {
    let now = app.clock.now();
    let gender = p.gender.as_deref().map(|word| {
        let known = patients::api::Gender::parse(word);
        known.ok_or_else(|| format!("{word:?} is no gender"))
    });
    let status = patients::api::Status::parse(&p.status);
    let locale = Locale::parse(&p.locale);
    Ok(PatientRow {
        id: Id::from_uuid(p.id),
        first_name: p.first_name.clone(),
        last_name: p.last_name.clone(),
        birth_date: p.birth_date.clone(),
        gender: gender.transpose()?,
        locale: locale.ok_or_else(|| format!("{:?} is no language", p.locale))?,
        status: status.ok_or_else(|| format!("{:?} is no state of a patient", p.status))?,
        email: p.email.clone(),
        address: p.address.clone(),
        emergency_contact: p.emergency_contact.clone(),
        emergency_phone: p.emergency_phone.clone(),
        medical_history: p.medical_history.clone(),
        allergies: p.allergies.clone(),
        current_medications: p.current_medications.clone(),
        restricted: p.restricted,
        created_at: now,
        updated_at: now,
        version: 1,
        merged_into: None,
    })
}

fn phones(p: &FilePatient) -> Result<Vec<Phone>, Unimported> {
    let read = p.phones.iter().map(|text| {
        let phone = text.parse::<Phone>();
        phone.map_err(|_| Unimported::Refused("a number to call is not in E.164".to_owned()))
    });
    read.collect()
}

/// The record as it will stand here.
fn record(file: &RecordFile, is_ours: bool) -> Result<Encounter, Unimported> {
    let r = &file.record;
    let last = file
        .versions
        .last()
        .ok_or_else(|| "it has no version".to_owned())?;
    let user = |id: Option<uuid::Uuid>| id.map(Id::from_uuid);
    let validated_at = r.validated_at.as_deref().map(rules::time).transpose()?;
    Ok(Encounter {
        id: Id::from_uuid(r.id),
        number: r.number.clone(),
        patient_id: Id::from_uuid(file.patient.id),
        patient_user: None,
        restricted: false,
        status: here(r.status, is_ours),
        remote: r.remote,
        created_by: user(r.created_by),
        // Another clinic's doctor cannot answer for it here.
        assigned_to: user(r.assigned_to).filter(|_| is_ours),
        assigned_name: None,
        validated_by: user(r.validated_by).filter(|_| is_ours),
        validated_name: None,
        validated_at: validated_at.filter(|_| is_ours),
        signed_version: r.signed_version.filter(|_| is_ours),
        signature: r.signature.clone(),
        rejection: r.rejection.clone(),
        analysis: r.analysis.clone(),
        analysis_error: r.analysis_error.clone(),
        content: last.content.clone(),
        form_version: last.form_version,
        created_at: rules::time(&r.created_at)?,
        updated_at: rules::time(&r.updated_at)?,
        version: last.version,
    })
}

/// What was signed in another clinic waits for a doctor here.
const fn here(status: Status, is_ours: bool) -> Status {
    match status {
        Status::Validated if !is_ours => Status::Analysed,
        other => other,
    }
}

/// Every version with its time; answers how many signatures are another clinic's.
async fn history(
    tx: &mut WriteTx,
    tenant: TenantId,
    record: &Encounter,
    file: &RecordFile,
    is_ours: bool,
) -> Result<usize, Unimported> {
    let mut count = 0;
    for version in &file.versions {
        let mut then = record.clone();
        then.status = here(version.status, is_ours);
        then.form_version = version.form_version;
        let content = serde_json::to_string(&version.content).map_err(Problem::internal)?;
        let signed = version.signed.as_ref().filter(|_| is_ours);
        let change = match (version.change, is_ours) {
            (Change::Validated | Change::Amended, false) => Change::Edited,
            (change, _) => change,
        };
        let new = NewVersion {
            change,
            content: &content,
            reason: version.reason.as_deref(),
            author: version.author.map(Id::from_uuid),
            at: rules::time(&version.at)?,
            signed: signed.map(|s| (Id::from_uuid(s.by), s.name.as_str(), s.sha256.as_str())),
        };
        storage::append(tx, tenant, &then, version.version, new).await?;
        if let Some(row) = of_elsewhere(version, file, is_ours) {
            storage::insert_elsewhere(tx, tenant, record.id, &row).await?;
            count += 1;
        }
    }
    Ok(count)
}

fn of_elsewhere(version: &FileVersion, file: &RecordFile, is_ours: bool) -> Option<ElsewhereRow> {
    let row = |tenant,
               clinic: &str,
               (change, status),
               signed: &crate::care::wire::file::FileSignature| {
        ElsewhereRow {
            version: version.version,
            from_tenant: tenant,
            from_clinic: clinic.to_owned(),
            change,
            status,
            signed_by: signed.by,
            signed_name: signed.name.clone(),
            signed_hash: signed.sha256.clone(),
        }
    };
    if let Some(other) = &version.signed_elsewhere {
        let then = (other.change, other.status);
        return Some(row(
            other.clinic_id,
            &other.clinic_name,
            then,
            &other.signature,
        ));
    }
    let signed = version.signed.as_ref().filter(|_| !is_ours)?;
    let then = (version.change, version.status);
    Some(row(file.clinic.id, &file.clinic.name, then, signed))
}
