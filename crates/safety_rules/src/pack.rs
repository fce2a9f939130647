//! The rule pack: data, checked once when it is read.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use crate::condition::Condition;
use crate::facts::AgeLimit;
use crate::finding::{Kind, Level, Source, Text};
use crate::language::Language;
use crate::lexicon::Lexicon;
use crate::wire::{FieldWire, Severity};

/// The files of the pack that ships with the program.
pub(crate) const SHIPPED: [(&str, &str); 12] = [
    (
        "sources.toml",
        include_str!("../../../forms/safety/sources.toml"),
    ),
    (
        "fields.toml",
        include_str!("../../../forms/safety/fields.toml"),
    ),
    (
        "language.toml",
        include_str!("../../../forms/safety/language.toml"),
    ),
    (
        "words.toml",
        include_str!("../../../forms/safety/words.toml"),
    ),
    (
        "adults.toml",
        include_str!("../../../forms/safety/adults.toml"),
    ),
    (
        "children.toml",
        include_str!("../../../forms/safety/children.toml"),
    ),
    (
        "pregnancy.toml",
        include_str!("../../../forms/safety/pregnancy.toml"),
    ),
    (
        "usual.toml",
        include_str!("../../../forms/safety/usual.toml"),
    ),
    (
        "drugs.toml",
        include_str!("../../../forms/safety/drugs.toml"),
    ),
    (
        "allergies.toml",
        include_str!("../../../forms/safety/allergies.toml"),
    ),
    (
        "interactions.toml",
        include_str!("../../../forms/safety/interactions.toml"),
    ),
    (
        "contraindications.toml",
        include_str!("../../../forms/safety/contraindications.toml"),
    ),
];

/// What is wrong with a pack or a table, where, and what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {place}: {problem}")]
pub struct PackError {
    /// The file, as the caller named it.
    pub file: String,
    /// The rule, row or line.
    pub place: String,
    /// What is wrong and what to change.
    pub problem: String,
}

/// A table of interactions that a clinic brings itself; its columns stand in
/// `docs/data-sources.md`.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// What its rules' ids begin with, and how messages call it.
    pub name: &'a str,
    /// The rows, CSV.
    pub text: &'a str,
    /// What becomes of names that no medicine of the pack has.
    pub new_names: NewNames,
}

/// What becomes of names that no medicine of the pack has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewNames {
    /// The table is refused: a typing error would be a rule that never fires.
    Refused,
    /// Each becomes a medicine of its own, listed by [`Pack::brought`].
    Taken,
}

/// All rules, ready to be asked.
#[derive(Clone, Debug)]
pub struct Pack {
    pub(crate) fields: BTreeMap<String, FieldWire>,
    pub(crate) asked: HashSet<String>,
    pub(crate) language: Language,
    pub(crate) lexicon: Lexicon,
    pub(crate) words: Vec<Words>,
    pub(crate) named: Vec<Condition>,
    /// The place of the condition that says who is pregnant.
    pub(crate) pregnant: Option<usize>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) unusual: Text,
    pub(crate) usual: Vec<Usual>,
    pub(crate) substances: Vec<Substance>,
    /// The keys of the texts that name medicines that the patient takes.
    pub(crate) medicines: Vec<String>,
    pub(crate) allergy: Option<Allergy>,
    pub(crate) cross_reactions: Vec<CrossReaction>,
    pub(crate) interactions: Vec<Interaction>,
    pub(crate) brought: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) keys: Vec<String>,
    pub(crate) feared: bool,
    pub(crate) past: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) source: Source,
    pub(crate) text: Text,
    pub(crate) when: Condition,
}

#[derive(Clone, Debug)]
pub(crate) struct Usual {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) from: AgeLimit,
    pub(crate) below: Option<AgeLimit>,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) source: Source,
}

