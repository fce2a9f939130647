use kernel::{Problem, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::identity::model::oauth::{
    ClientKind, ClientRow, NewClient, NewServiceToken, ServiceTokenRow,
};

/// A program to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Agenda", "kind": "confidential", "redirect_uris": ["https://agenda.example/cb"], "scopes": ["read:customer"]}))]
pub(in crate::identity) struct ClientInput {
    /// The name people read when they are asked, at most 100 characters.
    name: String,
    /// `confidential` (keeps a secret) or `public` (an app, a browser).
    #[schema(value_type = String)]
    kind: ClientKind,
    /// Where people are sent back to, exactly: https, or http on loopback. A
    /// confidential client without any acts for itself.
    #[serde(default)]
    redirect_uris: Vec<String>,
    /// What it may ask for.
    scopes: Vec<String>,
}

impl From<ClientInput> for NewClient {
    fn from(input: ClientInput) -> Self {
        Self {
            name: input.name,
            kind: input.kind,
            redirect_uris: input.redirect_uris,
            scopes: input.scopes,
        }
    }
}

/// A registered program.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"client_id": "01980000-0000-7000-8000-000000000000", "name": "Agenda", "kind": "confidential", "redirect_uris": ["https://agenda.example/cb"], "scopes": ["read:customer"], "state": "active", "created_at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::identity) struct ClientBody {
    /// UUIDv7.
    client_id: String,
    /// The name people read.
    name: String,
    /// `confidential` or `public`.
    kind: &'static str,
    /// Where people may be sent back to.
    redirect_uris: Vec<String>,
    /// What it may ask for.
    scopes: Vec<String>,
    /// `active` or `revoked`.
    state: &'static str,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
}

impl ClientBody {
    pub(in crate::identity) fn new(row: &ClientRow, zone: &Zone) -> Self {
        let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
        Self {
            client_id: row.id.to_string(),
            name: row.name.clone(),
            kind: row.kind.as_str(),
            redirect_uris: owned(row.redirects()),
            scopes: owned(row.scopes()),
            state: row.state().as_str(),
            created_at: row.created_at.rfc3339(zone),
        }
    }
}

/// A registered program with its new secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"client_secret": "lfc_…", "client_id": "01980000-0000-7000-8000-000000000000", "name": "Agenda", "kind": "confidential", "redirect_uris": ["https://agenda.example/cb"], "scopes": ["read:customer"], "state": "active", "created_at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::identity) struct ClientSecretBody {
    /// Shown this once; null for a public client.
    pub(in crate::identity) client_secret: Option<String>,
    /// The program.
    #[serde(flatten)]
    pub(in crate::identity) client: ClientBody,
}

webkit::page_body! {
    /// A page of programs.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"client_id": "01980000-0000-7000-8000-000000000000", "name": "Agenda", "kind": "confidential", "redirect_uris": ["https://agenda.example/cb"], "scopes": ["read:customer"], "state": "active", "created_at": "2026-03-01T09:30:00+00:00"}]}))]
    pub(in crate::identity) struct ClientPage {
        /// Rows in the whole list.
        count,
        /// The rows, newest first.
        results: Vec<ClientBody>,
    }
}

/// A service token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "N8N", "scopes": ["patients:check", "send:notification"], "expires_at": "2027-03-01T00:00:00+00:00"}))]
pub(in crate::identity) struct ServiceTokenInput {
    /// What it is for, at most 100 characters.
    name: String,
    /// What it may do.
    scopes: Vec<String>,
    /// RFC 3339; for ever without.
    expires_at: Option<String>,
}

impl ServiceTokenInput {
    /// What to make; a time without an offset is the clinic's.
    pub(in crate::identity) fn read(self, zone: &Zone) -> Result<NewServiceToken, Problem> {
        let until = self.expires_at.as_deref();
        let until = until
            .map(|text| Timestamp::parse(text).or_else(|_| Timestamp::parse_local(text, zone)));
        let expires_at = until
            .transpose()
            .map_err(|_| Problem::invalid("expires_at", "malformed"))?;
        Ok(NewServiceToken {
            name: self.name,
            scopes: self.scopes,
            expires_at,
        })
    }
}

/// A service token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "name": "N8N", "scopes": ["patients:check"], "state": "active", "created_at": "2026-03-01T09:30:00+00:00", "expires_at": null, "last_used_at": null}))]
pub(in crate::identity) struct ServiceTokenBody {
    /// UUIDv7; stands in the trail of what the token did.
    id: String,
    /// What it is for.
    name: String,
    /// What it may do.
    scopes: Vec<String>,
    /// `active`, `revoked` or `expired`.
    state: &'static str,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    expires_at: Option<String>,
    /// RFC 3339 in the clinic's zone, give or take a minute.
    last_used_at: Option<String>,
}

impl ServiceTokenBody {
    pub(in crate::identity) fn new(row: &ServiceTokenRow, now: Timestamp, zone: &Zone) -> Self {
        let at = |time: Timestamp| time.rfc3339(zone);
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            scopes: row.scopes().into_iter().map(str::to_owned).collect(),
            state: row.state(now).as_str(),
            created_at: at(row.created_at),
            expires_at: row.expires_at.map(at),
            last_used_at: row.last_used_at.map(at),
        }
    }
}

/// A new service token with its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"token": "lfs_…", "id": "01980000-0000-7000-8000-000000000000", "name": "N8N", "scopes": ["patients:check"], "state": "active", "created_at": "2026-03-01T09:30:00+00:00", "expires_at": null, "last_used_at": null}))]
pub(in crate::identity) struct ServiceSecretBody {
    /// Shown this once; goes into `Authorization: Bearer`.
    pub(in crate::identity) token: Option<String>,
    /// The token's description.
    #[serde(flatten)]
    pub(in crate::identity) service: ServiceTokenBody,
}

webkit::page_body! {
    /// A page of service tokens.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"id": "01980000-0000-7000-8000-000000000000", "name": "N8N", "scopes": ["patients:check"], "state": "active", "created_at": "2026-03-01T09:30:00+00:00", "expires_at": null, "last_used_at": null}]}))]
    pub(in crate::identity) struct ServiceTokenPage {
        /// Rows in the whole list.
        count,
        /// The rows, newest first.
        results: Vec<ServiceTokenBody>,
    }
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::identity) struct AccessFilter {
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}
