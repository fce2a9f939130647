//! The conditions of the pack: yes, no or unknown, and why.

use crate::context::Context;
use crate::facts::{AgeLimit, Sex};
use crate::finding::Text;
use crate::lexicon::Term;

/// A condition on the facts.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    /// So many of the parts.
    Count(usize, Vec<Self>),
    /// Unknown when the part is.
    Not(Box<Self>),
    /// Yes unless the part is known to hold.
    Unless(Box<Self>),
    /// A condition of the pack that has a name, by its place.
    Holds(usize),
    Number(Compare),
    /// A yes/no field.
    Bool(String, bool),
    /// A field of a closed list, with the words that count.
    Word(String, Vec<String>),
    /// Sets of words of the pack, by their places: any of them.
    Says(Vec<usize>),
    Age {
        from: Option<AgeLimit>,
        below: Option<AgeLimit>,
    },
    Sex(Sex),
    /// A medicine or one of a class, by its place, taken or proposed; at a dose
    /// of so many milligrams or more when one is named.
    Drug(usize, Option<f64>),
}

/// Limits of a number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compare {
    pub(crate) key: String,
    pub(crate) below: Option<f64>,
    pub(crate) above: Option<f64>,
    pub(crate) at_least: Option<f64>,
    pub(crate) at_most: Option<f64>,
}

/// Why a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reason {
    pub(crate) text: Text,
    pub(crate) fields: Vec<String>,
}

/// What a condition says of the facts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Truth {
    Yes(Vec<Reason>),
    No,
    /// With the keys that would decide it.
    Unknown(Vec<String>),
}

impl Compare {
    fn holds(&self, value: f64) -> bool {
        self.below.is_none_or(|limit| value < limit)
            && self.above.is_none_or(|limit| value > limit)
            && self.at_least.is_none_or(|limit| value >= limit)
            && self.at_most.is_none_or(|limit| value <= limit)
    }
}

impl Condition {
    pub(crate) fn check(&self, context: &Context<'_>) -> Truth {
        match self {
            Self::All(parts) => all(parts, context),
            Self::Any(parts) => count(1, parts, context),
            Self::Count(wanted, parts) => count(*wanted, parts, context),
            Self::Not(part) => match part.check(context) {
                Truth::Yes(_) => Truth::No,
                Truth::No => Truth::Yes(Vec::new()),
                unknown @ Truth::Unknown(_) => unknown,
            },
            Self::Unless(part) => match part.check(context) {
                Truth::Yes(_) => Truth::No,
                Truth::No | Truth::Unknown(_) => Truth::Yes(Vec::new()),
            },
            Self::Holds(at) => context.pack.named[*at].check(context),
            Self::Number(compare) => match context.number(&compare.key) {
                None => Truth::Unknown(context.keys_behind(&compare.key)),
                Some(value) if compare.holds(value) => {
                    Truth::Yes(vec![context.measured(&compare.key, value)])
                }
                Some(_) => Truth::No,
            },
            Self::Bool(key, wanted) => match context.facts.bool(key) {
                None => Truth::Unknown(vec![key.clone()]),
                Some(value) if value == *wanted => Truth::Yes(vec![context.answered(key, value)]),
                Some(_) => Truth::No,
            },
            Self::Word(key, wanted) => match context.facts.words(key) {
                None => Truth::Unknown(vec![key.clone()]),
                Some(word) if wanted.iter().any(|one| one == word) => {
                    Truth::Yes(vec![context.chosen(key, word)])
                }
                Some(_) => Truth::No,
            },
            Self::Says(sets) => says(sets, context),
            Self::Age { from, below } => age(*from, *below, context),
            Self::Sex(wanted) => match context.facts.sex() {
                Sex::Unknown => Truth::Unknown(Vec::new()),
                sex if sex == *wanted => Truth::Yes(Vec::new()),
                _ => Truth::No,
            },
            Self::Drug(substance, dose) => {
                let reasons = context.taken(*substance, *dose);
                if reasons.is_empty() {
                    Truth::No
                } else {
                    Truth::Yes(reasons)
                }
            }
        }
    }

    /// Every part of the condition, itself first.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        let inner: Vec<&Self> = match self {
            Self::All(parts) | Self::Any(parts) | Self::Count(_, parts) => parts.iter().collect(),
            Self::Not(part) | Self::Unless(part) => vec![part],
            _ => Vec::new(),
        };
        std::iter::once(self)
            .chain(inner.into_iter().flat_map(Self::parts))
            .collect()
    }
}

fn all(parts: &[Condition], context: &Context<'_>) -> Truth {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    for part in parts {
        match part.check(context) {
            Truth::Yes(more) => reasons.extend(more),
            Truth::No => return Truth::No,
            Truth::Unknown(keys) => missing.push(keys),
        }
    }
    if missing.is_empty() {
        Truth::Yes(reasons)
    } else {
        Truth::Unknown(missing.concat())
    }
}

fn count(wanted: usize, parts: &[Condition], context: &Context<'_>) -> Truth {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    let mut found = 0;
    for part in parts {
        match part.check(context) {
            Truth::Yes(more) => {
                found += 1;
                reasons.extend(more);
            }
            Truth::No => {}
            Truth::Unknown(keys) => missing.push(keys),
        }
    }
    if found >= wanted {
        Truth::Yes(reasons)
    } else if found + missing.len() >= wanted {
        Truth::Unknown(missing.concat())
    } else {
        Truth::No
    }
}

fn says(sets: &[usize], context: &Context<'_>) -> Truth {
    let found: Vec<Reason> = sets
        .iter()
        .filter_map(|set| context.said(Term::Words(*set), *set))
        .collect();
    if found.is_empty() {
        Truth::No
    } else {
        Truth::Yes(found)
    }
}

fn age(from: Option<AgeLimit>, below: Option<AgeLimit>, context: &Context<'_>) -> Truth {
    let Some(age) = context.facts.age() else {
        return Truth::Unknown(vec![crate::inputs::AGE.to_owned()]);
    };
    let old_enough = from.is_none_or(|limit| limit.reached_by(age));
    let young_enough = below.is_none_or(|limit| limit.is_above(age));
    if old_enough && young_enough {
        Truth::Yes(Vec::new())
    } else {
        Truth::No
    }
}
