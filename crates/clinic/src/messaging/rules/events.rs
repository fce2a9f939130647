//! What patients are written about. The shipped text of an event is `notice-<key>` in
//! `i18n/*`; a clinic may write its own.

use kernel::Problem;
use send_rules::Category;

/// Something that patients are written about.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// Its name, for ever.
    pub key: &'static str,
    /// What its messages are for.
    pub category: Category,
    /// What a text may hold, in the order in which people are shown it.
    pub variables: &'static [&'static str],
    /// What a text must hold to be of use.
    pub required: &'static [&'static str],
}

const VISIT: &[&str] = &["clinic", "day", "time", "link"];

const fn visit(key: &'static str) -> Event {
    Event {
        key,
        category: Category::Notification,
        variables: VISIT,
        required: &["link"],
    }
}

const fn event(
    key: &'static str,
    category: Category,
    variables: &'static [&'static str],
    required: &'static [&'static str],
) -> Event {
    Event {
        key,
        category,
        variables,
        required,
    }
}

/// All of them, in the order in which a clinic sees them. On a phone that several people
/// share no text may hold more than the clinic and a link: those events have no other
/// variable.
pub const EVENTS: &[Event] = &[
    visit("appointment-requested"),
    visit("appointment-assigned"),
    visit("appointment-confirmed"),
    visit("appointment-declined"),
    visit("appointment-cancelled"),
    visit("appointment-rescheduled"),
    visit("appointment-changed"),
    visit("appointment-no-show"),
    event(
        "appointment-series",
        Category::Notification,
        &["clinic", "count", "day", "time", "link"],
        &["link"],
    ),
    event(
        "appointment-series-cancelled",
        Category::Notification,
        &["clinic", "count", "day", "link"],
        &["link"],
    ),
    event(
        "appointment-shared",
        Category::Notification,
        &["clinic", "link"],
        &["link"],
    ),
    event(
        "waiting-offer",
        Category::Notification,
        &["clinic", "day", "time", "until", "link"],
        &["until", "link"],
    ),
    event(
        "reminder-digit",
        Category::Reminder,
        &["clinic", "day", "time"],
        &["day", "time"],
    ),
    event(
        "reminder-link",
        Category::Reminder,
        VISIT,
        &["day", "time", "link"],
    ),
    event(
        "reminder-each",
        Category::Reminder,
        &["clinic", "count", "day", "time", "link"],
        &["day", "link"],
    ),
    event(
        "reminder-shared",
        Category::Reminder,
        &["clinic", "link"],
        &["link"],
    ),
    event(
        "reminder-note",
        Category::Reminder,
        &["clinic", "name", "reason", "details"],
        &["reason"],
    ),
    event("reminder-note-shared", Category::Reminder, &["clinic"], &[]),
    event(
        "broadcast",
        Category::Broadcast,
        &["clinic", "text", "stop"],
        &["text"],
    ),
    event(
        "answer-coming",
        Category::Answer,
        &["clinic", "day", "time"],
        &[],
    ),
    event("answer-off", Category::Answer, VISIT, &[]),
    event("answer-off-already", Category::Answer, VISIT, &[]),
    event(
        "waits-for",
        Category::Result,
        &["clinic", "name", "link"],
        &["link"],
    ),
    event("waits", Category::Result, &["clinic", "link"], &["link"]),
];

/// The event with this name.
#[must_use]
pub fn named(key: &str) -> Option<&'static Event> {
    EVENTS.iter().find(|event| event.key == key)
}

/// The event that one of our own domains speaks of.
///
/// # Errors
/// When it is not on the list.
pub fn event_of(key: &str) -> Result<&'static Event, Problem> {
    named(key).ok_or_else(|| Problem::internal(format!("no event {key}")))
}
