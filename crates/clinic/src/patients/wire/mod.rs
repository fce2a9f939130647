//! Patients on the wire.

pub(super) mod accounts;
pub(super) mod merge;
mod pin;

use kernel::{Locale, Patch, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) use pin::PinBody;

use super::{
    model::{Access, AccessPatch, NewPatient, PatientPatch, Record, Status},
    rules,
};

/// A patient to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"first_name": "Aïssatou", "last_name": "Ndiaye", "phone": "77 123 45 67", "date_of_birth": "1990-05-17", "gender": "F"}))]
pub(super) struct PatientInput {
    /// At most 100 characters.
    first_name: String,
    /// At most 100 characters.
    last_name: String,
    /// Any spelling; without a prefix it is read in the clinic's country.
    phone: String,
    email: Option<String>,
    /// `YYYY-MM-DD`.
    date_of_birth: Option<String>,
    /// `M` or `F`.
    gender: Option<String>,
    /// `fr` or `en`; the clinic's when left out.
    #[schema(value_type = Option<String>)]
    language: Option<Locale>,
    address: Option<String>,
    emergency_contact: Option<String>,
    emergency_phone: Option<String>,
    medical_history: Option<String>,
    allergies: Option<String>,
    current_medications: Option<String>,
}

impl From<PatientInput> for NewPatient {
    fn from(input: PatientInput) -> Self {
        Self {
            first_name: input.first_name,
            last_name: input.last_name,
            phone: input.phone,
            birth_date: input.date_of_birth,
            gender: input.gender,
            locale: input.language,
            email: input.email,
            address: input.address,
            emergency_contact: input.emergency_contact,
            emergency_phone: input.emergency_phone,
            medical_history: input.medical_history,
            allergies: input.allergies,
            current_medications: input.current_medications,
        }
    }
}

/// What shall change: a field left out stays, `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"allergies": "Pénicilline", "email": null}))]
pub(super) struct PatientPatchInput {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    first_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    last_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    date_of_birth: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    gender: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Patch<Locale>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    status: Patch<Status>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    emergency_contact: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    emergency_phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    medical_history: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    allergies: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    current_medications: Patch<String>,
}

impl From<PatientPatchInput> for PatientPatch {
    fn from(input: PatientPatchInput) -> Self {
        Self {
            first_name: input.first_name,
            last_name: input.last_name,
            phone: input.phone,
            birth_date: input.date_of_birth,
            gender: input.gender,
            locale: input.language,
            status: input.status,
            email: input.email,
            address: input.address,
            emergency_contact: input.emergency_contact,
            emergency_phone: input.emergency_phone,
            medical_history: input.medical_history,
            allergies: input.allergies,
            current_medications: input.current_medications,
        }
    }
}

/// What was entered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"patient_id": "01980000-0000-7000-8000-000000000000", "first_name": "Aïssatou", "last_name": "Ndiaye", "phone": "+221771234567", "documents": [], "message": "Le patient est enregistré.", "status": "success", "duplicates": []}))]
pub(super) struct CreatedBody {
    /// UUIDv7.
    pub(super) patient_id: String,
    /// First name.
    pub(super) first_name: String,
    /// Last name.
    pub(super) last_name: String,
    /// E.164.
    pub(super) phone: String,
    /// None yet: files are not taken here.
    pub(super) documents: Vec<String>,
    /// Says so in the caller's language.
    pub(super) message: String,
    /// Always `success`.
    pub(super) status: &'static str,
    /// Who may be the same person, by name; `duplicates/` says more and asks before.
    pub(super) duplicates: Vec<merge::DuplicateBody>,
}

/// A patient in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SummaryBody {
    /// UUIDv7.
    id: String,
    /// First and last name.
    full_name: String,
    /// Primary number, E.164.
    phone: String,
    /// Empty when there is none.
    email: String,
    /// Whether he has confirmed.
    is_active: bool,
    /// `YYYY-MM-DD`.
    date_of_birth: Option<String>,
    /// In whole years.
    age: Option<i16>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// Not known yet.
    activated_at: Option<String>,
    /// None yet.
    documents_count: i64,
}

impl SummaryBody {
    pub(super) fn new(record: &Record, now: Timestamp, zone: &Zone) -> Self {
        let patient = &record.patient;
        let today = now.day(zone);
        Self {
            id: patient.id.to_string(),
            full_name: patient.full_name(),
            phone: record.phone(),
            email: patient.email.clone().unwrap_or_default(),
            is_active: patient.status == Status::Active,
            age: patient
                .birth_date
                .as_deref()
                .and_then(|birth| rules::age(birth, &today)),
            date_of_birth: patient.birth_date.clone(),
            created_at: patient.created_at.rfc3339(zone),
            activated_at: None,
            documents_count: 0,
        }
    }
}

/// A page of patients.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"results": [{"id": "01980000-0000-7000-8000-000000000000", "full_name": "Aïssatou Ndiaye", "phone": "+221771234567", "email": "", "is_active": false, "date_of_birth": "1990-05-17", "age": 35, "created_at": "2026-03-01T09:30:00+00:00", "activated_at": null, "documents_count": 0}], "total_count": 1, "page": 1, "page_size": 20, "has_next": false, "has_previous": false}))]
pub(super) struct PatientPage {
    /// The rows.
    pub(super) results: Vec<SummaryBody>,
    /// Rows in the whole list.
    pub(super) total_count: i64,
    /// From 1.
    pub(super) page: i64,
    /// Rows on a page.
    pub(super) page_size: i64,
    /// Whether a page follows.
    pub(super) has_next: bool,
    /// Whether a page comes before.
    pub(super) has_previous: bool,
}

