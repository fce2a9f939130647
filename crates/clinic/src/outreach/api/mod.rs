//! What reminders and broadcasts do, for their own routes and for other domains.

mod broadcast_cost;
mod broadcast_list;
mod broadcast_preview;
mod broadcast_report;
mod broadcast_run;
mod broadcast_steps;
mod broadcast_text;
mod broadcasts;
mod draft;
mod keyed;
mod read;
mod release;
mod texts;
mod trigger;
mod write;

pub use broadcast_cost::broadcast_cost;
pub use broadcast_list::{broadcast_stats, broadcasts};
pub use broadcast_preview::{preview_broadcast, shown_text};
pub use broadcast_report::{call_back, deliveries, failure_reported};
pub(super) use broadcast_run::{gather, release as release_slice};
pub use broadcast_steps::{BroadcastStep, step_broadcast};
pub use broadcasts::{TOPIC, broadcast, change_broadcast, create_broadcast, delete_broadcast};
pub use keyed::keyed;
pub use read::{count, reminder, reminders};
pub(super) use release::tell;
pub use trigger::trigger;
pub use write::{change, create, drop_reminder};

pub use super::model::{
    Answer, Audience, Broadcast, BroadcastCost, BroadcastId, BroadcastPatch, BroadcastPreview,
    BroadcastStats, BroadcastStatus, BroadcastsSought, CallBack, Delivery, DeliveryState,
    Exclusion, Method, Reminder, ReminderId, ReminderPatch, ReminderState, ShownText, Sought,
    Tally, Topic, Triggered, WayCount,
};
