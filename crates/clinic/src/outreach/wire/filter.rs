use kernel::{FieldError, Problem, Timestamp, Zone};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{instant, language, method, no_choice};
use crate::{
    outreach::model::{BroadcastStatus, BroadcastsSought, ReminderState, Sought},
    patients::api::PatientId,
};

/// Rows of a list when nothing is said.
const ROWS: i64 = 100;
/// Rows of a list at most.
const MOST: i64 = 500;

/// Which part of a list of reminders.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct ListFilter {
    /// Of this patient; a patient's own when left out.
    patient_id: Option<String>,
    /// Rows left out, from 0.
    skip: Option<i64>,
    /// Rows answered, 1 to 500, 100 when left out.
    limit: Option<i64>,
}

impl ListFilter {
    /// What is sought, and which part of it.
    ///
    /// # Errors
    /// 400 with every wrong parameter.
    pub(in crate::outreach) fn read(&self) -> Result<(Sought, (i64, i64)), Problem> {
        let mut faults = Vec::new();
        let patient = patient(self.patient_id.as_deref(), &mut faults);
        let part = part(self.limit, self.skip, &mut faults);
        let sought = Sought {
            patient,
            ..Sought::default()
        };
        whole((sought, part), faults)
    }
}

/// Which reminders are sought.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct SearchFilter {
    /// Of this patient.
    patient_id: Option<String>,
    /// whatsapp, sms or call.
    method: Option<String>,
    /// english or french.
    language: Option<String>,
    /// Whether the provider has accepted them.
    sent: Option<bool>,
    /// That go then or later: RFC 3339, the clinic's time without an offset, or a local day.
    scheduled_after: Option<String>,
    /// That go then or earlier; a local day with its end.
    scheduled_before: Option<String>,
    /// With this in the reason, whatever accents and case; every sign stands for itself.
    appointment_reason: Option<String>,
    /// Rows left out, from 0.
    skip: Option<i64>,
    /// Rows answered, 1 to 500, 100 when left out.
    limit: Option<i64>,
}

impl SearchFilter {
    /// What is sought, and which part of it.
    ///
    /// # Errors
    /// 400 with every wrong parameter.
    pub(in crate::outreach) fn read(&self, zone: &Zone) -> Result<(Sought, (i64, i64)), Problem> {
        let mut faults = Vec::new();
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let after = (self.scheduled_after.as_deref(), "scheduled_after");
        let before = (self.scheduled_before.as_deref(), "scheduled_before");
        let sought = Sought {
            patient: patient(self.patient_id.as_deref(), &mut faults),
            method: kept(self.method.as_deref().map(method), &mut faults),
            language: kept(self.language.as_deref().map(language), &mut faults),
            states: self.sent.map_or_else(Vec::new, states),
            from: kept(edge(after, zone, false), &mut faults),
            until: kept(edge(before, zone, true), &mut faults),
            reason: given(&self.appointment_reason),
        };
        let part = part(self.limit, self.skip, &mut faults);
        whole((sought, part), faults)
    }
}

/// Which broadcasts are sought.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct BroadcastFilter {
    /// That stand so: draft, scheduled, sending, paused, sent, partial, failed, cancelled or simulated.
    status: Option<String>,
    /// With this in the title, whatever accents and case; every sign stands for itself.
    search: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    #[param(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100, 20 when left out.
    #[serde(rename = "page_size")]
    #[param(rename = "page_size")]
    _page_size: Option<i64>,
}

impl BroadcastFilter {
    /// What is sought.
    ///
    /// # Errors
    /// 400 naming `status`.
    pub(in crate::outreach) fn read(self) -> Result<BroadcastsSought, Problem> {
        let given = self.status.filter(|given| !given.is_empty());
        let choices = || BroadcastStatus::ALL.iter().map(|one| one.as_str());
        let wrong = || Problem::fields(vec![no_choice("status", choices().collect())]);
        let read = |given: String| BroadcastStatus::parse(&given).ok_or_else(wrong);
        Ok(BroadcastsSought {
            status: given.map(read).transpose()?,
            title: self.search,
        })
    }
}

fn whole<T>(value: T, faults: Vec<FieldError>) -> Result<T, Problem> {
    match faults.is_empty() {
        true => Ok(value),
        false => Err(Problem::fields(faults)),
    }
}

fn kept<T>(read: Option<Result<T, FieldError>>, faults: &mut Vec<FieldError>) -> Option<T> {
    match read? {
        Ok(value) => Some(value),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

fn patient(given: Option<&str>, faults: &mut Vec<FieldError>) -> Option<PatientId> {
    match PatientId::asked(given, "patient_id") {
        Ok(id) => id,
        Err(problem) => {
            faults.extend(problem.errors);
            None
        }
    }
}

/// How many rows, after how many.
fn part(limit: Option<i64>, skip: Option<i64>, faults: &mut Vec<FieldError>) -> (i64, i64) {
    let (limit, skip) = (limit.unwrap_or(ROWS), skip.unwrap_or(0));
    if skip < 0 {
        faults.push(FieldError::new("skip", "out-of-range"));
    }
    if !(1..=MOST).contains(&limit) {
        faults.push(FieldError::new("limit", "out-of-range"));
    }
    (limit, skip)
}

/// The states that count as sent, or all others.
fn states(sent: bool) -> Vec<ReminderState> {
    let all = ReminderState::ALL.iter().copied();
    all.filter(|state| state.is_sent() == sent).collect()
}

/// An instant, or the edge of a local day.
fn edge(
    (given, field): (Option<&str>, &'static str),
    zone: &Zone,
    end: bool,
) -> Option<Result<Timestamp, FieldError>> {
    let given = given.filter(|given| !given.is_empty())?;
    match Timestamp::local_day(given, zone) {
        Ok((_, after)) if end => Some(Ok(after.minus(std::time::Duration::from_micros(1)))),
        Ok((begin, _)) => Some(Ok(begin)),
        Err(_) => Some(instant(given, field, zone)),
    }
}
