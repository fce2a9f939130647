mod accounts;
mod merge;
mod pin;
mod wording;

use std::collections::BTreeSet;

use kernel::{Id, Locale, Patch, Phone, Timestamp, UserId};

pub(super) use self::wording::WordingEvent;
pub use self::{
    accounts::{Unlinked, WaitingAccount},
    merge::{Choice, Duplicate, Merge, MergeRow},
    pin::{NewPin, Pin, TriedPin},
    wording::{Wording, WordingSource},
};
pub use super::rules::resemblance::{Certainty, Reason, Resemblance};
use crate::identity::api::StaffMember;

/// Marker of [`PatientId`].
#[derive(Debug)]
pub struct Patient;
/// One patient of one clinic.
pub type PatientId = Id<Patient>;
/// Marker of [`ContactId`].
#[derive(Debug)]
pub(super) struct Contact;
/// One number, whoever has it.
pub(super) type ContactId = Id<Contact>;

kernel::words! {
    /// Whether a patient uses the product.
    pub enum Status {
        /// Entered by the clinic, has not confirmed yet.
        Pending = "pending",
        /// Has confirmed.
        Active = "active",
        /// No longer.
        Inactive = "inactive",
    }
}

kernel::words! {
    /// Sex as the record has it.
    pub enum Gender {
        /// Masculin.
        Male = "M",
        /// Féminin.
        Female = "F",
    }
}

store::row! {
    /// What lists and messages need of a patient.
    pub struct Summary {
        /// The id.
        pub id: PatientId,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// The language of messages to him.
        pub locale: Locale,
        /// Whether he uses the product.
        pub status: Status,
        /// `YYYY-MM-DD`.
        pub birth_date: Option<String>,
    }
}

impl Summary {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

store::row! {
    /// Everything about a patient.
    pub struct PatientRow {
        /// The id.
        pub id: PatientId,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// `YYYY-MM-DD`.
        pub birth_date: Option<String>,
        /// Sex.
        pub gender: Option<Gender>,
        /// The language of messages to him.
        pub locale: Locale,
        /// Whether he uses the product.
        pub status: Status,
        /// E-mail.
        pub email: Option<String>,
        /// Where he lives.
        pub address: Option<String>,
        /// Whom to call.
        pub emergency_contact: Option<String>,
        /// On which number.
        pub emergency_phone: Option<String>,
        /// In words.
        pub medical_history: Option<String>,
        /// In words.
        pub allergies: Option<String>,
        /// In words.
        pub current_medications: Option<String>,
        /// Whether only named staff may open the record.
        pub restricted: bool,
        /// When he was entered.
        pub created_at: Timestamp,
        /// When he was last changed.
        pub updated_at: Timestamp,
        /// Grows with every change.
        pub version: i64,
        /// The record that was kept, when this one went into it.
        pub merged_into: Option<PatientId>,
    }
}

/// A patient with his numbers, the primary one first.
#[derive(Debug, Clone)]
pub struct Record {
    /// The patient.
    pub patient: PatientRow,
    /// His numbers.
    pub phones: Vec<PhoneOf>,
}

impl Record {
    /// The primary number in E.164; empty when he has none.
    #[must_use]
    pub fn phone(&self) -> String {
        let primary = self.phones.first();
        primary.map_or_else(String::new, |row| row.phone.as_e164().to_owned())
    }
}

impl Record {
    /// The last two digits of the primary number: enough to ask somebody for it.
    #[must_use]
    pub fn last_two(&self) -> String {
        let phone = self.phone();
        phone
            .get(phone.len().saturating_sub(2)..)
            .unwrap_or_default()
            .to_owned()
    }