/// A medicine or a class.
#[derive(Clone, Debug)]
pub(crate) struct Substance {
    pub(crate) id: String,
    pub(crate) name: Text,
    /// Itself and all it belongs to or holds.
    pub(crate) kinds: Vec<usize>,
    /// A class in which an allergy to one counts for all.
    pub(crate) allergy: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Allergy {
    pub(crate) source: Source,
    pub(crate) words: usize,
    pub(crate) nothing: HashSet<String>,
    pub(crate) same: Text,
    pub(crate) class: Text,
    pub(crate) unnamed: Text,
    pub(crate) unknown: Text,
}

#[derive(Clone, Debug)]
pub(crate) struct CrossReaction {
    pub(crate) id: String,
    pub(crate) allergy: usize,
    pub(crate) drug: usize,
    pub(crate) level: Level,
    pub(crate) source: Source,
    pub(crate) text: Text,
}

#[derive(Clone, Debug)]
pub(crate) struct Interaction {
    pub(crate) id: String,
    pub(crate) a: usize,
    pub(crate) b: usize,
    pub(crate) severity: Severity,
    pub(crate) source: Source,
    pub(crate) text: Text,
}

/// The ids of the built-in checks of allergies.
pub(crate) const ALLERGY_SAME: &str = "allergy.same";
pub(crate) const ALLERGY_CLASS: &str = "allergy.class";
pub(crate) const ALLERGY_UNNAMED: &str = "allergy.unnamed";
pub(crate) const ALLERGY_UNKNOWN: &str = "allergy.unknown";

impl Pack {
    /// The pack that ships with the program.
    ///
    /// # Panics
    ///
    /// When a shipped file is broken, which the tests of this crate exclude.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static PACK: LazyLock<Pack> = LazyLock::new(|| {
            Pack::parse(&SHIPPED).unwrap_or_else(|error| panic!("the shipped pack: {error}"))
        });
        &PACK
    }

    /// Reads a pack from files, each a name and its TOML text.
    ///
    /// # Errors
    ///
    /// Names the file, the rule and what to change.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, PackError> {
        crate::reader::read(files)
    }

    /// The pack with the rows of a table that a clinic brings itself.
    ///
    /// # Errors
    ///
    /// Names every line that cannot be taken and what to change; nothing of the
    /// table is taken then.
    pub fn with_interactions_csv(&self, table: &Table<'_>) -> Result<Self, Vec<PackError>> {
        match crate::table::with_interactions(self, table) {
            (pack, broken) if broken.is_empty() => Ok(pack),
            (_, broken) => Err(broken),
        }
    }

    /// The same with every row that can be taken, and what is wrong with the
    /// others: a table that was whole for an earlier pack may have a row that says
    /// nothing for this one, which must not silence the rest.
    #[must_use]
    pub fn with_sound_interactions(&self, table: &Table<'_>) -> (Self, Vec<PackError>) {
        crate::table::with_interactions(self, table)
    }

    /// Medicines that only a table of the clinic named.
    #[must_use]
    pub fn brought(&self) -> &[String] {
        &self.brought
    }

    /// The ids of all rules, in the pack's order.
    #[must_use]
    pub fn rule_ids(&self) -> Vec<&str> {
        let rules = self.rules.iter().map(|rule| rule.id.as_str());
        let usual = self.usual.iter().map(|row| row.id.as_str());
        let crosses = self.cross_reactions.iter().map(|row| row.id.as_str());
        let interactions = self.interactions.iter().map(|row| row.id.as_str());
        let allergy: &[&str] = if self.allergy.is_some() {
            &[
                ALLERGY_SAME,
                ALLERGY_CLASS,
                ALLERGY_UNNAMED,
                ALLERGY_UNKNOWN,
            ]
        } else {
            &[]
        };
        rules
            .chain(usual)
            .chain(allergy.iter().copied())
            .chain(crosses)
            .chain(interactions)
            .collect()
    }

    /// Whether a medicine is, holds or belongs to another.
    pub(crate) fn is_a(&self, substance: usize, kind: usize) -> bool {
        self.substances[substance].kinds.contains(&kind)
    }

    pub(crate) fn name(&self, substance: usize) -> &Text {
        &self.substances[substance].name
    }

    /// What a key is called.
    pub(crate) fn label(&self, key: &str) -> Text {
        match self.fields.get(key) {
            Some(field) => Text::new(&field.fr, &field.en),
            None => Text::new(key, key),
        }
    }

    /// A number with its name and unit: "température 38,5 °C".
    pub(crate) fn value(&self, key: &str, value: f64) -> Text {
        let label = self.label(key);
        let unit = self
            .fields
            .get(key)
            .map(|field| field.unit.as_str())
            .filter(|unit| !unit.is_empty())
            .map(|unit| format!("\u{a0}{unit}"))
            .unwrap_or_default();
        let number = number(value);
        Text::new(
            format!("{}\u{a0}{}{unit}", label.fr, number.replace('.', ",")),
            format!("{}\u{a0}{number}{unit}", label.en),
        )
    }
}

/// At most two digits after the point, and none that is zero.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
