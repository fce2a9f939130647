use kernel::{Locale, Role, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::identity::api::{Invitation, NewInvitation};

/// Somebody to be invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "medecin", "first_name": "Moussa", "last_name": "Faye", "phone": "77 123 45 67"}))]
pub(in crate::identity) struct InvitationInput {
    /// What he shall be; not above the caller's own role.
    #[schema(value_type = String)]
    role: Role,
    first_name: String,
    last_name: String,
    /// The link goes there.
    email: Option<String>,
    /// Any spelling; the link goes there.
    phone: Option<String>,
    /// `fr` or `en`; the caller's when left out.
    #[schema(value_type = Option<String>)]
    language: Option<Locale>,
}

impl InvitationInput {
    pub(in crate::identity) fn invitation(self, locale: Locale) -> NewInvitation {
        NewInvitation {
            role: self.role,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            phone: self.phone,
            locale: self.language.unwrap_or(locale),
        }
    }
}

/// A doctor who asks to be invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"first_name": "Moussa", "last_name": "Faye", "phone": "77 123 45 67"}))]
pub(in crate::identity) struct JoinInput {
    first_name: String,
    last_name: String,
    email: Option<String>,
    /// Any spelling; the link will go there.
    phone: Option<String>,
}

impl JoinInput {
    pub(in crate::identity) fn invitation(self, locale: Locale) -> NewInvitation {
        NewInvitation {
            role: Role::Practitioner,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            phone: self.phone,
            locale,
        }
    }
}

/// An invitation or a request; its link is never shown again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "kind": "invitation", "status": "open", "role": "medecin", "first_name": "Moussa", "last_name": "Faye", "email": null, "phone": "+221771234567", "language": "fr", "expires_at": "2026-03-04T09:30:00+00:00", "created_at": "2026-03-01T09:30:00+00:00", "accepted_by": null}))]
pub(in crate::identity) struct InvitationBody {
    /// UUIDv7.
    id: String,
    /// `invitation` or `request`.
    kind: String,
    /// `waiting`, `open`, `expired`, `accepted`, `revoked` or `refused`.
    status: &'static str,
    role: String,
    first_name: String,
    last_name: String,
    email: Option<String>,
    /// E.164.
    phone: Option<String>,
    /// `fr` or `en`.
    language: String,
    /// RFC 3339 in the clinic's zone.
    expires_at: String,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// Who he turned out to be.
    accepted_by: Option<String>,
}

impl InvitationBody {
    pub(in crate::identity) fn new(row: Invitation, now: Timestamp, zone: &Zone) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.kind.to_string(),
            status: row.standing(now),
            role: row.role.to_string(),
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            phone: row.phone,
            language: row.locale.to_string(),
            expires_at: row.expires_at.rfc3339(zone),
            created_at: row.created_at.rfc3339(zone),
            accepted_by: row.accepted_by.map(|user| user.to_string()),
        }
    }
}

/// A new invitation. Its link went to the phone and to the e-mail address; to get one to hand over, `PUT …/link/`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "is_sent": true}))]
pub(in crate::identity) struct InvitedBody {
    /// UUIDv7.
    pub(in crate::identity) id: String,
    /// Whether a message with the link is on its way.
    pub(in crate::identity) is_sent: bool,
}

webkit::page_body! {
    /// A page of invitations.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::identity) struct InvitationPage {
        /// Rows in the whole list.
        count,
        /// The rows, newest first.
        results: Vec<InvitationBody>,
    }
}

/// Which part of the invitations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::identity) struct InvitationFilter {
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}