    /// What a list shows of a restricted record: the name.
    #[must_use]
    pub(super) fn name_only(self) -> Self {
        let kept = self.patient;
        Self {
            patient: PatientRow {
                birth_date: None,
                gender: None,
                email: None,
                address: None,
                emergency_contact: None,
                emergency_phone: None,
                medical_history: None,
                allergies: None,
                current_medications: None,
                ..kept
            },
            phones: Vec::new(),
        }
    }
}

impl PatientRow {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

store::row! {
    /// A number of a patient.
    pub struct PhoneOf {
        /// E.164.
        pub phone: Phone,
        /// Whether others have it too.
        pub shared: bool,
    }
}

/// A patient to be entered, as a person typed it.
#[derive(Debug, Clone, Default)]
pub struct NewPatient {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Any spelling of a number.
    pub phone: String,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// `M`, `F` or a word for it.
    pub gender: Option<String>,
    /// The clinic's when not said.
    pub locale: Option<Locale>,
    /// E-mail.
    pub email: Option<String>,
    /// Where he lives.
    pub address: Option<String>,
    /// Whom to call.
    pub emergency_contact: Option<String>,
    /// On which number.
    pub emergency_phone: Option<String>,
    /// In words.
    pub medical_history: Option<String>,
    /// In words.
    pub allergies: Option<String>,
    /// In words.
    pub current_medications: Option<String>,
}

/// What shall change about a patient.
#[derive(Debug, Clone, Default)]
pub struct PatientPatch {
    /// First name; cannot be cleared.
    pub first_name: Patch<String>,
    /// Last name; cannot be cleared.
    pub last_name: Patch<String>,
    /// Another primary number; cannot be cleared. The old one stays his.
    pub phone: Patch<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Patch<String>,
    /// `M`, `F` or a word for it.
    pub gender: Patch<String>,
    /// The language of messages.
    pub locale: Patch<Locale>,
    /// Whether he uses the product.
    pub status: Patch<Status>,
    /// E-mail.
    pub email: Patch<String>,
    /// Where he lives.
    pub address: Patch<String>,
    /// Whom to call.
    pub emergency_contact: Patch<String>,
    /// On which number.
    pub emergency_phone: Patch<String>,
    /// In words.
    pub medical_history: Patch<String>,
    /// In words.
    pub allergies: Patch<String>,
    /// In words.
    pub current_medications: Patch<String>,
}

/// What [`super::api::create`] made.
#[derive(Debug, Clone, Copy)]
pub struct Created {
    /// The patient.
    pub id: PatientId,
}

/// The numbers of a clinic's patients.
#[derive(Debug, Clone, Copy)]
pub struct Stats {
    /// All.
    pub total: i64,
    /// Active ones.
    pub active: i64,
    /// Entered in the last thirty days.
    pub recent: i64,
}

store::row! {
    /// How a record is kept.
    pub(super) struct AccessRow {
        pub id: PatientId,
        pub first_name: String,
        pub last_name: String,
        pub restricted: bool,
        pub user_id: Option<UserId>,
    }
}

impl AccessRow {
    pub(super) fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

store::row! {
    /// A restricted patient, and one of his numbers.
    pub(super) struct ClosedRow {
        pub id: PatientId,
        pub phone: Option<String>,
    }
}

/// Restricted patients and their numbers.
#[derive(Debug, Default)]
pub struct Closed {
    patients: BTreeSet<PatientId>,
    numbers: BTreeSet<String>,
}

impl Closed {
    pub(super) fn of(rows: Vec<ClosedRow>) -> Self {
        Self {
            patients: rows.iter().map(|row| row.id).collect(),
            numbers: rows.into_iter().filter_map(|row| row.phone).collect(),
        }
    }

    /// Whether what goes to or comes from this number (E.164), or belongs to this
    /// patient, is one of theirs.
    #[must_use]
    pub fn covers(&self, number: &str, patient: Option<PatientId>) -> bool {
        self.numbers.contains(number) || patient.is_some_and(|id| self.patients.contains(&id))
    }
}

store::row! {
    /// An account with which a patient signs in.
    pub struct Account {
        /// Its id.
        pub id: UserId,
        /// The name to sign in with.
        pub username: String,
    }
}

/// How a record is kept, with who could be named for it.
#[derive(Debug, Clone)]
pub struct Access {
    /// The patient's name.
    pub name: String,
    /// Whether only named staff may open the record.
    pub restricted: bool,
    /// Who is named.
    pub named: Vec<UserId>,
    /// The patient's own account.
    pub account: Option<Account>,
    /// Everybody who works here.
    pub staff: Vec<StaffMember>,
}

/// What shall change about how a record is kept.
#[derive(Debug, Clone, Default)]
pub struct AccessPatch {
    /// Whether only named staff may open it.
    pub restricted: Option<bool>,
    /// Who is named; nobody else is afterwards.
    pub staff: Option<Vec<UserId>>,
    /// The name with which the patient signs in.
    pub username: Patch<String>,
}
