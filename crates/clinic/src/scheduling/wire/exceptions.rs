use kernel::{Patch, Problem, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{edge, instant, one_of};
use crate::scheduling::{
    api::NewAway,
    model::{Away, ExceptionKind},
};

/// Filters of the list of exceptions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct ExceptionFilter {
    /// Of this doctor.
    medecin: Option<String>,
    /// That end after this local day or instant begins.
    date_from: Option<String>,
    /// That begin on this local day or before, or before this instant.
    date_to: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl ExceptionFilter {
    /// The doctor.
    ///
    /// # Errors
    /// 400 for what is no id.
    pub(in crate::scheduling) fn practitioner(&self) -> Result<Option<UserId>, Problem> {
        UserId::asked(self.medecin.as_deref(), "medecin")
    }

    /// The time that is asked for.
    ///
    /// # Errors
    /// 400 for what is no time.
    pub(in crate::scheduling) fn time(
        &self,
        zone: &Zone,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), Problem> {
        let from = edge(self.date_from.as_deref(), "date_from", zone, false)?;
        let until = edge(self.date_to.as_deref(), "date_to", zone, true)?;
        Ok((from, until))
    }
}

/// A time in which a doctor does not receive, or what is to be changed in it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"start_datetime": "2027-03-01T10:00:00+00:00", "end_datetime": "2027-03-01T11:00:00+00:00", "exception_type": "formation", "reason": "Réunion", "is_recurring": false}))]
pub(in crate::scheduling) struct ExceptionInput {
    /// Whose; a doctor's own when left out. It cannot be changed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    medecin: Option<UserId>,
    /// RFC 3339; without an offset the clinic's time. Required to enter.
    #[serde(default)]
    start_datetime: Option<String>,
    /// The same, after `start_datetime`.
    #[serde(default)]
    end_datetime: Option<String>,
    /// unavailable, busy, vacation, formation or emergency; the first when left out.
    #[serde(default)]
    exception_type: Option<String>,
    /// For the staff only, at most 2 000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reason: Patch<String>,
    /// Whether it comes back every week, on the same weekday at the same hours.
    #[serde(default)]
    is_recurring: Option<bool>,
}

/// The contract's word for why a doctor does not receive.
pub(in crate::scheduling) const fn kind_word(kind: ExceptionKind) -> &'static str {
    match kind {
        ExceptionKind::Training => "formation",
        other => other.as_str(),
    }
}

/// The kind that the contract calls so.
///
/// # Errors
/// 400 naming `exception_type`.
pub(super) fn kind_named(given: &str) -> Result<ExceptionKind, Problem> {
    one_of(given, "exception_type", ExceptionKind::ALL, kind_word)
}

/// Why a doctor does not receive, in words.
pub(in crate::scheduling) fn kind_text(texts: webkit::Texts, kind: ExceptionKind) -> String {
    texts.get(&format!("absence-{}", kind.as_str()))
}

impl ExceptionInput {
    /// What is to be entered or changed.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn changes(self, zone: &Zone) -> Result<NewAway, Problem> {
        let read = |given: Option<&str>, field| given.map(|given| instant(given, field, zone));
        Ok(NewAway {
            practitioner: self.medecin,
            starts_at: read(self.start_datetime.as_deref(), "start_datetime").transpose()?,
            ends_at: read(self.end_datetime.as_deref(), "end_datetime").transpose()?,
            kind: self.exception_type.as_deref().map(kind_named).transpose()?,
            reason: self.reason,
            weekly: self.is_recurring,
        })
    }
}

/// A time in which a doctor does not receive.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "medecin": "01980000-0000-7000-8000-000000000001", "medecin_name": "Awa Diop", "start_datetime": "2027-03-01T10:00:00+00:00", "end_datetime": "2027-03-01T11:00:00+00:00", "exception_type": "formation", "reason": "Réunion", "is_recurring": false, "created_at": "2026-03-01T09:30:00+00:00", "updated_at": "2026-03-01T09:30:00+00:00", "version": 1}))]
pub(in crate::scheduling) struct ExceptionBody {
    /// UUIDv7.
    id: String,
    /// Whose.
    medecin: String,
    /// His name.
    medecin_name: String,
    /// RFC 3339 in the clinic's zone.
    start_datetime: String,
    /// RFC 3339 in the clinic's zone.
    end_datetime: String,
    /// unavailable, busy, vacation, formation or emergency.
    exception_type: &'static str,
    /// Why, in words.
    reason: Option<String>,
    /// Whether it comes back every week.
    is_recurring: bool,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
    /// Counts changes, from 1; also the ETag.
    version: i64,
}

impl ExceptionBody {
    pub(in crate::scheduling) fn new(away: &Away, zone: &Zone) -> Self {
        Self {
            id: away.id.to_string(),
            medecin: away.practitioner_id.to_string(),
            medecin_name: away.practitioner_name.clone(),
            start_datetime: away.starts_at.rfc3339(zone),
            end_datetime: away.ends_at.rfc3339(zone),
            exception_type: kind_word(away.kind),
            reason: away.reason.clone(),
            is_recurring: away.weekly,
            created_at: away.created_at.rfc3339(zone),
            updated_at: away.updated_at.rfc3339(zone),
            version: away.version,
        }
    }
}

webkit::page_body! {
    /// A page of exceptions.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::scheduling) struct ExceptionPage {
        /// Rows in the whole list.
        count,
        /// The rows, the latest first.
        results: Vec<ExceptionBody>,
    }
}
