//! Whether a file of a record is one, and its signatures hold. Pure.

use kernel::{Id, Problem, TenantId, Timestamp, UserId};

use super::Signature;
use crate::care::{
    model::{Change, Status},
    wire::file::{FORMAT, FileReference, FileSignature, FileVersion, RecordFile, VERSION},
};

/// Looks at a file before anything of it is written.
///
/// # Errors
/// A sentence that says what is wrong.
pub(in crate::care) fn sound(file: &RecordFile) -> Result<(), String> {
    if file.format != FORMAT || file.version != VERSION {
        let (format, version) = (&file.format, file.version);
        return Err(format!(
            "it is {format:?} version {version}, not {FORMAT:?} version {VERSION}"
        ));
    }
    day_and_count(&file.record.number)?;
    for (index, version) in file.versions.iter().enumerate() {
        if usize::try_from(version.version) != Ok(index + 1) {
            return Err("its versions are not numbered from 1 without a gap".to_owned());
        }
        signatures_hold(file, version)?;
    }
    enclosed(file)?;
    ends_as_it_stands(file)
}

/// What lies beside the form: files with a digest that can name them, papers
/// that are there, references that are verified by somebody or by nobody.
fn enclosed(file: &RecordFile) -> Result<(), String> {
    let digits = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    for attachment in &file.attachments {
        if attachment.sha256.len() != 64 || !digits(&attachment.sha256) {
            return Err(format!("{:?} is no SHA-256", attachment.sha256));
        }
    }
    for result in &file.results {
        let paper = result.attachment;
        if paper.is_some_and(|paper| file.attachments.iter().all(|a| a.id != paper)) {
            return Err(format!("the paper of the result {} is missing", result.id));
        }
    }
    let half = |r: &&FileReference| r.verified_by.is_some() != r.verified_at.is_some();
    match file.references.iter().find(half) {
        Some(half) => Err(format!("the reference {} is verified by halves", half.id)),
        None => Ok(()),
    }
}

/// The record is its last version, and what is signed is its newest signature.
fn ends_as_it_stands(file: &RecordFile) -> Result<(), String> {
    let last = file.versions.last().ok_or("it has no version")?;
    let record = &file.record;
    if last.status != record.status || last.change == Change::Deleted {
        return Err("its last version is not how the record stands".to_owned());
    }
    let newest = file.versions.iter().rev().find(|v| v.signed.is_some());
    let signed = newest.and_then(|version| Some((version.version, version.signed.as_ref()?.by)));
    let said = record.signed_version.zip(record.validated_by);
    let whole = record.signed_version.is_some() == record.validated_by.is_some()
        && record.signed_version.is_some() == record.validated_at.is_some();
    if !whole || signed != said || (record.status == Status::Validated && said.is_none()) {
        return Err("it does not say by whom its newest signature is".to_owned());
    }
    Ok(())
}

fn signatures_hold(file: &RecordFile, version: &FileVersion) -> Result<(), String> {
    let number = version.version;
    let must = matches!(version.change, Change::Validated | Change::Amended);
    if must != version.signed.is_some() {
        return Err(format!(
            "version {number} is signed by nobody, or needs no signature"
        ));
    }
    let here = version
        .signed
        .as_ref()
        .map(|signed| (file.clinic.id, signed));
    let elsewhere = version.signed_elsewhere.as_ref();
    let elsewhere = elsewhere.map(|signed| (signed.clinic_id, &signed.signature));
    for (clinic, signed) in here.into_iter().chain(elsewhere) {
        if hash(file, version, Id::from_uuid(clinic), signed)? != signed.sha256 {
            return Err(format!(
                "version {number} is not what {} signed: it was changed afterwards",
                signed.name
            ));
        }
    }
    Ok(())
}

fn hash(
    file: &RecordFile,
    version: &FileVersion,
    tenant: TenantId,
    signed: &FileSignature,
) -> Result<String, String> {
    let by: UserId = Id::from_uuid(signed.by);
    let signature = Signature {
        tenant,
        record: Id::from_uuid(file.record.id),
        number: &file.record.number,
        version: version.version,
        form_version: version.form_version,
        content: &version.content,
        by,
        name: &signed.name,
        at: time(&version.at)?,
    };
    signature.hash().map_err(Problem::into_cause)
}

/// A time of a file.
///
/// # Errors
/// A sentence with what stands there.
pub(in crate::care) fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| format!("{text:?} is no time"))
}

/// The day and the count of a record's number.
///
/// # Errors
/// A sentence with what stands there.
pub(in crate::care) fn day_and_count(number: &str) -> Result<(String, i64), String> {
    let wrong = || format!("{number:?} is no number of a record");
    let parts: Vec<&str> = number.split('-').collect();
    let ["CONS", day, count] = parts.as_slice() else {
        return Err(wrong());
    };
    let day = jiff::civil::Date::strptime("%Y%m%d", day).map_err(|_| wrong())?;
    let digits = count.len() >= 3 && count.bytes().all(|byte| byte.is_ascii_digit());
    let count = count.parse().ok().filter(|_| digits).ok_or_else(wrong)?;
    Ok((day.to_string(), count))
}
