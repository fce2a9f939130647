//! Addresses that get no more e-mails, on the wire.

use kernel::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webkit::Texts;

use crate::messaging::model::StoppedAddress;

/// An address that gets no more e-mails.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::messaging) struct StoppedBody {
    /// The address.
    address: String,
    /// `bounced`, `dropped`, `complained` or `unsubscribed`.
    reason: String,
    /// The same as a sentence in the caller's language.
    reason_text: String,
    /// RFC 3339 in the clinic's zone.
    stopped_at: String,
}

impl StoppedBody {
    pub(in crate::messaging) fn new(row: StoppedAddress, zone: &Zone, texts: Texts) -> Self {
        Self {
            reason: row.reason.to_string(),
            reason_text: texts.get(&format!("reason-{}", row.reason)),
            stopped_at: row.stopped_at.rfc3339(zone),
            address: row.address,
        }
    }
}

webkit::page_body! {
    /// A page of addresses that get no more e-mails.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"address": "awa@example.org", "reason": "bounced", "reason_text": "Cette adresse n’existe pas.", "stopped_at": "2026-03-01T09:30:00+00:00"}]}))]
    pub(in crate::messaging) struct StoppedPage {
        /// Rows in the whole list.
        count,
        /// The rows, by address.
        results: Vec<StoppedBody>,
    }
}

/// The address that gets e-mails again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"address": "awa@example.org"}))]
pub(in crate::messaging) struct LiftInput {
    /// As the list shows it.
    pub(in crate::messaging) address: String,
}
