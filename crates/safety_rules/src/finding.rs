//! What the rules answer.

use kernel::Locale;
use serde::{Deserialize, Serialize};

/// How urgent, from least to most.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing urgent found. As a finding's level: good to know.
    #[default]
    Green,
    /// Urgent: see or decide soon.
    Yellow,
    /// An emergency, or a treatment that must not be given as it stands.
    Red,
}

/// What sort of rule fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An early warning score of an adult.
    EarlyWarning,
    /// A limit or danger sign of a child.
    Paediatric,
    /// A sign of an emergency.
    RedFlag,
    /// The treatment against a known allergy.
    Allergy,
    /// Two medicines against each other.
    Interaction,
    /// A medicine against the patient's state.
    Contraindication,
    /// A value that is unusual for the age.
    Limit,
}

/// A text in the two languages that people read here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

impl Text {
    pub(crate) fn new(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            fr: fr.into(),
            en: en.into(),
        }
    }

    /// The text in a language.
    #[must_use]
    pub fn in_locale(&self, locale: Locale) -> &str {
        match locale {
            Locale::Fr => &self.fr,
            Locale::En => &self.en,
        }
    }
}

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The document.
    pub title: String,
    /// Who published it.
    pub organisation: String,
    /// When.
    pub year: u16,
    /// Where to read it.
    #[serde(default)]
    pub url: Option<String>,
}

/// One rule that fired.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The rule's id in the pack.
    pub rule: String,
    /// How urgent.
    pub level: Level,
    /// What sort.
    pub kind: Kind,
    /// What it means and what to do.
    pub text: Text,
    /// What in the record made it fire, each with its value.
    pub reasons: Vec<Text>,
    /// Where the rule comes from.
    pub source: Source,
    /// The form's keys that it rests on.
    pub fields: Vec<String>,
}
