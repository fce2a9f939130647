//! The form of a patient.

use kernel::{Locale, Patch};
use serde::Deserialize;

use crate::patients::model::{Gender, NewPatient, PatientPatch, Record};

/// The form as it was typed, so that nothing is lost when something is wrong.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PatientForm {
    pub(super) version: Option<i64>,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) phone: String,
    pub(super) date_of_birth: String,
    pub(super) gender: String,
    pub(super) locale: String,
    pub(super) email: String,
    pub(super) address: String,
    pub(super) emergency_contact: String,
    pub(super) emergency_phone: String,
    pub(super) medical_history: String,
    pub(super) allergies: String,
    pub(super) current_medications: String,
    /// Set by who has seen who resembles this person.
    pub(super) confirm_new: String,
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}

impl From<PatientForm> for NewPatient {
    fn from(form: PatientForm) -> Self {
        Self {
            first_name: form.first_name,
            last_name: form.last_name,
            phone: form.phone,
            birth_date: some(form.date_of_birth),
            gender: some(form.gender),
            locale: Locale::parse(&form.locale),
            email: some(form.email),
            address: some(form.address),
            emergency_contact: some(form.emergency_contact),
            emergency_phone: some(form.emergency_phone),
            medical_history: some(form.medical_history),
            allergies: some(form.allergies),
            current_medications: some(form.current_medications),
        }
    }
}

/// An empty field of the form clears what was there.
fn set(text: String) -> Patch<String> {
    some(text).map_or(Patch::Clear, Patch::Set)
}

impl From<PatientForm> for PatientPatch {
    fn from(form: PatientForm) -> Self {
        Self {
            first_name: set(form.first_name),
            last_name: set(form.last_name),
            phone: set(form.phone),
            birth_date: set(form.date_of_birth),
            gender: set(form.gender),
            locale: Locale::parse(&form.locale).map_or(Patch::Keep, Patch::Set),
            status: Patch::Keep,
            email: set(form.email),
            address: set(form.address),
            emergency_contact: set(form.emergency_contact),
            emergency_phone: set(form.emergency_phone),
            medical_history: set(form.medical_history),
            allergies: set(form.allergies),
            current_medications: set(form.current_medications),
        }
    }
}

impl PatientForm {
    /// What is known of a patient.
    pub(super) fn of(record: &Record) -> Self {
        let patient = record.patient.clone();
        let phone = record.phones.first();
        Self {
            version: Some(patient.version),
            first_name: patient.first_name,
            last_name: patient.last_name,
            phone: phone.map(|row| row.phone.pretty()).unwrap_or_default(),
            date_of_birth: patient.birth_date.unwrap_or_default(),
            gender: patient.gender.map_or("", Gender::as_str).to_owned(),
            locale: patient.locale.to_string(),
            email: patient.email.unwrap_or_default(),
            address: patient.address.unwrap_or_default(),
            emergency_contact: patient.emergency_contact.unwrap_or_default(),
            emergency_phone: patient.emergency_phone.unwrap_or_default(),
            medical_history: patient.medical_history.unwrap_or_default(),
            allergies: patient.allergies.unwrap_or_default(),
            current_medications: patient.current_medications.unwrap_or_default(),
            confirm_new: String::new(),
        }
    }
}
