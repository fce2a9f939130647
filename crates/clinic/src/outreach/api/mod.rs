//! What reminders do, for their own routes and for other domains.

mod draft;
mod keyed;
mod read;
mod release;
mod texts;
mod trigger;
mod write;

pub use keyed::keyed;
pub use read::{count, reminder, reminders};
pub(super) use release::tell;
pub use trigger::trigger;
pub use write::{change, create, drop_reminder};

pub use super::model::{
    Answer, Method, Reminder, ReminderId, ReminderPatch, ReminderState, Sought, Triggered,
};
