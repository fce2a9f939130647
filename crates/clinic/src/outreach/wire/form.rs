//! What the pages' addresses and forms say.

use kernel::{Patch, Problem, Timestamp, Zone};
use serde::Deserialize;

use super::{ReminderChanges, language_word};
use crate::outreach::model::{Method, Reminder, ReminderPatch, ReminderState, Sought};

/// What the list of reminders shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct RemindersQuery {
    pub(in crate::outreach) state: String,
    pub(in crate::outreach) method: String,
    /// A local day.
    pub(in crate::outreach) day: String,
    pub(in crate::outreach) patient: String,
    pub(in crate::outreach) done: String,
    /// What became of those that were due: triggered, sent, failed, skipped.
    pub(in crate::outreach) counts: String,
    #[serde(rename = "page")]
    _page: Option<i64>,
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl RemindersQuery {
    /// What is sought; a word that is none asks for everything.
    pub(in crate::outreach) fn sought(&self, zone: &Zone) -> Sought {
        let day = Timestamp::local_day(&self.day, zone).ok();
        let end = |after: Timestamp| after.minus(std::time::Duration::from_micros(1));
        Sought {
            patient: self.patient.parse().ok().map(kernel::Id::from_uuid),
            method: Method::parse(&self.method),
            states: ReminderState::parse(&self.state).into_iter().collect(),
            from: day.map(|(begin, _)| begin),
            until: day.map(|(_, after)| end(after)),
            ..Sought::default()
        }
    }
}

/// Whose reminder is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct NewQuery {
    pub(in crate::outreach) patient: String,
    pub(in crate::outreach) search: String,
}

/// A button and nothing else but the version that was seen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct PressForm {
    pub(in crate::outreach) version: Option<i64>,
}

/// A reminder as a form says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct ReminderForm {
    pub(in crate::outreach) version: Option<i64>,
    pub(in crate::outreach) patient_id: String,
    pub(in crate::outreach) patient_name: String,
    pub(in crate::outreach) phone_number: String,
    pub(in crate::outreach) phone_override: String,
    pub(in crate::outreach) appointment_reason: String,
    pub(in crate::outreach) medication_list: String,
    pub(in crate::outreach) consultation_list: String,
    pub(in crate::outreach) language: String,
    pub(in crate::outreach) method: String,
    pub(in crate::outreach) scheduled_time: String,
    pub(in crate::outreach) appointment_time: String,
    pub(in crate::outreach) expires_at: String,
    pub(in crate::outreach) rearm: String,
}

impl ReminderForm {
    /// The form of this reminder, in the clinic's time.
    pub(in crate::outreach) fn of(one: &Reminder, zone: &Zone) -> Self {
        let at = |at: Timestamp| format!("{}T{}", at.day(zone), at.hour_minute(zone));
        Self {
            version: Some(one.version),
            patient_id: one.patient_id.to_string(),
            patient_name: one.patient_name.clone(),
            phone_number: one.phone.pretty(),
            phone_override: String::new(),
            appointment_reason: one.appointment_reason.clone(),
            medication_list: one.medication_list.clone().unwrap_or_default(),
            consultation_list: one.consultation_list.clone().unwrap_or_default(),
            language: language_word(one.language).to_owned(),
            method: one.method.as_str().to_owned(),
            scheduled_time: at(one.scheduled_at),
            appointment_time: one.appointment_at.map(at).unwrap_or_default(),
            expires_at: at(one.expires_at),
            rearm: String::new(),
        }
    }

    /// What it says, in the clinic's time. A time that was not touched stays to the
    /// second: `shown` is the form as it was shown.
    ///
    /// # Errors
    /// 400 with every wrong field.
    pub(in crate::outreach) fn read(
        &self,
        shown: Option<&Self>,
        zone: &Zone,
    ) -> Result<ReminderPatch, Problem> {
        let text = |given: &String| match given.trim() {
            "" => Patch::Clear,
            given => Patch::Set(given.to_owned()),
        };
        let time = |of: fn(&Self) -> &String| match shown {
            Some(shown) if of(shown) == of(self) => Patch::Keep,
            _ => text(of(self)),
        };
        ReminderChanges {
            patient_id: text(&self.patient_id),
            patient_name: text(&self.patient_name),
            phone_number: text(&self.phone_number),
            phone_override: !self.phone_override.is_empty(),
            appointment_reason: text(&self.appointment_reason),
            medication_list: text(&self.medication_list),
            consultation_list: text(&self.consultation_list),
            language: text(&self.language),
            method: text(&self.method),
            scheduled_time: time(|form| &form.scheduled_time),
            appointment_time: time(|form| &form.appointment_time),
            expires_at: time(|form| &form.expires_at),
            rearm: !self.rearm.is_empty(),
        }
        .read(zone)
    }
}
