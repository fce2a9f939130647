//! Pure rules of messaging: encoding, segments, keywords, whether and how to
//! send, and the life of a message.
//!
//! Nothing here does I/O, reads a clock or draws a random number. Every rule
//! comes from `spec/messaging.md`; where a standard or a provider's page stands
//! behind it, the item says which.

mod breaker;
mod channel;
mod consent;
mod cost;
mod decision;
mod gsm7;
mod keywords;
mod lines;
mod neutral;
mod pace;
mod reply;
mod segments;
mod state;
mod template;
mod told;
mod told_words;
mod wording;

#[cfg(test)]
mod decision_tests;
#[cfg(test)]
mod segments_tests;

pub use breaker::{Health, Silence, Standing, Ticket, Told};
pub use channel::{Category, Channel};
pub use consent::{Cell, Choice, cells, is_wanted, returned, towards};
pub use cost::{Amount, Currency, NoAmount, charged};
pub use decision::{
    Decision, Facts, Form, QUIET_FROM, QUIET_UNTIL, Reason, TemplateState, WHATSAPP_WINDOW, decide,
};
pub use keywords::Keyword;
pub use lines::{Asking, Held, Lines, Sender};
pub use neutral::is_neutral;
pub use pace::Speeds;
pub use reply::{Reply, brings_answers};
pub use segments::{Encoding, Segments, segments};
pub use state::MessageState;
pub use template::{
    Malformed, MissingValue, Numbered, Values, WHATSAPP_BODY, fill, fill_numbers, numbered, values,
    variables,
};
pub use told::told;
pub use wording::gsm7_wording;

/// How many cases a property is tried with: 20,000, or what the environment's
/// `PROPTEST_CASES` says (a million for the nightly run).
#[cfg(test)]
fn property_config() -> proptest::test_runner::Config {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(20_000);
    proptest::test_runner::Config {
        // A case that fails becomes a unit test, not a file beside the source.
        failure_persistence: None,
        ..proptest::test_runner::Config::with_cases(cases)
    }
}