/// Everything about a patient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "first_name": "Aïssatou", "last_name": "Ndiaye", "phone": "+221771234567", "phones": ["+221771234567"], "email": null, "date_of_birth": "1990-05-17", "gender": "F", "language": "fr", "status": "pending", "is_active": false, "address": null, "emergency_contact": null, "emergency_phone": null, "medical_history": null, "allergies": "Pénicilline", "current_medications": null, "restricted": false, "created_at": "2026-03-01T09:30:00+00:00", "updated_at": "2026-03-01T09:30:00+00:00", "version": 1}))]
pub(super) struct PatientBody {
    /// UUIDv7.
    id: String,
    first_name: String,
    last_name: String,
    /// Primary number, E.164.
    phone: String,
    /// All numbers, the primary one first.
    phones: Vec<String>,
    email: Option<String>,
    /// `YYYY-MM-DD`.
    date_of_birth: Option<String>,
    /// `M` or `F`.
    gender: Option<String>,
    /// `fr` or `en`.
    language: String,
    /// `pending`, `active` or `inactive`.
    status: String,
    is_active: bool,
    address: Option<String>,
    emergency_contact: Option<String>,
    emergency_phone: Option<String>,
    medical_history: Option<String>,
    allergies: Option<String>,
    current_medications: Option<String>,
    /// Whether only named staff may open the record.
    restricted: bool,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
    /// Grows with every change; repeat it in `If-Match`.
    version: i64,
}

impl PatientBody {
    pub(super) fn new(record: Record, zone: &Zone) -> Self {
        let at = |time: Timestamp| time.rfc3339(zone);
        let phones: Vec<String> = record
            .phones
            .iter()
            .map(|row| row.phone.as_e164().to_owned())
            .collect();
        let patient = record.patient;
        Self {
            id: patient.id.to_string(),
            first_name: patient.first_name,
            last_name: patient.last_name,
            phone: phones.first().cloned().unwrap_or_default(),
            phones,
            email: patient.email,
            date_of_birth: patient.birth_date,
            gender: patient.gender.map(|gender| gender.to_string()),
            language: patient.locale.to_string(),
            status: patient.status.to_string(),
            is_active: patient.status == Status::Active,
            address: patient.address,
            emergency_contact: patient.emergency_contact,
            emergency_phone: patient.emergency_phone,
            medical_history: patient.medical_history,
            allergies: patient.allergies,
            current_medications: patient.current_medications,
            restricted: patient.restricted,
            created_at: at(patient.created_at),
            updated_at: at(patient.updated_at),
            version: patient.version,
        }
    }
}

/// How many patients there are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"total_patients": 20, "active_patients": 12, "inactive_patients": 8, "recent_activations": 5}))]
pub(super) struct StatsBody {
    pub(super) total_patients: i64,
    pub(super) active_patients: i64,
    pub(super) inactive_patients: i64,
    /// Entered in the last thirty days.
    pub(super) recent_activations: i64,
}

/// Filters of the patients.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct PatientFilter {
    /// Name or number, in spite of spelling.
    pub(super) search: Option<String>,
    /// Only those who have confirmed, or only the others.
    pub(super) is_active: Option<bool>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

/// Why a restricted record has to be opened now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Malaise en salle d’attente, allergies à vérifier"}))]
pub(super) struct BreakGlassInput {
    /// 10 to 500 characters.
    pub(super) reason: String,
}

/// The record is open.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"patient_id": "01980000-0000-7000-8000-000000000000", "until": "2026-03-01T10:30:00+00:00"}))]
pub(super) struct BreakGlassBody {
    /// The patient.
    pub(super) patient_id: String,
    /// Until when, RFC 3339 in the clinic's zone.
    pub(super) until: String,
}

/// What shall change about how a record is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"restricted": true, "staff": ["01980000-0000-7000-8000-000000000000"], "username": "awa"}))]
pub(super) struct AccessInput {
    /// Whether only named staff may open it.
    restricted: Option<bool>,
    /// Who is named; nobody else is afterwards.
    staff: Option<Vec<uuid::Uuid>>,
    /// The name with which the patient signs in; `null` unlinks the account.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    username: Patch<String>,
}

impl From<AccessInput> for AccessPatch {
    fn from(input: AccessInput) -> Self {
        let ids = |staff: Vec<uuid::Uuid>| staff.into_iter().map(kernel::Id::from_uuid).collect();
        Self {
            restricted: input.restricted,
            staff: input.staff.map(ids),
            username: input.username,
        }
    }
}

/// How a record is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"restricted": true, "staff": ["01980000-0000-7000-8000-000000000000"], "user_id": null, "username": null}))]
pub(super) struct AccessBody {
    /// Whether only named staff may open it.
    restricted: bool,
    /// Who is named.
    staff: Vec<String>,
    /// The patient's own account.
    user_id: Option<String>,
    /// The name with which he signs in.
    username: Option<String>,
}

impl From<Access> for AccessBody {
    fn from(access: Access) -> Self {
        Self {
            restricted: access.restricted,
            staff: access.named.iter().map(ToString::to_string).collect(),
            user_id: access
                .account
                .as_ref()
                .map(|account| account.id.to_string()),
            username: access.account.map(|account| account.username),
        }
    }
}
