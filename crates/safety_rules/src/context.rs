//! The facts of one patient as the conditions read them.

use crate::condition::{Reason, Truth};
use crate::facts::Facts;
use crate::finding::Text;
use crate::inputs;
use crate::language::Status;
use crate::lexicon::Term;
use crate::news2::{Applies, News2, news2};
use crate::pack::Pack;
use crate::words::{Word, words};

/// A number that is worked out from others, and the keys behind it.
const DERIVED: [(&str, &[&str]); 7] = [
    ("age_years", &[inputs::AGE]),
    ("age_days", &[inputs::AGE]),
    ("systolic", &[inputs::BLOOD_PRESSURE]),
    ("diastolic", &[inputs::BLOOD_PRESSURE]),
    ("shock_index", &[inputs::PULSE, inputs::BLOOD_PRESSURE]),
    ("news2", &[]),
    ("news2_highest", &[]),
];

/// Whether a key names a number that is worked out.
pub(crate) fn is_derived(key: &str) -> bool {
    DERIVED.iter().any(|(derived, _)| *derived == key)
}

/// A phrase found in a text of the record.
#[derive(Clone, Debug)]
pub(crate) struct Hit<'a> {
    pub(crate) term: Term,
    pub(crate) key: &'a str,
    /// As written in the record.
    pub(crate) written: &'a str,
    /// Where the text and its sentence stand.
    pub(crate) text: usize,
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) status: Status,
}

/// A medicine named in the record.
#[derive(Clone, Debug)]
pub(crate) struct Mention<'a> {
    pub(crate) substance: usize,
    pub(crate) key: &'a str,
    pub(crate) written: &'a str,
    /// In milligrams, when a dose follows the name.
    pub(crate) dose: Option<f64>,
}

/// All that a condition may ask.
pub(crate) struct Context<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) facts: &'a Facts,
    pub(crate) hits: Vec<Hit<'a>>,
    pub(crate) texts: Vec<Vec<Word>>,
    pub(crate) medicines: Vec<Mention<'a>>,
    pub(crate) news2: News2,
}

impl<'a> Context<'a> {
    pub(crate) fn new(pack: &'a Pack, facts: &'a Facts) -> Self {
        let mut context = Self {
            pack,
            facts,
            hits: Vec::new(),
            texts: Vec::new(),
            medicines: Vec::new(),
            news2: news2(facts, false),
        };
        for (key, text) in facts.texts() {
            context.scan(key, text);
        }
        context.medicines = context.medicines();
        if context.news2.applies == Applies::Yes && context.is_pregnant() {
            context.news2 = news2(facts, true);
        }
        context
    }

    fn scan(&mut self, key: &'a str, text: &'a str) {
        let words = words(text);
        for found in self.pack.lexicon.find(&words) {
            self.hits.push(Hit {
                term: found.term,
                key,
                written: &text[words[found.first].from..words[found.last].to],
                text: self.texts.len(),
                first: found.first,
                last: found.last,
                status: self.pack.language.status(&words, found.first, found.last),
            });
        }
        self.texts.push(words);
    }

    fn is_pregnant(&self) -> bool {
        self.pack
            .pregnant
            .is_some_and(|at| matches!(self.pack.named[at].check(self), Truth::Yes(_)))
    }

