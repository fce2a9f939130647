use kernel::{Problem, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::care::model::{Lasting, ShareRow, Shared};

/// For how long a link shows a record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lasting": "1d"}))]
pub(in crate::care) struct ShareInput {
    /// `1h`, `1d` or `7d`.
    lasting: String,
}

impl ShareInput {
    /// The time.
    ///
    /// # Errors
    /// 400 for any other word.
    pub(in crate::care) fn lasting(&self) -> Result<Lasting, Problem> {
        let wrong = || Problem::invalid("lasting", "not-a-choice");
        Lasting::parse(&self.lasting).ok_or_else(wrong)
    }
}

/// A link that was just made. Its address is told this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "link": "https://clinique.example/s/0000000000000000000000000000000000000000000000000000000000000000", "expires_at": "2026-03-02T09:30:00+00:00"}))]
pub(in crate::care) struct SharedBody {
    /// To end it by.
    id: String,
    /// The whole address.
    link: String,
    /// RFC 3339 in the clinic's zone.
    expires_at: String,
}

impl SharedBody {
    pub(in crate::care) fn new(shared: Shared, zone: &Zone) -> Self {
        Self {
            id: shared.id.to_string(),
            link: shared.link.0,
            expires_at: shared.expires_at.rfc3339(zone),
        }
    }
}

/// A link that still shows a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "created_name": "Awa Diop", "created_at": "2026-03-01T09:30:00+00:00", "expires_at": "2026-03-02T09:30:00+00:00", "opened": 1, "last_opened_at": "2026-03-01T10:00:00+00:00"}))]
pub(in crate::care) struct ShareBody {
    /// To end it by.
    id: String,
    /// Who made it.
    created_name: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    expires_at: String,
    /// How often it was opened.
    opened: i64,
    /// RFC 3339 in the clinic's zone.
    last_opened_at: Option<String>,
}

impl ShareBody {
    pub(in crate::care) fn new(row: &ShareRow, zone: &Zone) -> Self {
        Self {
            id: row.id.to_string(),
            created_name: row.created_name.clone(),
            created_at: row.created_at.rfc3339(zone),
            expires_at: row.expires_at.rfc3339(zone),
            opened: row.opened,
            last_opened_at: row.last_opened_at.map(|at| at.rfc3339(zone)),
        }
    }
}
