use kernel::{FieldError, Patch, Phone, Problem, Timestamp, Zone};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{instant, no_choice};
use crate::{
    outreach::{
        model::{BroadcastPatch, CallBack, DeliveryState, Topic},
        rules::broadcasts::{CONTENT, TITLE, without_numbers},
    },
    patients::api::{Gender, PatientId},
};

/// A broadcast to be written, or as it shall be as a whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"title": "Conseil nutrition", "content": "Mangez 5 fruits et légumes par jour", "category": "health_tip", "target_all_patients": true}))]
pub(in crate::outreach) struct BroadcastInput {
    /// What staff call it, at most 200 characters; required.
    title: Option<String>,
    /// What the patients read, at most 900 characters; required. The same for all: nothing personal, no `{…}`.
    content: Option<String>,
    /// health_tip, reminder, alert, info or prevention; required.
    category: Option<String>,
    /// Whether it is for all patients; otherwise one of the next three is needed.
    target_all_patients: Option<bool>,
    /// M or F.
    target_gender: Option<String>,
    /// In years, on the day it goes, 0 to 150.
    target_age_min: Option<i64>,
    /// In years, on the day it goes, 0 to 150.
    target_age_max: Option<i64>,
    /// Always empty: the clinic has no sites yet.
    target_site: Option<String>,
    /// When it goes, RFC 3339; without an offset the clinic's time. Left out, it stays a draft. For administrators.
    scheduled_at: Option<String>,
    /// Messages a minute, 1 to 6000; 600 when left out.
    pace: Option<i64>,
}

/// What changes about a broadcast: what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"target_gender": "F", "target_age_min": 40}))]
pub(in crate::outreach) struct BroadcastChanges {
    /// What staff call it.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) title: Patch<String>,
    /// What the patients read.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) content: Patch<String>,
    /// health_tip, reminder, alert, info or prevention.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) category: Patch<String>,
    /// True clears gender and ages.
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    pub(super) target_all_patients: Patch<bool>,
    /// M or F.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) target_gender: Patch<String>,
    /// In years, 0 to 150.
    #[schema(value_type = Option<i64>)]
    #[serde(default)]
    pub(super) target_age_min: Patch<i64>,
    /// In years, 0 to 150.
    #[schema(value_type = Option<i64>)]
    #[serde(default)]
    pub(super) target_age_max: Patch<i64>,
    /// Always empty: the clinic has no sites yet.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) target_site: Patch<String>,
    /// When it goes; null makes a draft of it. For administrators.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) scheduled_at: Patch<String>,
    /// Messages a minute, 1 to 6000; null for 600.
    #[schema(value_type = Option<i64>)]
    #[serde(default)]
    pub(super) pace: Patch<i64>,
}

impl From<BroadcastInput> for BroadcastChanges {
    fn from(input: BroadcastInput) -> Self {
        fn whole<T>(given: Option<T>) -> Patch<T> {
            given.map_or(Patch::Clear, Patch::Set)
        }
        Self {
            title: whole(input.title),
            content: whole(input.content),
            category: whole(input.category),
            target_all_patients: whole(input.target_all_patients),
            target_gender: whole(input.target_gender),
            target_age_min: whole(input.target_age_min),
            target_age_max: whole(input.target_age_max),
            target_site: whole(input.target_site),
            scheduled_at: whole(input.scheduled_at),
            pace: whole(input.pace),
        }
    }
}

