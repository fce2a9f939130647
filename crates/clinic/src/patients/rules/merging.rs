//! Which values the kept record has after two became one, and how that is undone.

use std::collections::BTreeMap;

use kernel::{FieldError, Locale, Problem};
use serde::{Deserialize, Serialize};

use crate::patients::model::{Choice, Gender, PatientRow};

/// The fields to choose, by their name on the wire. Numbers are not among them: all
/// of them reach the kept record.
pub(in crate::patients) const FIELDS: &[&str] = &[
    "first_name",
    "last_name",
    "date_of_birth",
    "gender",
    "language",
    "email",
    "address",
    "emergency_contact",
    "emergency_phone",
    "medical_history",
    "allergies",
    "current_medications",
];

/// What no doctor may lose sight of: both are kept unless somebody says otherwise.
const CLINICAL: &[&str] = &["medical_history", "allergies", "current_medications"];

/// What a field of a record says.
pub(in crate::patients) fn value(patient: &PatientRow, field: &str) -> Option<String> {
    let p = patient;
    match field {
        "first_name" => Some(p.first_name.clone()),
        "last_name" => Some(p.last_name.clone()),
        "date_of_birth" => p.birth_date.clone(),
        "gender" => p.gender.map(|gender| gender.to_string()),
        "language" => Some(p.locale.to_string()),
        "email" => p.email.clone(),
        "address" => p.address.clone(),
        "emergency_contact" => p.emergency_contact.clone(),
        "emergency_phone" => p.emergency_phone.clone(),
        "medical_history" => p.medical_history.clone(),
        "allergies" => p.allergies.clone(),
        "current_medications" => p.current_medications.clone(),
        _ => None,
    }
}

fn set(patient: &mut PatientRow, field: &str, value: Option<String>) {
    let p = patient;
    match field {
        "first_name" => p.first_name = value.unwrap_or_default(),
        "last_name" => p.last_name = value.unwrap_or_default(),
        "date_of_birth" => p.birth_date = value,
        "gender" => p.gender = value.as_deref().and_then(Gender::parse),
        "language" => p.locale = value.as_deref().and_then(Locale::parse).unwrap_or(p.locale),
        "email" => p.email = value,
        "address" => p.address = value,
        "emergency_contact" => p.emergency_contact = value,
        "emergency_phone" => p.emergency_phone = value,
        "medical_history" => p.medical_history = value,
        "allergies" => p.allergies = value,
        "current_medications" => p.current_medications = value,
        _ => {}
    }
}

/// Whether both values of a field can stand together.
pub(in crate::patients) fn may_keep_both(field: &str) -> bool {
    CLINICAL.contains(&field)
}

/// What is proposed: the kept record's value; the other one's where it has none; of
/// what a doctor must see, both.
pub(in crate::patients) fn proposed(kept: &PatientRow, other: &PatientRow, field: &str) -> Choice {
    match (value(kept, field), value(other, field)) {
        (None, Some(_)) => Choice::Other,
        (Some(a), Some(b)) if may_keep_both(field) && a != b => Choice::Both,
        _ => Choice::Kept,
    }
}

/// What stood in a field of the kept record, and what stands there after the merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::patients) struct Changed {
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// Names every field that does not exist or cannot hold both.
pub(in crate::patients) fn check(chosen: &BTreeMap<String, Choice>) -> Result<(), Problem> {
    let wrong = chosen.iter().filter(|(field, choice)| {
        let known = FIELDS.contains(&field.as_str());
        !known || **choice == Choice::Both && !may_keep_both(field)
    });
    let errors: Vec<FieldError> = wrong
        .map(|(field, _)| FieldError::new(format!("fields.{field}"), "not-a-choice"))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Problem::fields(errors))
    }
}

/// The kept record as it shall be, and what changes in it.
pub(in crate::patients) fn joined(
    kept: &PatientRow,
    other: &PatientRow,
    chosen: &BTreeMap<String, Choice>,
) -> (PatientRow, BTreeMap<String, Changed>) {
    let (mut patient, mut changes) = (kept.clone(), BTreeMap::new());
    for field in FIELDS {
        let (before, its) = (value(kept, field), value(other, field));
        let choice = chosen.get(*field).copied();
        let after = match choice.unwrap_or_else(|| proposed(kept, other, field)) {
            Choice::Kept => before.clone(),
            Choice::Other => its,
            Choice::Both => both(before.clone(), its),
        };
        if after != before {
            set(&mut patient, field, after.clone());
            changes.insert((*field).to_owned(), Changed { before, after });
        }
    }
    (patient, changes)
}

fn both(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(format!("{one}\n{other}")),
        (one, other) => one.or(other),
    }
}

/// The kept record without what a merge put in, except what somebody changed since.
pub(in crate::patients) fn parted(
    kept: &PatientRow,
    changes: &BTreeMap<String, Changed>,
) -> PatientRow {
    let mut patient = kept.clone();
    for (field, changed) in changes {
        if value(kept, field) == changed.after {
            set(&mut patient, field, changed.before.clone());
        }
    }
    patient
}

#[cfg(test)]
mod merging_tests {
    use kernel::{Id, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::patients::model::Status;

    fn patient(first: &str, allergies: Option<&str>, email: Option<&str>) -> PatientRow {
        PatientRow {
            id: Id::from_uuid(Uuid::from_u128(1)),
            first_name: first.to_owned(),
            last_name: "Diop".to_owned(),
            birth_date: None,
            gender: None,
            locale: Locale::Fr,
            status: Status::Active,
            email: email.map(str::to_owned),
            address: None,
            emergency_contact: None,
            emergency_phone: None,
            medical_history: None,
            allergies: allergies.map(str::to_owned),
            current_medications: None,
            restricted: false,
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
            version: 1,
            merged_into: None,
        }
    }

    #[test]
    fn nothing_a_doctor_needs_is_lost_and_everything_comes_back() {
        let kept = patient("Awa", Some("Arachide"), None);
        let other = patient("Eva", Some("Pénicilline"), Some("a@b.sn"));
        let (one, changes) = joined(&kept, &other, &BTreeMap::new());
        assert_eq!(one.allergies.as_deref(), Some("Arachide\nPénicilline"));
        assert_eq!(
            (one.first_name.as_str(), one.email.as_deref()),
            ("Awa", Some("a@b.sn"))
        );
        let mut changed = one.clone();
        assert_eq!(value(&parted(&one, &changes), "allergies"), kept.allergies);
        assert_eq!(parted(&one, &changes).email, None);
        changed.email = Some("c@d.sn".to_owned());
        assert_eq!(
            parted(&changed, &changes).email,
            changed.email,
            "changed since"
        );
    }

    #[test]
    fn a_choice_is_followed_and_a_strange_one_named() {
        let (kept, other) = (
            patient("Awa", Some("Arachide"), None),
            patient("Eva", None, None),
        );
        let chosen = |field: &str, choice| BTreeMap::from([(field.to_owned(), choice)]);
        let (one, _) = joined(&kept, &other, &chosen("first_name", Choice::Other));
        assert_eq!(one.first_name, "Eva");
        let (one, _) = joined(&kept, &other, &chosen("allergies", Choice::Other));
        assert_eq!(one.allergies, None);
        assert!(check(&chosen("email", Choice::Other)).is_ok());
        assert!(check(&chosen("email", Choice::Both)).is_err());
        assert!(check(&chosen("phone", Choice::Kept)).is_err());
    }
}
