//! What a record's state allows, and what a signature covers. Pure.

mod extents;
mod file;
mod lab_words;
pub(super) mod labs;
mod letterhead;
mod notation;
mod paper;
pub(super) mod ranges;
mod safety;
mod takeover;
mod tokens;

use clinical_form::{Content, Value, Writer};
use kernel::{Problem, Role, TenantId, Timestamp, UserId, text};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::model::{Encounter, EncounterId, Status};

pub(super) use file::{day_and_count, sound, time};
pub(super) use letterhead::{LARGEST_LOGO, letterhead};
pub(super) use paper::{allergies, day_in_words, paper};
pub use safety::assess;
pub(super) use takeover::{of_patient, taken_over};

/// Longest reason of a refusal or an amendment, in characters.
pub(super) const LONGEST_REASON: usize = 2000;
/// Longest message on a record, in characters.
pub(super) const LONGEST_NOTE: usize = 4000;
/// Longest typed signature, in characters.
pub(super) const LONGEST_SIGNATURE: usize = 200;
/// Words kept of one record for the search.
const WORDS: usize = 60;

/// Whose hand a role is: only doctors and administrators write a conclusion.
pub(super) const fn writer(role: Option<Role>) -> Writer {
    match role {
        Some(Role::Practitioner | Role::Admin | Role::SuperAdmin) => Writer::Doctor,
        _ => Writer::Anyone,
    }
}

/// Whether the form may be written into.
///
/// # Errors
/// 409 `already-signed`: what was signed changes only by an amendment.
/// 409 `already-rejected`: another analysis opens it again.
pub(super) fn may_edit(record: &Encounter) -> Result<(), Problem> {
    match record.status {
        Status::Validated => Err(Problem::conflict("already-signed")),
        Status::Rejected => Err(Problem::conflict("already-rejected")),
        _ => Ok(()),
    }
}

/// Whether a doctor may still decide.
///
/// # Errors
/// 409 `already-signed`, `already-rejected`.
pub(super) fn may_decide(record: &Encounter) -> Result<(), Problem> {
    may_edit(record)
}

/// What must stand in a record before it is signed.
///
/// # Errors
/// 400 naming the diagnosis when it is empty.
pub(super) fn may_sign(content: &Content) -> Result<(), Problem> {
    match content.text("diagnostic") {
        Some(text) if !text.trim().is_empty() => Ok(()),
        _ => Err(Problem::invalid("diagnostic", "required")),
    }
}

/// Whether a record may be taken back: not once somebody has signed it, since
/// somebody may have acted on it.
///
/// # Errors
/// 409 `already-signed`.
pub(super) const fn may_delete(record: &Encounter) -> Result<(), Problem> {
    match record.signed_version {
        Some(_) => Err(Problem::conflict("already-signed")),
        None => Ok(()),
    }
}

/// The record's number: the clinic's day and the count of that day, three
/// digits at least (`spec/agent-medical.md`).
pub(super) fn number(day: &str, count: i64) -> String {
    format!("CONS-{}-{count:03}", day.replace('-', ""))
}

/// What a signature is over. The order of the fields is part of it.
#[derive(Serialize)]
struct Signed<'a> {
    tenant: String,
    record: String,
    number: &'a str,
    version: i64,
    form_version: i64,
    content: &'a Content,
    practitioner: String,
    practitioner_name: &'a str,
    signed_at: String,
}

/// A signature to be made or checked.
pub(super) struct Signature<'a> {
    pub(super) tenant: TenantId,
    pub(super) record: EncounterId,
    pub(super) number: &'a str,
    pub(super) version: i64,
    pub(super) form_version: i64,
    pub(super) content: &'a Content,
    pub(super) by: UserId,
    pub(super) name: &'a str,
    pub(super) at: Timestamp,
}

impl Signature<'_> {
    /// SHA-256, in lower-case hexadecimal, of the exact content with whose it
    /// is, who signs and when, as JSON with sorted form keys.
    ///
    /// # Errors
    /// 500: a form can always be written.
    pub(super) fn hash(&self) -> Result<String, Problem> {
        let signed = Signed {
            tenant: self.tenant.to_string(),
            record: self.record.to_string(),
            number: self.number,
            version: self.version,
            form_version: self.form_version,
            content: self.content,
            practitioner: self.by.to_string(),
            practitioner_name: self.name,
            signed_at: self.at.to_string(),
        };
        let bytes = serde_json::to_vec(&signed).map_err(Problem::internal)?;
        Ok(text::hex(&Sha256::digest(bytes)))
    }
}

/// The folded words by which a record is found: names, number, motive, phone.
pub(super) fn words(number: &str, content: &Content) -> Vec<String> {
    let keys = [
        "nom",
        "postnom",
        "prenom",
        "telephone",
        "motif_consultation",
    ];
    let texts = keys.iter().filter_map(|key| content.text(key));
    let mut words: Vec<String> = vec![number.to_lowercase()];
    for text in texts {
        words.extend(search_words(text));
    }
    // The number's parts too: people type the last three digits of today's.
    words.extend(number.to_lowercase().split('-').skip(1).map(str::to_owned));
    words.sort();
    words.dedup();
    words.truncate(WORDS);
    words
}

/// The folded words of what somebody searches for.
pub(super) fn search_words(query: &str) -> Vec<String> {
    let query = query.trim();
    if query.to_lowercase().starts_with("cons-") {
        return vec![query.to_lowercase()];
    }
    let digits: String = query.chars().filter(char::is_ascii_digit).collect();
    let phone = query
        .chars()
        .all(|c| c.is_ascii_digit() || "+ .-()".contains(c));
    if phone && digits.len() >= 6 {
        // Without prefix or leading zero, as the national number ends.
        return vec![national(&digits)];
    }
    let folded = text::fold(query);
    folded.split_whitespace().map(str::to_owned).collect()
}

/// The last nine digits: the same whether a prefix was typed or not.
fn national(digits: &str) -> String {
    let bare = digits.trim_start_matches('0');
    let start = bare.len().saturating_sub(9);
    bare.get(start..).unwrap_or(bare).to_owned()
}

/// Age in whole years and in days on a day; `None` without a date of birth.
#[must_use]
pub(super) fn age(content: &Content, today: &str) -> Option<(i64, i64)> {
    let born: jiff::civil::Date = content.text("date_naissance")?.parse().ok()?;
    let today: jiff::civil::Date = today.parse().ok()?;
    let years = born.until((jiff::Unit::Year, today)).ok()?.get_years();
    let days = born.until((jiff::Unit::Day, today)).ok()?.get_days();
    Some((i64::from(years), i64::from(days)))
}

/// What a doctor concluded, as a patient may see it: of the signed version only.
pub(super) fn without_conclusion(content: &Content) -> Content {
    let mut shown = content.clone();
    let doctors = clinical_form::Form::fiche().fields();
    for field in doctors.filter(|field| field.doctor) {
        shown.set(&field.key, None::<Value>);
    }
    shown
}

#[cfg(test)]
mod ranges_tests;