impl BroadcastChanges {
    /// What is written about the broadcast, a time without an offset in the clinic's zone.
    ///
    /// # Errors
    /// 400 with every wrong field.
    pub(in crate::outreach) fn read(self, zone: &Zone) -> Result<BroadcastPatch, Problem> {
        let mut faults = Vec::new();
        if matches!(&self.target_site, Patch::Set(site) if !site.trim().is_empty()) {
            faults.push(FieldError::new("target_site", "no-such-site"));
        }
        let title = |given: &str| fits("title", given, TITLE);
        let content = |given: &str| fits("content", given, CONTENT);
        let at = |given: &str| instant(given, "scheduled_at", zone);
        let patch = BroadcastPatch {
            title: read(self.title, &mut faults, |given| {
                title(&given.split_whitespace().collect::<Vec<_>>().join(" "))
            }),
            content: read(self.content, &mut faults, content),
            topic: read(self.category, &mut faults, topic),
            target_all: self.target_all_patients,
            gender: read(self.target_gender, &mut faults, gender),
            age_min: self.target_age_min,
            age_max: self.target_age_max,
            pace: self.pace,
            scheduled_at: read(self.scheduled_at, &mut faults, at),
        };
        match faults.is_empty() {
            true => Ok(patch),
            false => Err(Problem::fields(faults)),
        }
    }
}

/// A text that may be left out; an empty one is none.
fn read<T>(
    given: Patch<String>,
    faults: &mut Vec<FieldError>,
    read: impl FnOnce(&str) -> Result<T, FieldError>,
) -> Patch<T> {
    match given {
        Patch::Keep => Patch::Keep,
        Patch::Set(given) if !given.trim().is_empty() => match read(given.trim()) {
            Ok(value) => Patch::Set(value),
            Err(fault) => {
                faults.push(fault);
                Patch::Keep
            }
        },
        Patch::Set(_) | Patch::Clear => Patch::Clear,
    }
}

fn fits(field: &'static str, given: &str, max: usize) -> Result<String, FieldError> {
    match given.chars().count() <= max {
        true => Ok(given.to_owned()),
        false => Err(FieldError::new(field, "too-long").with("max", max)),
    }
}

fn topic(given: &str) -> Result<Topic, FieldError> {
    let choices = || Topic::ALL.iter().map(|one| one.as_str()).collect();
    Topic::parse(given).ok_or_else(|| no_choice("category", choices()))
}

fn gender(given: &str) -> Result<Gender, FieldError> {
    let choices = || Gender::ALL.iter().map(|one| one.as_str()).collect();
    Gender::parse(given).ok_or_else(|| no_choice("target_gender", choices()))
}

/// When a broadcast is to go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scheduled_at": "2027-07-26T10:00:00"}))]
pub(in crate::outreach) struct ScheduleInput {
    /// In the future, RFC 3339; without an offset the clinic's time.
    scheduled_at: String,
}

impl ScheduleInput {
    /// The instant.
    ///
    /// # Errors
    /// 400 naming `scheduled_at`.
    pub(in crate::outreach) fn read(&self, zone: &Zone) -> Result<Timestamp, Problem> {
        let read = instant(&self.scheduled_at, "scheduled_at", zone);
        read.map_err(|fault| Problem::fields(vec![fault]))
    }
}

/// Which part of the report of a broadcast.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct DeliveryFilter {
    /// Only those that stand so: pending, sending, sent, delivered, failed, expired, cancelled, refused, simulated or excluded.
    status: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    #[param(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100, 20 when left out.
    #[serde(rename = "page_size")]
    #[param(rename = "page_size")]
    _page_size: Option<i64>,
}

impl DeliveryFilter {
    /// The state that is asked for.
    ///
    /// # Errors
    /// 400 naming `status`.
    pub(in crate::outreach) fn read(&self) -> Result<Option<DeliveryState>, Problem> {
        let Some(given) = self.status.as_deref().filter(|given| !given.is_empty()) else {
            return Ok(None);
        };
        let choices = || DeliveryState::ALL.iter().map(|one| one.as_str()).collect();
        let wrong = || Problem::fields(vec![no_choice("status", choices())]);
        DeliveryState::parse(given).map(Some).ok_or_else(wrong)
    }
}

/// What a program says that it did about a broadcast, of each text at most 100 characters
/// and no number of a telephone. Fields of its own are taken and not kept.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(example = json!({"status": "sent", "error_message": null}))]
pub(in crate::outreach) struct CallBackInput {
    /// In the program's own words.
    status: Option<String>,
    /// What went wrong.
    error_message: Option<String>,
}

