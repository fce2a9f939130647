//! What siblings, the web layer and the command line may do with the trail.

mod carry_over;
mod list;
mod record;
mod verify;

/// The topic announced when somebody broke the glass of a record.
pub const TOPIC: &str = "audit_alert";

pub use carry_over::carry_over;
pub use list::{about_me, alerts, export, list, people};
pub use record::{alert, listed, record, record_event, seen};
pub use verify::verify;

pub use super::wire::ACTIONS;

pub use super::model::{ActorKind, Broken, EntryView, Event, Place, Wanted, Whole};
