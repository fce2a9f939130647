use kernel::{Id, Problem, Timestamp, Zone};
use serde::Deserialize;
use utoipa::IntoParams;

use super::status;
use crate::care::model::Wanted;

/// Filters of the list of records.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::care) struct RecordFilter {
    /// In one of these states, joined by commas.
    #[param(example = "en_analyse,analyse_terminee")]
    pub(in crate::care) status: Option<String>,
    /// Only remote ones, or only the others.
    is_patient_distance: Option<bool>,
    /// Only those given to the caller.
    assigned_only: Option<bool>,
    /// Entered on this day or later, `YYYY-MM-DD`.
    pub(in crate::care) date_from: Option<String>,
    /// Entered on this day or earlier, `YYYY-MM-DD`.
    pub(in crate::care) date_to: Option<String>,
    /// Words of the name or the motive, the number, or a phone.
    pub(in crate::care) search: Option<String>,
    /// Only this patient's.
    pub(in crate::care) patient: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
    /// The language of a page.
    #[serde(rename = "lang")]
    #[param(ignore)]
    _lang: Option<String>,
}

impl RecordFilter {
    /// What is asked for, with days in the clinic's zone.
    ///
    /// # Errors
    /// 400 for a word or a day that is none.
    pub(in crate::care) fn wanted(&self, zone: &Zone) -> Result<Wanted, Problem> {
        let words = self.status.as_deref().unwrap_or_default().split(',');
        let words = words.map(str::trim).filter(|word| !word.is_empty());
        let read = |word| status(word).ok_or_else(|| Problem::invalid("status", "not-a-choice"));
        Ok(Wanted {
            status: words.map(read).collect::<Result<_, _>>()?,
            remote: self.is_patient_distance,
            assigned_only: self.assigned_only.unwrap_or(false),
            from: day(self.date_from.as_deref(), "date_from", zone)?.map(|(begin, _)| begin),
            until: day(self.date_to.as_deref(), "date_to", zone)?.map(|(_, end)| end),
            search: self.search.clone().unwrap_or_default(),
            patient: Id::asked(self.patient.as_deref(), "patient")?,
        })
    }

    /// Whether only the caller's are asked for.
    pub(in crate::care) fn is_mine(&self) -> bool {
        self.assigned_only == Some(true)
    }

    /// The address of the page's list with another state, or only the caller's.
    pub(in crate::care) fn link(&self, status: Option<&str>, mine: bool) -> String {
        let mine = mine.then_some("true");
        let pairs = [
            ("search", self.search.as_deref()),
            ("date_from", self.date_from.as_deref()),
            ("date_to", self.date_to.as_deref()),
            ("patient", self.patient.as_deref()),
            ("status", status.or(self.status.as_deref())),
            ("assigned_only", mine),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        format!("/consultations?{}", query.finish())
    }

    /// The same, of remote consultations only.
    pub(in crate::care) fn remote(mut self) -> Self {
        self.is_patient_distance = Some(true);
        self
    }
}

fn day(
    given: Option<&str>,
    field: &'static str,
    zone: &Zone,
) -> Result<Option<(Timestamp, Timestamp)>, Problem> {
    let given = given.filter(|text| !text.is_empty());
    let read = given
        .map(|text| Timestamp::local_day(text, zone))
        .transpose();
    read.map_err(|_| Problem::invalid(field, "not-a-date"))
}