impl CallBackInput {
    /// What of it is kept; `what` where it says nothing.
    pub(in crate::outreach) fn read(&self, what: &str) -> CallBack {
        CallBack {
            status: kept(self.status.as_deref()).unwrap_or_else(|| what.to_owned()),
            error: kept(self.error_message.as_deref()),
            ..CallBack::default()
        }
    }
}

/// What is kept of a program's text.
fn kept(said: Option<&str>) -> Option<String> {
    let said = said.map(str::trim).filter(|said| !said.is_empty())?;
    Some(without_numbers(said).chars().take(KEPT).collect())
}

/// Characters kept of what a program says.
const KEPT: usize = 100;

/// Whom a program could not reach.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(example = json!({"patient_id": "01980000-0000-7000-8000-000000000002", "phone": "+221771234567", "error": "no WhatsApp"}))]
pub(in crate::outreach) struct FailureInput {
    /// Him.
    patient_id: Option<String>,
    /// His number, E.164; names him where it is nobody else's.
    phone: Option<String>,
    /// In the program's own words.
    status: Option<String>,
    /// What went wrong.
    error: Option<String>,
    /// The same.
    error_message: Option<String>,
    /// The provider's id of what it sent.
    twilio_sid: Option<String>,
}

impl FailureInput {
    /// What of it is kept: what names nobody is no reason to lose the rest.
    pub(in crate::outreach) fn read(&self) -> CallBack {
        let error = self.error.as_deref().or(self.error_message.as_deref());
        let phone = self.phone.as_deref();
        let patient = PatientId::asked(self.patient_id.as_deref(), "patient_id");
        CallBack {
            status: kept(self.status.as_deref()).unwrap_or_else(|| "log-failure".to_owned()),
            error: kept(error),
            sid: self.twilio_sid.as_deref().and_then(sid),
            patient: patient.ok().flatten(),
            phone: phone.and_then(|phone| Phone::international(phone).ok()),
        }
    }
}

/// An id of Twilio's: two letters, then letters and digits
/// (<https://www.twilio.com/docs/glossary/what-is-a-sid>).
fn sid(given: &str) -> Option<String> {
    let letters = given.chars().take(2).filter(char::is_ascii_alphabetic);
    let plain = given.chars().all(|c| c.is_ascii_alphanumeric());
    (letters.count() == 2 && plain && given.len() <= 34).then(|| given.to_owned())
}

/// What a program says became of one message of a broadcast.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(example = json!({"message_id": "01980000-0000-7000-8000-000000000000", "patient_id": "01980000-0000-7000-8000-000000000002", "status": "sent", "error_message": null, "twilio_sid": "SM00000000000000000000000000000000"}))]
pub(in crate::outreach) struct DeliveryUpdateInput {
    /// The broadcast; required.
    pub(in crate::outreach) message_id: Option<String>,
    /// Whose message; required.
    patient_id: Option<String>,
    /// In the program's own words.
    status: Option<String>,
    /// What went wrong.
    error_message: Option<String>,
    /// The provider's id; what the outbox knows of it counts.
    twilio_sid: Option<String>,
}

impl DeliveryUpdateInput {
    /// The broadcast, and what is said of whom.
    ///
    /// # Errors
    /// 400 naming `message_id` or `patient_id`.
    pub(in crate::outreach) fn read(
        &self,
    ) -> Result<(crate::outreach::model::BroadcastId, CallBack), Problem> {
        let id =
            crate::outreach::model::BroadcastId::asked(self.message_id.as_deref(), "message_id")?;
        let patient = PatientId::asked(self.patient_id.as_deref(), "patient_id")?;
        let required = |field| Problem::invalid(field, "required");
        let said = CallBackInput {
            status: self.status.clone(),
            error_message: self.error_message.clone(),
        };
        let said = CallBack {
            patient: Some(patient.ok_or_else(|| required("patient_id"))?),
            sid: self.twilio_sid.as_deref().and_then(sid),
            ..said.read("delivery")
        };
        Ok((id.ok_or_else(|| required("message_id"))?, said))
    }
}
