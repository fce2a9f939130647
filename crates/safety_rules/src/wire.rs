//! The pack as its files are written.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::{Kind, Level, Source};
use crate::language::LanguageWire;

/// One file. Every file may hold any of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileWire {
    #[serde(default)]
    pub(crate) source: BTreeMap<String, Source>,
    #[serde(default)]
    pub(crate) field: BTreeMap<String, FieldWire>,
    #[serde(default)]
    pub(crate) group: BTreeMap<String, Vec<String>>,
    /// Keys that are asked for when they could decide a rule.
    #[serde(default)]
    pub(crate) asked: Vec<String>,
    pub(crate) language: Option<LanguageWire>,
    #[serde(default)]
    pub(crate) words: BTreeMap<String, WordsWire>,
    #[serde(default)]
    pub(crate) condition: BTreeMap<String, ConditionWire>,
    #[serde(default)]
    pub(crate) rule: Vec<RuleWire>,
    pub(crate) unusual: Option<TextWire>,
    #[serde(default)]
    pub(crate) usual: Vec<UsualWire>,
    #[serde(default)]
    pub(crate) class: BTreeMap<String, SubstanceWire>,
    #[serde(default)]
    pub(crate) drug: BTreeMap<String, SubstanceWire>,
    pub(crate) allergy: Option<AllergyWire>,
    #[serde(default)]
    pub(crate) cross_reaction: Vec<CrossWire>,
    #[serde(default)]
    pub(crate) interaction: Vec<InteractionWire>,
}

/// What a key of the form, or a derived number, is called.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldWire {
    pub(crate) fr: String,
    pub(crate) en: String,
    #[serde(default)]
    pub(crate) unit: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordsWire {
    /// The group of fields that is searched.
    #[serde(rename = "in", default = "complaint")]
    pub(crate) group: String,
    /// Whether "peur de …" counts.
    #[serde(default)]
    pub(crate) feared: bool,
    /// Whether "ATCD de …" counts.
    #[serde(default)]
    pub(crate) past: bool,
    pub(crate) phrases: Vec<String>,
}

fn complaint() -> String {
    "complaint".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum IsWire {
    Bool(bool),
    Words(OneOrMore<String>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionWire {
    pub(crate) all: Option<Vec<Self>>,
    pub(crate) any: Option<Vec<Self>>,
    pub(crate) count: Option<usize>,
    pub(crate) of: Option<Vec<Self>>,
    pub(crate) not: Option<Box<Self>>,
    pub(crate) unless: Option<Box<Self>>,
    pub(crate) holds: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) is: Option<IsWire>,
    pub(crate) below: Option<f64>,
    pub(crate) above: Option<f64>,
    pub(crate) at_least: Option<f64>,
    pub(crate) at_most: Option<f64>,
    pub(crate) says: Option<OneOrMore<String>>,
    pub(crate) age_from: Option<String>,
    pub(crate) age_below: Option<String>,
    pub(crate) sex: Option<String>,
    pub(crate) drug: Option<String>,
    pub(crate) dose_mg_at_least: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleWire {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) source: String,
    pub(crate) fr: String,
    pub(crate) en: String,
    pub(crate) when: ConditionWire,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextWire {
    pub(crate) fr: String,
    pub(crate) en: String,
}

/// The values of a field that are usual at an age.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsualWire {
    pub(crate) field: String,
    pub(crate) from: String,
    pub(crate) below: Option<String>,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) source: String,
}

/// A medicine, or a class of medicines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubstanceWire {
    pub(crate) fr: String,
    pub(crate) en: String,
    /// Other names: brands, abbreviations.
    #[serde(default)]
    pub(crate) names: Vec<String>,
    /// The classes it belongs to and the medicines it holds.
    #[serde(default)]
    pub(crate) of: Vec<String>,
    /// Of a class: whether an allergy to one counts for all.
    #[serde(default)]
    pub(crate) allergy: bool,
}

/// The texts of the built-in checks of allergies. `{allergen}` and `{drug}`
/// stand for the names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllergyWire {
    pub(crate) source: String,
    /// The set of words that announce an allergy in the history.
    pub(crate) words: String,
    /// What somebody writes who has nothing to name.
    pub(crate) nothing: Vec<String>,
    pub(crate) same: TextWire,
    pub(crate) class: TextWire,
    pub(crate) unnamed: TextWire,
    pub(crate) unknown: TextWire,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CrossWire {
    pub(crate) allergy: String,
    pub(crate) drug: String,
    pub(crate) level: Level,
    pub(crate) source: String,
    pub(crate) fr: String,
    pub(crate) en: String,
}

/// How bad an interaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    Contraindicated,
    Major,
    Moderate,
}

impl Severity {
    pub(crate) const fn level(self) -> Level {
        match self {
            Self::Contraindicated => Level::Red,
            Self::Major => Level::Yellow,
            Self::Moderate => Level::Green,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InteractionWire {
    pub(crate) a: String,
    pub(crate) b: String,
    pub(crate) severity: Severity,
    pub(crate) source: String,
    pub(crate) effect: TextWire,
    pub(crate) action: TextWire,
}
