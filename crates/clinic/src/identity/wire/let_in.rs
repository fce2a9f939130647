use kernel::Zone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::model::oauth::LetIn;

/// A program that the caller let in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "name": "Agenda", "scopes": ["read:customer"], "since": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::identity) struct LetInBody {
    /// UUIDv7.
    id: String,
    /// Its name.
    name: String,
    /// What it may do.
    scopes: Vec<String>,
    /// RFC 3339 in the clinic's zone.
    since: String,
}

/// The programs that the caller let in, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"id": "01980000-0000-7000-8000-000000000000", "name": "Agenda", "scopes": ["read:customer"], "since": "2026-03-01T09:30:00+00:00"}]}))]
pub(in crate::identity) struct LetInList {
    /// How many.
    count: usize,
    /// There is one page.
    next: Option<String>,
    /// There is one page.
    previous: Option<String>,
    /// All of them.
    results: Vec<LetInBody>,
}

impl LetInList {
    pub(in crate::identity) fn new(programs: Vec<LetIn>, zone: &Zone) -> Self {
        let body = |program: LetIn| LetInBody {
            id: program.client.to_string(),
            name: program.name,
            scopes: program.scopes.into_iter().collect(),
            since: program.since.rfc3339(zone),
        };
        let results: Vec<_> = programs.into_iter().map(body).collect();
        Self {
            count: results.len(),
            next: None,
            previous: None,
            results,
        }
    }
}
