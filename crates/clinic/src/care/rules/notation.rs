//! Reads results and ranges as laboratories and people write them, in French and
//! English. What is not understood whole is not understood.

use super::{
    lab_words::{FEMALE, MALE, NORMAL, SOME, is_keyword},
    ranges::{Extent, Interval, Sex, unit_key},
    tokens::{self, Token},
};

/// The longest text that is read, in characters.
const LONGEST: usize = 300;

/// How a point and a comma before three digits are read: `10.000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Separators {
    /// Whether a point begins decimals.
    pub(super) point: bool,
    /// Whether a comma does.
    pub(super) comma: bool,
}

impl Separators {
    /// The ways in which these texts, written by one hand, can be read.
    pub(super) fn of(texts: [&str; 2]) -> Vec<Self> {
        let choices = |separator| {
            let uses: Vec<_> = texts
                .iter()
                .flat_map(|text| tokens::uses(text, separator))
                .collect();
            let decimal = uses.contains(&Some(true));
            let grouping = uses.contains(&Some(false));
            match (decimal, grouping, uses.contains(&None)) {
                (true, false, _) | (false, false, false) => vec![true],
                (false, true, _) => vec![false],
                _ => vec![true, false],
            }
        };
        let commas = choices(',');
        let points = choices('.').into_iter();
        points
            .flat_map(|point| {
                commas.iter().map(move |comma| Self {
                    point,
                    comma: *comma,
                })
            })
            .collect()
    }
}

/// For whom a case holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Whoever it is.
    Anyone,
    /// Men or women.
    One(Sex),
    /// Children, people who have not eaten: perhaps he, perhaps not.
    Some,
}

/// What is normal for some.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    pub(super) who: Who,
    pub(super) extent: Extent,
    /// See [`unit_key`].
    pub(super) unit: Option<String>,
}

/// What is normal, for everybody in turn.
pub(super) type Cases = Vec<Case>;

/// A result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) extent: Extent,
    /// See [`unit_key`].
    pub(super) unit: Option<String>,
}

/// Reads one text, token by token.
pub(super) struct Reader {
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
}

impl Reader {
    /// A reader of this text.
    pub(super) fn new(text: &str, ways: Separators) -> Self {
        let tokens = match text.chars().count() <= LONGEST {
            true => tokens::of(text, ways).unwrap_or_default(),
            false => Vec::new(),
        };
        Self { tokens, at: 0 }
    }

    /// The whole text as a result.
    pub(super) fn reading(mut self) -> Option<Reading> {
        let (extent, unit) = match self.bare() {
            Some(found) => found,
            None => self.extent()?,
        };
        self.at_end().then_some(Reading { extent, unit })
    }

    /// A number and nothing else; a range cannot be one.
    fn bare(&mut self) -> Option<(Extent, Option<String>)> {
        let start = self.at;
        if let Some(number) = self.number() {
            let unit = self.unit();
            if self.at_end() {
                return Some((Extent::Numbers(Interval::exactly(number)), unit));
            }
        }
        self.at = start;
        None
    }

    /// The whole text as ranges; `None` for a text without one.
    pub(super) fn cases(mut self) -> Option<Cases> {
        let mut cases = Vec::new();
        while !self.at_end() {
            if self.eat(&Token::Semi) || self.eat(&Token::Slash) || self.eat_word(&["soit"]) {
                continue;
            }
            let who = self.label()?;
            let (extent, mut unit) = self.extent()?;
            let behind = self.label_behind();
            if behind.is_some() && unit.is_none() {
                unit = self.unit();
            }
            let who = match (who, behind) {
                (Who::Anyone, Some(behind)) => behind,
                (who, None) => who,
                _ => return None,
            };
            cases.push(Case { who, extent, unit });
        }
        (!cases.is_empty()).then_some(cases)
    }

    /// `N:`, `H :`, `Femmes`, nothing.
    fn label(&mut self) -> Option<Who> {
        let mut who = Who::Anyone;
        while let Some(word) = self.word() {
            // "à jeun" begins as "à 5" does.
            let fasting = word == "a" && self.word_at(1).is_some_and(|next| next == "jeun");
            let next = if fasting || SOME.contains(&word.as_str()) {
                Some(Who::Some)
            } else if MALE.contains(&word.as_str()) {
                Some(Who::One(Sex::Male))
            } else if FEMALE.contains(&word.as_str()) {
                Some(Who::One(Sex::Female))
            } else if NORMAL.contains(&word.as_str()) {
                None
            } else {
                break;
            };
            self.at += 1;
            // "valeurs de référence"
            if self
                .word_at(1)
                .is_some_and(|word| NORMAL.contains(&word.as_str()))
            {
                self.eat_word(&["de", "of"]);
            }
            who = match (who, next) {
                (who, None) => who,
                (Who::Anyone, Some(next)) => next,
                // Pregnant women, newborn girls.
                (_, Some(_)) => Who::Some,
            };
            while self.eat(&Token::Colon) {}
        }
        (!self.at_end()).then_some(who)
    }

    /// `13-17 (H)`.
    fn label_behind(&mut self) -> Option<Who> {
        let start = self.at;
        if self.eat(&Token::Open('(')) {
            let who = self.label();
            if self.eat(&Token::Close(')')) && who.is_some_and(|who| who != Who::Anyone) {
                return who;
            }
        }
        self.at = start;
        None
    }

    pub(super) fn number(&mut self) -> Option<f64> {
        let Some(Token::Number(number)) = self.tokens.get(self.at) else {
            return None;
        };
        let number = *number;
        self.at += 1;
        Some(number)
    }

    /// `g/L`, `g / 100 mL`, `(g/dL)`.
    pub(super) fn unit(&mut self) -> Option<String> {
        let start = self.at;
        let open = self.eat(&Token::Open('('));
        let mut unit = String::new();
        loop {
            let here = self.tokens.get(self.at);
            let next = self.tokens.get(self.at + 1);
            match (here, next) {
                (Some(Token::Word { raw, folded }), next) if is_unit(folded, next) => {
                    unit.push_str(raw);
                }
                (Some(Token::Slash), Some(Token::Word { folded, .. })) if !is_keyword(folded) => {
                    unit.push('/');
                }
                (Some(Token::Slash), Some(Token::Number(number))) if self.is_word(2) => {
                    unit.push_str(&format!("/{number}"));
                    self.at += 1;
                }
                _ => break,
            }
            self.at += 1;
        }
        if unit.is_empty() || (open && !self.eat(&Token::Close(')'))) {
            self.at = start;
            return None;
        }
        Some(unit_key(&unit))
    }

    /// Whether a word stands there that says nothing but a unit.
    fn is_word(&self, ahead: usize) -> bool {
        self.word_at(ahead).is_some_and(|word| !is_keyword(&word))
    }

    pub(super) fn word(&self) -> Option<String> {
        self.word_at(0)
    }

    pub(super) fn word_at(&self, ahead: usize) -> Option<String> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Word { folded, .. }) => Some(folded.clone()),
            _ => None,
        }
    }

    pub(super) fn eat_word(&mut self, words: &[&str]) -> bool {
        let found = self
            .word()
            .is_some_and(|word| words.contains(&word.as_str()));
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat(&mut self, token: &Token) -> bool {
        let found = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(found);
        found
    }

    fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }
}

/// Whether a word is a unit's; minutes are one, unless a number comes behind "min".
fn is_unit(folded: &str, next: Option<&Token>) -> bool {
    let minutes = folded == "min" && !matches!(next, Some(Token::Number(_) | Token::Colon));
    minutes || !is_keyword(folded)
}
