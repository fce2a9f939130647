//! Days, times and states, in words and signs.

use agenda::{AppointmentState, Mode};
use jiff::{ToSpan, civil::Date};
use kernel::{Timestamp, Zone};
use webkit::Texts;

use crate::scheduling::wire::mode_word;

/// The day an address names; today for what is none.
pub(super) fn day_named(given: &str, today: Date) -> Date {
    given.parse().unwrap_or(today)
}

/// So many days later, or earlier.
pub(super) fn shifted(date: Date, days: i32) -> Date {
    date.checked_add(i64::from(days).days()).unwrap_or(date)
}

/// `mardi`.
pub(super) fn weekday(texts: Texts, zero_is_monday: i64) -> String {
    texts.get(&format!("agenda-weekday-{zero_is_monday}"))
}

/// `mardi 24 novembre`.
pub(super) fn day_words(texts: Texts, date: Date) -> String {
    let weekday = weekday(texts, i64::from(date.weekday().to_monday_zero_offset()));
    let month = texts.get(&format!("paper-month-{:02}", date.month()));
    texts.with(
        "agenda-day",
        &[
            ("weekday", &weekday),
            ("day", &i64::from(date.day())),
            ("month", &month),
        ],
    )
}

/// The same, with the year when it is not this one.
pub(super) fn dated(texts: Texts, date: Date, today: Date) -> String {
    let words = day_words(texts, date);
    match date.year() == today.year() {
        true => words,
        false => format!("{words} {}", date.year()),
    }
}

/// `mardi 24 novembre à 09:30`.
pub(super) fn moment(texts: Texts, at: Timestamp, zone: &Zone, today: Date) -> String {
    let (day, time) = (dated(texts, at.date(zone), today), at.hour_minute(zone));
    texts.with("agenda-moment", &[("day", &day), ("time", &time)])
}

/// How a patient comes.
pub(super) fn mode_text(texts: Texts, mode: Mode) -> String {
    texts.get(&format!("appointment-mode-{}", mode_word(mode)))
}

/// A sign beside the words of a state, so that its colour is not needed.
pub(super) const fn sign(state: AppointmentState) -> &'static str {
    match state {
        AppointmentState::Pending => "…",
        AppointmentState::Confirmed => "✓",
        AppointmentState::Completed => "✓✓",
        AppointmentState::NoShow => "∅",
        AppointmentState::Declined | AppointmentState::Cancelled => "×",
    }
}

/// The class of a state's badge.
pub(super) const fn css(state: AppointmentState) -> &'static str {
    match state {
        AppointmentState::Pending => "warn",
        AppointmentState::Confirmed => "ok",
        AppointmentState::Completed => "info",
        AppointmentState::NoShow => "danger",
        AppointmentState::Declined | AppointmentState::Cancelled => "",
    }
}
