use kernel::{FieldError, Id, Patch, Phone, PhoneError, Problem, Zone};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{instant, language, method};
use crate::outreach::model::ReminderPatch;

/// Longest name.
const NAME: usize = 200;
/// Longest reason.
const REASON: usize = 500;
/// Longest list of drugs or consultations.
const LIST: usize = 1000;

/// A reminder to be written, or as it shall be as a whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"patient_id": "01980000-0000-7000-8000-000000000002", "patient_name": "Jane Doe", "phone_number": "+237671234567", "appointment_reason": "Visite de suivi", "medication_list": "Aspirine", "consultation_list": "Cardiologie", "language": "french", "method": "whatsapp", "scheduled_time": "2027-07-26T10:00:00"}))]
pub(in crate::outreach) struct ReminderInput {
    /// Whose; required.
    patient_id: Option<String>,
    /// How he is called in the text, at most 200 characters; his name when left out.
    patient_name: Option<String>,
    /// With the country's prefix, E.164; his first number when left out.
    phone_number: Option<String>,
    /// Sends to this number although it is not known as his.
    phone_override: bool,
    /// What it reminds of, at most 500 characters; required.
    appointment_reason: Option<String>,
    /// What he shall take or bring, at most 1 000 characters. Never in an SMS.
    medication_list: Option<String>,
    /// What he is expected for, at most 1 000 characters. Never in an SMS.
    consultation_list: Option<String>,
    /// english or french, of the text; required.
    language: Option<String>,
    /// whatsapp, sms or call; required.
    method: Option<String>,
    /// When it goes, RFC 3339; without an offset the clinic's time. Required. One that is over by more than five minutes is
    /// refused unless `appointment_time` or `expires_at` lies ahead: then it goes at once.
    scheduled_time: Option<String>,
    /// When he is expected, after `scheduled_time`.
    appointment_time: Option<String>,
    /// When it has lost its use; at the appointment, or a day after `scheduled_time`, when left out.
    expires_at: Option<String>,
    /// To change one that has left: it goes once more.
    rearm: bool,
}

/// What changes about a reminder: what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scheduled_time": "2027-07-26T12:00:00", "medication_list": null}))]
pub(in crate::outreach) struct ReminderChanges {
    /// Whose.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) patient_id: Patch<String>,
    /// How he is called in the text; null for his name.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) patient_name: Patch<String>,
    /// E.164; null for his first number.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) phone_number: Patch<String>,
    /// Sends to this number although it is not known as his.
    #[serde(default)]
    pub(super) phone_override: bool,
    /// What it reminds of.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) appointment_reason: Patch<String>,
    /// What he shall take or bring.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) medication_list: Patch<String>,
    /// What he is expected for.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) consultation_list: Patch<String>,
    /// english or french.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) language: Patch<String>,
    /// whatsapp, sms or call.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) method: Patch<String>,
    /// When it goes.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) scheduled_time: Patch<String>,
    /// When he is expected.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) appointment_time: Patch<String>,
    /// When it has lost its use; null for at the appointment, or a day after it went.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(super) expires_at: Patch<String>,
    /// To change one that has left: it goes once more.
    #[serde(default)]
    pub(super) rearm: bool,
}

impl From<ReminderInput> for ReminderChanges {
    fn from(input: ReminderInput) -> Self {
        let whole = |given: Option<String>| given.map_or(Patch::Clear, Patch::Set);
        Self {
            patient_id: whole(input.patient_id),
            patient_name: whole(input.patient_name),
            phone_number: whole(input.phone_number),
            phone_override: input.phone_override,
            appointment_reason: whole(input.appointment_reason),
            medication_list: whole(input.medication_list),
            consultation_list: whole(input.consultation_list),
            language: whole(input.language),
            method: whole(input.method),
            scheduled_time: whole(input.scheduled_time),
            appointment_time: whole(input.appointment_time),
            expires_at: whole(input.expires_at),
            rearm: input.rearm,
        }
    }
}

