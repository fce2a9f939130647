//! The contracts' names (`spec/feedback-reminders.md`, `spec/medirecord.md`, Broadcasts).

mod body;
mod broadcast_body;
mod broadcast_form;
mod broadcast_input;
mod filter;
mod form;
mod input;

pub(super) use body::*;
pub(super) use broadcast_body::*;
pub(super) use broadcast_form::*;
pub(super) use broadcast_input::*;
pub(super) use filter::*;
pub(super) use form::*;
pub(super) use input::*;

use kernel::{FieldError, Locale, Timestamp, Zone};

use super::model::Method;

/// The contract's word for a language.
pub(super) const fn language_word(language: Locale) -> &'static str {
    match language {
        Locale::Fr => "french",
        Locale::En => "english",
    }
}

/// The language that the contract calls so; its code will do.
fn language(given: &str) -> Result<Locale, FieldError> {
    let named = |one: &&Locale| language_word(**one) == given || one.as_str() == given;
    let choices = || Locale::ALL.iter().map(|one| language_word(*one)).collect();
    let found = Locale::ALL.iter().find(named);
    found
        .copied()
        .ok_or_else(|| no_choice("language", choices()))
}

fn method(given: &str) -> Result<Method, FieldError> {
    let choices = || Method::ALL.iter().map(|one| one.as_str()).collect();
    Method::parse(given).ok_or_else(|| no_choice("method", choices()))
}

fn no_choice(field: &'static str, choices: Vec<&'static str>) -> FieldError {
    FieldError::new(field, "not-a-choice").with("choices", choices.join(", "))
}

/// An instant; without an offset it is the clinic's time.
fn instant(given: &str, field: &'static str, zone: &Zone) -> Result<Timestamp, FieldError> {
    Timestamp::parse_local(given.trim(), zone).map_err(|_| FieldError::new(field, "not-a-time"))
}
