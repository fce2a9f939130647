use kernel::{Problem, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::scheduling::model::{Feed, MadeFeed};

/// The name of the file with a doctor's calendar.
pub(in crate::scheduling) fn calendar_file_name(username: &str) -> String {
    format!("disponibilites_dr_{username}.ics")
}

/// The name of the file with an appointment of this day.
pub(in crate::scheduling) fn appointment_file_name(day: &str) -> String {
    format!("rendez-vous-{day}.ics")
}

/// Whose calendar is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct CalendarFilter {
    /// Of this doctor; a doctor's own when left out.
    medecin: Option<String>,
}

impl CalendarFilter {
    /// The doctor.
    ///
    /// # Errors
    /// 400 naming `medecin`.
    pub(in crate::scheduling) fn practitioner(&self) -> Result<Option<UserId>, Problem> {
        UserId::asked(self.medecin.as_deref(), "medecin")
    }
}

/// A link that was just made. It is told this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"url": "https://clinique.example/calendars/0000000000000000000000000000000000000000000000000000000000000000.ics", "webcal_url": "webcal://clinique.example/calendars/0000000000000000000000000000000000000000000000000000000000000000.ics", "created_at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::scheduling) struct MadeFeedBody {
    /// The whole address.
    url: String,
    /// The same for programs that subscribe to calendars.
    webcal_url: String,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
}

impl MadeFeedBody {
    pub(in crate::scheduling) fn new(made: MadeFeed, zone: &Zone) -> Self {
        Self {
            url: made.url.0,
            webcal_url: made.webcal_url.0,
            created_at: made.created_at.rfc3339(zone),
        }
    }
}

/// Whether there is a link, and whether it is read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"active": true, "created_at": "2026-03-01T09:30:00+00:00", "last_read_at": "2026-03-01T10:00:00+00:00"}))]
pub(in crate::scheduling) struct FeedBody {
    /// Whether there is one.
    active: bool,
    /// RFC 3339 in the clinic's zone.
    created_at: Option<String>,
    /// When a calendar last read it, to a minute; RFC 3339 in the clinic's zone.
    last_read_at: Option<String>,
}

impl FeedBody {
    pub(in crate::scheduling) fn new(feed: Option<&Feed>, zone: &Zone) -> Self {
        let read = feed.and_then(|feed| feed.last_read_at);
        Self {
            active: feed.is_some(),
            created_at: feed.map(|feed| feed.created_at.rfc3339(zone)),
            last_read_at: read.map(|at| at.rfc3339(zone)),
        }
    }
}
