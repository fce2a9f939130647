use kernel::Zone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::model::{SignInId, SignInRow};

/// Where the caller is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "kind": "browser", "program": "Firefox", "system": "Android", "client": "196.207.0.1", "created_at": "2026-03-01T09:30:00+00:00", "last_used_at": "2026-03-01T09:30:00+00:00", "current": true}))]
pub(in crate::identity) struct SessionBody {
    /// UUIDv7.
    id: String,
    /// `browser` or `program`.
    kind: &'static str,
    /// The program's name, where it is a known one.
    program: Option<String>,
    /// What it runs on.
    system: Option<String>,
    /// The address it signed in from.
    client: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone, to within five minutes.
    last_used_at: String,
    /// Whether this request belongs to it.
    current: bool,
}

/// Where the caller is signed in, the last used first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
pub(in crate::identity) struct SessionsBody {
    /// How many.
    count: usize,
    /// There is one page.
    next: Option<String>,
    /// There is one page.
    previous: Option<String>,
    /// All of them.
    results: Vec<SessionBody>,
}

impl SessionsBody {
    pub(in crate::identity) fn new(
        rows: Vec<SignInRow>,
        current: Option<SignInId>,
        zone: &Zone,
    ) -> Self {
        let body = |row: SignInRow| SessionBody {
            current: current == Some(row.id),
            id: row.id.to_string(),
            kind: row.kind.as_str(),
            program: row.program,
            system: row.system,
            client: row.client,
            created_at: row.created_at.rfc3339(zone),
            last_used_at: row.last_used_at.rfc3339(zone),
        };
        let results: Vec<_> = rows.into_iter().map(body).collect();
        Self {
            count: results.len(),
            next: None,
            previous: None,
            results,
        }
    }
}
