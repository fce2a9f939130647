//! What patients are written about. The shipped text of an event is `notice-<key>` in
//! `i18n/*`; a clinic may write its own.

use kernel::Problem;
use send_rules::{Category, Channel};

use crate::patients::api::Wording;

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
    /// What is said instead where others could read it, and in a call, which carries no link.
    /// Nothing for what speaks of nobody.
    covert: Option<(&'static str, Option<&'static str>)>,
}

impl Event {
    /// The event itself, or on a phone that others could read the one that says no more than
    /// that something waits.
    #[must_use]
    pub fn said_in(&'static self, wording: Wording) -> &'static Self {
        match wording {
            Wording::Overt => self,
            Wording::Covert => self.covert_by(Channel::Sms).unwrap_or(self),
        }
    }

    /// What is said by this way instead where others could read or hear it; nothing where it
    /// may be said as it is.
    pub(in crate::messaging) fn covert_by(&self, channel: Channel) -> Option<&'static Self> {
        let (read, heard) = self.covert?;
        let key = match channel {
            Channel::Voice => heard.unwrap_or(read),
            _ => read,
        };
        named(key)
    }

    const fn or(self, covert: &'static str) -> Self {
        Self {
            covert: Some((covert, None)),
            ..self
        }
    }

    const fn or_heard(self, covert: &'static str, heard: &'static str) -> Self {
        Self {
            covert: Some((covert, Some(heard))),
            ..self
        }
    }
}

const VISIT: &[&str] = &["clinic", "day", "time", "link"];

const fn visit(key: &'static str) -> Event {
    event(key, Category::Notification, VISIT, &["link"]).or("appointment-shared")
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
        covert: None,
    }
}

/// All of them, in the order in which a clinic sees them. On a phone that several people
/// share no text may hold more than the clinic and a link: the events that stand in for
/// others there have no other variable.
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
    )
    .or("appointment-shared"),
    event(
        "appointment-series-cancelled",
        Category::Notification,
        &["clinic", "count", "day", "link"],
        &["link"],
    )
    .or("appointment-shared"),
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
    )
    .or("appointment-shared"),
    event(
        "reminder-digit",
        Category::Reminder,
        &["clinic", "day", "time"],
        &["day", "time"],
    )
    .or("reminder-shared"),
    event(
        "reminder-link",
        Category::Reminder,
        VISIT,
        &["day", "time", "link"],
    )
    .or("reminder-shared"),
    event(
        "reminder-each",
        Category::Reminder,
        &["clinic", "count", "day", "time", "link"],
        &["day", "link"],
    )
    .or("reminder-shared"),
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
    )
    .or_heard("reminder-shared", "reminder-note-shared"),
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
    )
    .or("appointment-shared"),
    event("answer-off", Category::Answer, VISIT, &[]).or("appointment-shared"),
    event("answer-off-already", Category::Answer, VISIT, &[]).or("appointment-shared"),
    event(
        "waits-for",
        Category::Result,
        &["clinic", "name", "link"],
        &["link"],
    )
    .or("waits"),
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
