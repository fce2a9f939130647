use std::time::Duration;

use kernel::{Problem, Timestamp, Zone, text};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::inbox::model::{EventQuery, EventType, ProcessingStatus};

/// Filters of the log of webhooks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::inbox) struct EventFilter {
    /// Only with this processing status.
    pub(in crate::inbox) status: Option<String>,
    /// Only of this type.
    pub(in crate::inbox) event_type: Option<String>,
    /// Received on this day or later, `YYYY-MM-DD`, or from this instant on, RFC 3339.
    pub(in crate::inbox) from: Option<String>,
    /// Received on this day or earlier, or up to this instant.
    pub(in crate::inbox) to: Option<String>,
    /// Words of the text, part of a number, or the provider's id.
    pub(in crate::inbox) search: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl EventFilter {
    /// What is asked for, with days and times in the clinic's zone.
    ///
    /// # Errors
    /// 400 for a word or a time that is none.
    pub(in crate::inbox) fn query(&self, zone: &Zone) -> Result<EventQuery, Problem> {
        let day = |text: &str| Timestamp::local_day(text, zone).ok();
        let from = time(self.from.as_deref(), "from", |text| match day(text) {
            Some((begin, _)) => Ok(begin),
            None => Timestamp::parse_local(text, zone),
        })?;
        let until = time(self.to.as_deref(), "to", |text| match day(text) {
            Some((_, end)) => Ok(end),
            None => Timestamp::parse_local(text, zone).map(|at| at.plus(Duration::from_micros(1))),
        })?;
        Ok(EventQuery {
            status: choice(self.status.as_deref(), "status", ProcessingStatus::parse)?,
            event_type: choice(self.event_type.as_deref(), "event_type", EventType::parse)?,
            from,
            until,
            search: self
                .search
                .clone()
                .filter(|words| !text::fold(words).is_empty()),
        })
    }
}

fn time(
    given: Option<&str>,
    field: &'static str,
    read: impl Fn(&str) -> Result<Timestamp, String>,
) -> Result<Option<Timestamp>, Problem> {
    let given = given.filter(|text| !text.is_empty());
    let read = given.map(read).transpose();
    read.map_err(|_| Problem::invalid(field, "not-a-date"))
}

/// A word of a list, if one was given.
pub(in crate::inbox) fn choice<T>(
    given: Option<&str>,
    field: &'static str,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    match given {
        None | Some("") => Ok(None),
        Some(word) => parse(word)
            .map(Some)
            .ok_or_else(|| Problem::invalid(field, "not-a-choice")),
    }
}