impl ReminderChanges {
    /// What is written about the reminder, times without an offset in the clinic's zone.
    ///
    /// # Errors
    /// 400 with every wrong field.
    pub(in crate::outreach) fn read(self, zone: &Zone) -> Result<ReminderPatch, Problem> {
        let mut reader = Reader::default();
        let at = |field| move |given: String| instant(&given, field, zone);
        let id = |given: String| given.trim().parse().map(Id::from_uuid);
        let id = |given| id(given).map_err(|_| FieldError::new("patient_id", "malformed"));
        let patch = ReminderPatch {
            patient: reader.needed("patient_id", self.patient_id, id),
            patient_name: reader.text("patient_name", self.patient_name, NAME),
            phone: reader.read(self.phone_number, |given| number(&given)),
            phone_override: self.phone_override,
            appointment_reason: reader.reason(self.appointment_reason),
            medication_list: reader.text("medication_list", self.medication_list, LIST),
            consultation_list: reader.text("consultation_list", self.consultation_list, LIST),
            language: reader.needed("language", self.language, |given| language(given.trim())),
            method: reader.needed("method", self.method, |given| method(given.trim())),
            scheduled_at: reader.needed(
                "scheduled_time",
                self.scheduled_time,
                at("scheduled_time"),
            ),
            appointment_at: reader.read(self.appointment_time, at("appointment_time")),
            expires_at: reader.read(self.expires_at, at("expires_at")),
            rearm: self.rearm,
        };
        match reader.0.is_empty() {
            true => Ok(patch),
            false => Err(Problem::fields(reader.0)),
        }
    }
}

/// A number as the contract wants it: with the prefix of its country. Blanks between
/// the digits are as people write it.
fn number(given: &str) -> Result<Phone, FieldError> {
    Phone::international(given).map_err(|error| {
        let code = match error {
            PhoneError::Unreadable => "not-e164",
            PhoneError::Invalid => "no-such-number",
        };
        FieldError::new("phone_number", code)
    })
}

/// Collects what is wrong, so that all of it is said at once.
#[derive(Default)]
struct Reader(Vec<FieldError>);

impl Reader {
    /// A value that may be left out; an empty text is none.
    fn read<T>(
        &mut self,
        given: Patch<String>,
        read: impl FnOnce(String) -> Result<T, FieldError>,
    ) -> Patch<T> {
        match given {
            Patch::Keep => Patch::Keep,
            Patch::Set(given) if !given.trim().is_empty() => match read(given) {
                Ok(value) => Patch::Set(value),
                Err(fault) => {
                    self.0.push(fault);
                    Patch::Keep
                }
            },
            Patch::Set(_) | Patch::Clear => Patch::Clear,
        }
    }

    /// One that cannot be cleared.
    fn needed<T>(
        &mut self,
        field: &'static str,
        given: Patch<String>,
        read: impl FnOnce(String) -> Result<T, FieldError>,
    ) -> Patch<T> {
        let value = self.read(given, read);
        if matches!(value, Patch::Clear) {
            self.0.push(FieldError::new(field, "required"));
        }
        value
    }

    fn text(&mut self, field: &'static str, given: Patch<String>, max: usize) -> Patch<String> {
        self.read(given, |given| short(&given, field, max))
    }

    fn reason(&mut self, given: Patch<String>) -> Patch<String> {
        let field = "appointment_reason";
        self.needed(field, given, |given| short(&given, field, REASON))
    }
}

/// On one line, without blanks at its ends.
fn short(given: &str, field: &'static str, max: usize) -> Result<String, FieldError> {
    let given = given.split_whitespace().collect::<Vec<_>>().join(" ");
    match given.chars().count() <= max {
        true => Ok(given),
        false => Err(FieldError::new(field, "too-long").with("max", max)),
    }
}
