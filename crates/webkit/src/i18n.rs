//! The texts of the product, in Fluent, embedded: `i18n/<language>/*.ftl`.

use std::collections::{BTreeMap, HashMap};

use axum::{extract::FromRequestParts, http::request::Parts};
use fluent_templates::{LanguageIdentifier, fluent_bundle::FluentValue, langid, static_loader};
use kernel::{FieldError, Locale, Problem};

use crate::{Fault, FieldTexts, ProblemTexts, facts::Facts};

static_loader! {
    static TEXTS = {
        locales: "../../i18n",
        fallback_language: "fr",
        // Isolating marks would end up in messages, PDFs and tests.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static FRENCH: LanguageIdentifier = langid!("fr");
static ENGLISH: LanguageIdentifier = langid!("en");

fn language(locale: Locale) -> &'static LanguageIdentifier {
    match locale {
        Locale::Fr => &FRENCH,
        Locale::En => &ENGLISH,
    }
}

/// What fills a variable of a text; numbers choose the plural.
pub type Value = FluentValue<'static>;

/// Anything that can fill a variable, also behind the references that
/// templates hand over.
pub trait IntoValue {
    /// The value as Fluent takes it.
    fn value(&self) -> Value;
}

impl<T: IntoValue + ?Sized> IntoValue for &T {
    fn value(&self) -> Value {
        (**self).value()
    }
}

impl IntoValue for str {
    fn value(&self) -> Value {
        Value::from(self.to_owned())
    }
}

impl IntoValue for String {
    fn value(&self) -> Value {
        self.as_str().value()
    }
}

impl IntoValue for Value {
    fn value(&self) -> Value {
        self.clone()
    }
}

macro_rules! numbers {
    ($($number:ty),+) => { $(impl IntoValue for $number {
        fn value(&self) -> Value {
            Value::from(*self)
        }
    })+ };
}
numbers!(i16, i32, i64, u8, u16, u32, u64, usize, f64);

/// The texts of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    /// The language.
    pub locale: Locale,
}

impl Texts {
    /// The texts of a language.
    #[must_use]
    pub const fn new(locale: Locale) -> Self {
        Self { locale }
    }

    /// The text of a key. A missing one is shown as `⟦key⟧` and logged.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text of a key with its variables filled in.
    #[must_use]
    pub fn with(&self, key: &str, values: &[(&str, &dyn IntoValue)]) -> String {
        self.find(key, values).unwrap_or_else(|| {
            tracing::error!(key, locale = %self.locale, "a text is missing or lacks a variable");
            format!("⟦{key}⟧")
        })
    }

    /// The same, or nothing when there is no such text: for words that come from data.
    #[must_use]
    pub fn try_with(&self, key: &str, values: &[(&str, &dyn IntoValue)]) -> Option<String> {
        self.find(key, values)
    }

    /// The text of a key with values that were kept as text; nothing when there is no
    /// such text or it needs another value. A plain number chooses the plural.
    #[must_use]
    pub fn filled(&self, key: &str, values: &BTreeMap<String, String>) -> Option<String> {
        let values: Vec<(&str, Value)> = values
            .iter()
            .map(|(name, value)| (name.as_str(), number_or_text(value)))
            .collect();
        let values: Vec<(&str, &dyn IntoValue)> = values
            .iter()
            .map(|(name, value)| (*name, value as &dyn IntoValue))
            .collect();
        self.find(key, &values)
    }

    /// Whether there is such a text in this language.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.find(key, &[]).is_some()
    }

    fn find(&self, key: &str, values: &[(&str, &dyn IntoValue)]) -> Option<String> {
        let values: HashMap<&str, Value> = values
            .iter()
            .map(|(name, value)| (*name, value.value()))
            .collect();
        let text = TEXTS.lookup_single_language(language(self.locale), key, Some(&values));
        text.ok()
    }

    /// What a problem says.
    #[must_use]
    pub fn problem(&self, problem: &Problem) -> ProblemTexts {
        ProblemTexts::of(problem, *self)
    }

    /// What a problem says about each field of a form.
    #[must_use]
    pub fn fields(&self, problem: &Problem) -> FieldTexts {
        FieldTexts::of(problem, *self)
    }

    /// What is wrong with one field.
    #[must_use]
    pub fn field(&self, error: &FieldError) -> String {
        let values: Vec<(&str, Value)> = error
            .args
            .iter()
            .map(|(name, value)| (*name, number_or_text(value)))
            .collect();
        let values: Vec<(&str, &dyn IntoValue)> = values
            .iter()
            .map(|(name, value)| (*name, value as &dyn IntoValue))
            .collect();
        let key = format!("field-{}", error.code);
        // Who could not say what is possible has a text without it.
        let said = self.try_with(&key, &values);
        said.or_else(|| self.try_with(&format!("{key}-alone"), &[]))
            .unwrap_or_else(|| self.with(&key, &values))
    }
}

/// Values that are kept as text: a plain number must be one again for its plural.
fn number_or_text(text: &str) -> Value {
    let small = text.len() <= 9 && (text == "0" || !text.starts_with('0'));
    match text.parse::<u32>() {
        Ok(number) if small && !text.starts_with('+') => Value::from(number),
        _ => text.value(),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Texts {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        Ok(Self::new(Facts::of(&parts.extensions)?.locale()))
    }
}

#[cfg(test)]
mod tests;
