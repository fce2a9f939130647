use kernel::{Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::identity::api::Doctor;

/// A doctor as everybody of the clinic may know him.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "name": "Moussa Faye", "first_name": "Moussa", "last_name": "Faye", "specialty": "Pédiatrie", "languages": "français, wolof", "place": "Clinique Teranga", "is_available": true, "next_free_slot": "2027-03-01T08:00:00+00:00"}))]
pub(in crate::scheduling) struct MedecinBody {
    /// UUIDv7.
    id: String,
    name: String,
    first_name: String,
    last_name: String,
    specialty: Option<String>,
    languages: Option<String>,
    /// The clinic where he works.
    place: String,
    /// Whether he takes patients now.
    is_available: bool,
    /// When his next slot with a place left begins, within 28 days: RFC 3339 in the
    /// clinic's zone.
    next_free_slot: Option<String>,
}

impl MedecinBody {
    pub(in crate::scheduling) fn new(
        doctor: Doctor,
        next: Option<Timestamp>,
        (place, zone): (&str, &Zone),
    ) -> Self {
        Self {
            id: doctor.id.to_string(),
            name: format!("{} {}", doctor.first_name, doctor.last_name),
            first_name: doctor.first_name,
            last_name: doctor.last_name,
            specialty: doctor.specialty,
            languages: doctor.languages,
            place: place.to_owned(),
            is_available: doctor.is_available.unwrap_or(true),
            next_free_slot: next.map(|next| next.rfc3339(zone)),
        }
    }
}

webkit::page_body! {
    /// A page of doctors.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::scheduling) struct MedecinPage {
        /// Rows in the whole list.
        count,
        /// The rows, by name.
        results: Vec<MedecinBody>,
    }
}

/// Filters of the doctors.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::scheduling) struct MedecinFilter {
    /// Only those who take patients now, or only the others.
    pub(in crate::scheduling) available: Option<bool>,
    /// Only those whose specialty has this in it.
    pub(in crate::scheduling) specialty: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}
