//! Duplicates and merges on the wire.

use std::collections::BTreeMap;

use kernel::{Expected, Id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webkit::Texts;

use crate::patients::model::{Choice, Duplicate, Merge, Reason, Resemblance};

/// Why two records resemble each other.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::patients) struct ReasonBody {
    /// Stable, e.g. `same-date`.
    code: &'static str,
    /// In the caller's language.
    text: String,
}

/// Why two records resemble each other, in words.
pub(in crate::patients) fn reason_text(texts: &Texts, reason: Reason) -> String {
    texts.get(&format!("duplicates-reason-{reason}"))
}

/// Somebody who may be the person that is being entered.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::patients) struct DuplicateBody {
    /// UUIDv7.
    patient_id: String,
    /// First and last name; `null`, as all below, to a program that may not read.
    full_name: Option<String>,
    /// `YYYY-MM-DD`; nothing of a restricted record.
    date_of_birth: Option<String>,
    /// `M` or `F`; nothing of a restricted record.
    gender: Option<String>,
    /// Primary number, E.164; empty of a restricted record.
    phone: String,
    /// Whether only named staff may open the record.
    restricted: bool,
    /// 0 to 100: how much speaks for one person.
    score: Option<i32>,
    /// `probable` or `possible`.
    certainty: Option<&'static str>,
    /// Why; nothing of a restricted record.
    reasons: Vec<ReasonBody>,
}

impl DuplicateBody {
    pub(in crate::patients) fn new(duplicate: Duplicate, texts: &Texts) -> Self {
        let Duplicate {
            record,
            resemblance,
        } = duplicate;
        let Resemblance {
            score,
            certainty,
            reasons,
        } = resemblance;
        let reason = |reason: Reason| ReasonBody {
            code: reason.as_str(),
            text: reason_text(texts, reason),
        };
        Self {
            phone: record.phone(),
            patient_id: record.patient.id.to_string(),
            full_name: Some(record.patient.full_name()),
            date_of_birth: record.patient.birth_date,
            gender: record.patient.gender.map(|gender| gender.to_string()),
            restricted: record.patient.restricted,
            score: Some(score),
            certainty: Some(certainty.as_str()),
            reasons: reasons.into_iter().map(reason).collect(),
        }
    }

    /// That there is one, and its id. How alike it is would tell a birth date to a
    /// program that guesses.
    pub(in crate::patients) fn there_is(duplicate: &Duplicate) -> Self {
        Self {
            patient_id: duplicate.record.patient.id.to_string(),
            full_name: None,
            date_of_birth: None,
            gender: None,
            phone: String::new(),
            restricted: false,
            score: None,
            certainty: None,
            reasons: Vec::new(),
        }
    }
}

/// Who may be this person, the likeliest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"results": [{"patient_id": "01980000-0000-7000-8000-000000000000", "full_name": "Awa Ndiaye", "date_of_birth": "1990-05-17", "gender": "F", "phone": "+221771234567", "restricted": false, "score": 88, "certainty": "probable", "reasons": [{"code": "same-sound", "text": "Le nom se prononce de la même façon"}]}]}))]
pub(in crate::patients) struct DuplicatesBody {
    /// At most five.
    pub(in crate::patients) results: Vec<DuplicateBody>,
}

/// Whose value a field keeps.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::patients) enum ChoiceInput {
    /// The kept record's.
    Kept,
    /// The other one's.
    Other,
    /// Both; of `medical_history`, `allergies` and `current_medications`.
    Both,
}

/// Into which record this one shall go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"into": "01980000-0000-7000-8000-000000000000", "into_version": 3, "reason": "Même carte d’identité", "fields": {"email": "other"}}))]
pub(in crate::patients) struct MergeInput {
    /// The record that is kept.
    into: uuid::Uuid,
    /// Its version, when the caller has seen it.
    into_version: Option<i64>,
    /// At most 500 characters.
    reason: Option<String>,
    /// Whose value a field keeps, by field. Left out: the kept record's, the other
    /// one's where it has none; of clinical texts both.
    #[serde(default)]
    fields: BTreeMap<String, ChoiceInput>,
}

impl From<MergeInput> for Merge {
    fn from(input: MergeInput) -> Self {
        let choice = |choice| match choice {
            ChoiceInput::Kept => Choice::Kept,
            ChoiceInput::Other => Choice::Other,
            ChoiceInput::Both => Choice::Both,
        };
        let seen = |version| Expected::OneOf(vec![version]);
        Self {
            into: Id::from_uuid(input.into),
            into_expected: input.into_version.map_or(Expected::Any, seen),
            reason: input.reason,
            fields: input
                .fields
                .into_iter()
                .map(|(field, it)| (field, choice(it)))
                .collect(),
        }
    }
}

/// Which record stands for the patient now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"patient_id": "01980000-0000-7000-8000-000000000000", "merged_into": "01980000-0000-7000-8000-000000000001"}))]
pub(in crate::patients) struct MergedBody {
    /// The record of the path.
    pub(in crate::patients) patient_id: String,
    /// The kept one; `null` when the record stands for itself.
    pub(in crate::patients) merged_into: Option<String>,
}
