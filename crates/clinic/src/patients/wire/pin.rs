use kernel::Zone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::patients::model::NewPin;

/// A PIN that was just given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"pin": "0417", "set_at": "2026-03-01T10:30:00+00:00"}))]
pub(in crate::patients) struct PinBody {
    /// Four digits, told this once.
    pin: String,
    /// RFC 3339 in the clinic's zone.
    set_at: String,
}

impl PinBody {
    pub(in crate::patients) fn new(given: NewPin, zone: &Zone) -> Self {
        Self {
            pin: given.pin.0,
            set_at: given.set_at.rfc3339(zone),
        }
    }
}
