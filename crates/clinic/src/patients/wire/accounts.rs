//! Accounts and the records they belong to, on the wire.

use kernel::{Id, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use webkit::Texts;

use super::merge::DuplicateBody;
use crate::patients::model::{Account, Unlinked};

/// A patient's account that no record belongs to yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"user_id": "01980000-0000-7000-8000-000000000000", "username": "awa.diop", "full_name": "Awa Diop", "phone": "+221771234567", "phone_verified": true, "date_of_birth": "1990-05-17", "created_at": "2026-03-01T10:30:00+00:00", "suggested": []}))]
pub(in crate::patients) struct UnlinkedBody {
    /// UUIDv7.
    user_id: String,
    /// The name to sign in with.
    username: String,
    /// First and last name as he wrote them.
    full_name: String,
    /// E.164.
    phone: Option<String>,
    /// Whether the number is known to be his; only then it counts.
    phone_verified: bool,
    /// `YYYY-MM-DD`, as he wrote it.
    date_of_birth: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// Records without an account that may be his, the likeliest first.
    suggested: Vec<DuplicateBody>,
}

impl UnlinkedBody {
    pub(in crate::patients) fn new(it: Unlinked, texts: &Texts, zone: &Zone) -> Self {
        let Unlinked { account, suggested } = it;
        let suggested = suggested.into_iter();
        Self {
            full_name: account.full_name(),
            user_id: account.id.to_string(),
            username: account.username,
            phone: account.phone.map(|phone| phone.as_e164().to_owned()),
            phone_verified: account.phone_known,
            date_of_birth: account.birth_date,
            created_at: account.created_at.rfc3339(zone),
            suggested: suggested
                .map(|duplicate| DuplicateBody::new(duplicate, texts))
                .collect(),
        }
    }
}

webkit::page_body! {
    /// A page of them.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::patients) struct UnlinkedPage {
        /// Accounts that wait.
        count,
        /// The oldest first.
        results: Vec<UnlinkedBody>,
    }
}

/// Which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::patients) struct UnlinkedFilter {
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

/// The account that shall be the record's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": "01980000-0000-7000-8000-000000000000"}))]
pub(in crate::patients) struct LinkInput {
    user_id: uuid::Uuid,
}

impl LinkInput {
    pub(in crate::patients) fn user(&self) -> UserId {
        Id::from_uuid(self.user_id)
    }
}

/// The account of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"user_id": "01980000-0000-7000-8000-000000000000", "username": "awa.diop"}))]
pub(in crate::patients) struct LinkBody {
    /// UUIDv7; `null` without one.
    user_id: Option<String>,
    /// The name to sign in with.
    username: Option<String>,
}

impl From<Option<Account>> for LinkBody {
    fn from(account: Option<Account>) -> Self {
        let (user_id, username) = account
            .map(|account| (account.id.to_string(), account.username))
            .unzip();
        Self { user_id, username }
    }
}
