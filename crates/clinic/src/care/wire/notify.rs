use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::messaging::api::{Channel, Enqueued};

/// How the patient is told that something waits for him.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "sms", "force_resend": false}))]
pub(in crate::care) struct NotifyInput {
    /// `sms` or `whatsapp`.
    #[schema(value_type = String)]
    pub(in crate::care) method: Channel,
    /// Another message although one was sent for this version.
    #[serde(default)]
    pub(in crate::care) force_resend: bool,
}

/// The message that was written, or was there already.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"message": "01980000-0000-7000-8000-000000000000", "already_sent": false}))]
pub(in crate::care) struct NotifiedBody {
    /// The message in the outbox.
    message: String,
    /// True when nothing new was written.
    already_sent: bool,
}

impl From<Enqueued> for NotifiedBody {
    fn from(queued: Enqueued) -> Self {
        Self {
            message: queued.id.to_string(),
            already_sent: !queued.fresh,
        }
    }
}