    /// The medicines of the record that are neither denied nor stopped.
    fn medicines(&self) -> Vec<Mention<'a>> {
        let mut found: Vec<Mention<'a>> = Vec::new();
        for hit in &self.hits {
            let Term::Substance(substance) = hit.term else {
                continue;
            };
            let is_taken = !matches!(
                hit.status,
                Status::Denied | Status::Stopped | Status::OfOthers
            );
            let is_new = found
                .iter()
                .all(|known| (known.substance, known.key) != (substance, hit.key));
            if is_taken && is_new && self.pack.medicines.iter().any(|key| key == hit.key) {
                found.push(Mention {
                    substance,
                    key: hit.key,
                    written: hit.written,
                    dose: dose_after(&self.texts[hit.text], hit.last),
                });
            }
        }
        found
    }

    /// A measured or derived number.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        let pressure = self.facts.pressures();
        match key {
            "age_years" => self.facts.age().map(|age| f64::from(age.years())),
            "age_days" => self.facts.age()?.days().map(f64::from),
            "systolic" => pressure.map(|(systolic, _)| systolic),
            "diastolic" => pressure.map(|(_, diastolic)| diastolic),
            "shock_index" => Some(self.facts.number(inputs::PULSE)? / pressure?.0),
            "news2" => self.news2.score.map(f64::from),
            "news2_highest" => self.news2.score.map(|_| f64::from(self.news2.highest())),
            _ => self.facts.number(key),
        }
    }

    /// The form's keys that a number rests on.
    pub(crate) fn keys_behind(&self, key: &str) -> Vec<String> {
        let behind: &[&str] = match DERIVED.iter().find(|(derived, _)| *derived == key) {
            None => return vec![key.to_owned()],
            Some((_, [])) => {
                let scored = self.news2.points.iter().filter(|part| part.points > 0);
                return scored.map(|part| part.key.to_owned()).collect();
            }
            Some((_, behind)) => behind,
        };
        behind.iter().map(|&key| key.to_owned()).collect()
    }

    /// "SpO2 88 %".
    pub(crate) fn measured(&self, key: &str, value: f64) -> Reason {
        Reason {
            text: self.pack.value(key, value),
            fields: self.keys_behind(key),
        }
    }

    /// "hypertension connue : oui".
    pub(crate) fn answered(&self, key: &str, yes: bool) -> Reason {
        let (fr, en) = if yes { ("oui", "yes") } else { ("non", "no") };
        let label = self.pack.label(key);
        Reason {
            text: Text::new(
                format!("{}\u{a0}: {fr}", label.fr),
                format!("{}: {en}", label.en),
            ),
            fields: vec![key.to_owned()],
        }
    }

    /// "conscience : voix".
    pub(crate) fn chosen(&self, key: &str, word: &str) -> Reason {
        let label = self.pack.label(key);
        Reason {
            text: Text::new(
                format!("{}\u{a0}: {word}", label.fr),
                format!("{}: {word}", label.en),
            ),
            fields: vec![key.to_owned()],
        }
    }

    /// "motif : « douleur thoracique »".
    pub(crate) fn written(&self, key: &str, written: &str) -> Reason {
        let label = self.pack.label(key);
        Reason {
            text: Text::new(
                format!("{}\u{a0}: «\u{a0}{written}\u{a0}»", label.fr),
                format!("{}: “{written}”", label.en),
            ),
            fields: vec![key.to_owned()],
        }
    }

    /// The first place where a set of words is said of the patient.
    pub(crate) fn said(&self, term: Term, set: usize) -> Option<Reason> {
        let set = &self.pack.words[set];
        let counts = |status: Status| match status {
            // Only medicines are stopped.
            Status::Said | Status::Stopped => true,
            Status::Feared => set.feared,
            Status::Past => set.past,
            Status::Denied | Status::OfOthers => false,
        };
        self.hits
            .iter()
            .find(|hit| {
                hit.term == term && counts(hit.status) && set.keys.iter().any(|key| key == hit.key)
            })
            .map(|hit| self.written(hit.key, hit.written))
    }

    /// Where a medicine, or one of a class, is taken or proposed.
    pub(crate) fn taken(&self, substance: usize, at_least: Option<f64>) -> Vec<Reason> {
        self.medicines
            .iter()
            .filter(|found| self.pack.is_a(found.substance, substance))
            .filter(|found| {
                at_least.is_none_or(|least| found.dose.is_some_and(|dose| dose >= least))
            })
            .map(|found| self.written(found.key, found.written))
            .collect()
    }
}

/// How many words after a name may hold its dose.
const DOSE_WITHIN: usize = 3;

/// The first dose after a name, in milligrams: "800 mg", "1g".
fn dose_after(words: &[Word], last: usize) -> Option<f64> {
    let after = words.get(last + 1..)?;
    let near = &after[..after.len().min(DOSE_WITHIN)];
    near.iter().enumerate().find_map(|(at, word)| {
        let digits = word
            .folded
            .find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, '.' | ',')))
            .unwrap_or(word.folded.len());
        let (number, unit) = word.folded.split_at(digits);
        let number: f64 = number.replace(',', ".").parse().ok()?;
        let unit = if unit.is_empty() {
            near.get(at + 1).map_or("", |next| next.folded.as_str())
        } else {
            unit
        };
        match unit {
            "mg" => Some(number),
            "g" => Some(number * 1000.0),
            _ => None,
        }
    })
}
