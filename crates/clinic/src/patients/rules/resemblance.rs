//! Whether two patients may be one person.
//!
//! Names decide first: they are compared word by word in any order, by sound and by
//! spelling. Two people whose names differ in one word are two people, whatever else
//! they share: twins have one birth date and one phone. What else is known then adds
//! or takes away. The weights stand on the pairs in the tests beside this file and on
//! a made-up clinic of 10,000 people there (`crowd_tests`):
//!
//! | of 100 who register | probable | possible or probable |
//! |---|---|---|
//! | new people for whom somebody is shown | 0.05 | 7.0 |
//! | known people, misspelt, for whom they are shown | 80.6 | 94.0 |
//!
//! A score says how much speaks for one person, not how likely it is.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::sound::{sounds, without_prenasal};
use crate::patients::model::{Gender, PatientRow};

/// From here on it is probably one person: a whole name with the birth date, or with
/// the phone, and not less.
const PROBABLE: i32 = 80;
/// From here on a person should look: a whole name with something that speaks for it.
const POSSIBLE: i32 = 60;
/// More words than anybody's name has.
const WORDS: usize = 6;

kernel::words! {
    /// How sure we are.
    pub enum Certainty {
        /// It should be looked at.
        Possible = "possible",
        /// It most likely is one person.
        Probable = "probable",
    }
}

kernel::words! {
    /// What speaks for one person or against it; each has a text `duplicates-reason-…`.
    pub enum Reason {
        /// Every word of the name is the same.
        SameName = "same-name",
        /// Spelt otherwise, said the same.
        SameSound = "same-sound",
        /// A letter or two differ.
        NearName = "near-name",
        /// One of them has a name more.
        NameMissing = "name-missing",
        /// A name is only an initial.
        Initial = "initial",
        /// The given names and all else fit, the family name does not.
        OtherFamilyName = "other-family-name",
        /// The same birth date.
        SameDate = "same-date",
        /// The same first of January, which stands for "that year".
        SameYear = "same-year",
        /// Day and month are swapped.
        SwappedDate = "swapped-date",
        /// One digit of the date differs.
        DigitDate = "digit-date",
        /// About the same year; one date is only approximate.
        NearYear = "near-year",
        /// Another birth date.
        OtherDate = "other-date",
        /// The same phone.
        SamePhone = "same-phone",
        /// Another sex.
        OtherSex = "other-sex",
    }
}

/// How alike two patients are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resemblance {
    /// 0 to 100.
    pub score: i32,
    /// What it means.
    pub certainty: Certainty,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// A word of a name.
#[derive(Debug)]
pub(super) struct Word {
    letters: String,
    pub(super) sounds: Vec<String>,
    given: bool,
}

impl Word {
    pub(super) fn is_initial(&self) -> bool {
        self.letters.chars().count() == 1
    }
}

/// What of a patient is compared.
#[derive(Debug)]
pub(in crate::patients) struct Traits {
    pub(super) words: Vec<Word>,
    pub(super) birth: Option<Date>,
    gender: Option<Gender>,
}

impl Traits {
    pub(in crate::patients) fn new(
        (first, last): (&str, &str),
        birth: Option<&str>,
        gender: Option<Gender>,
    ) -> Self {
        let mut words = Vec::new();
        for (name, given) in [(first, true), (last, false)] {
            // An apostrophe is part of a name, a hyphen stands between two.
            let joined: String = name.chars().filter(|c| !"'’ʼ`´".contains(*c)).collect();
            for word in kernel::text::fold(&joined).split_whitespace() {
                let sounds = sounds(word);
                let letters = word.to_owned();
                words.push(Word {
                    letters,
                    sounds,
                    given,
                });
            }
        }
        words.truncate(WORDS);
        let birth = birth.and_then(|birth| birth.parse().ok());
        Self {
            words,
            birth,
            gender,
        }
    }

    pub(in crate::patients) fn of(patient: &PatientRow) -> Self {
        let name = (patient.first_name.as_str(), patient.last_name.as_str());
        Self::new(name, patient.birth_date.as_deref(), patient.gender)
    }
}

/// Compares two patients; nothing when they are two people by all that is known.
pub(in crate::patients) fn compare(
    one: &Traits,
    other: &Traits,
    same_phone: bool,
) -> Option<Resemblance> {
    let names = names(one, other)?;
    let mut reasons = names.reasons;
    let (mut score, date) = (names.points, date(one.birth, other.birth));
    if names.other_family && !(same_phone && date == Some((30, Reason::SameDate))) {
        return None;
    }
    if let Some((points, reason)) = date {
        score += points;
        reasons.push(reason);
    }
    if same_phone {
        score += 25;
        reasons.push(Reason::SamePhone);
    }
    score += match (one.gender, other.gender) {
        (Some(one), Some(other)) if one == other => 3,
        (Some(_), Some(_)) => {
            reasons.push(Reason::OtherSex);
            -25
        }
        _ => 0,
    };
    let score = score.clamp(0, names.at_most);
    let certainty = match score {
        PROBABLE.. => Certainty::Probable,
        POSSIBLE.. => Certainty::Possible,
        _ => return None,
    };
    Some(Resemblance {
        score,
        certainty,
        reasons,
    })
}

struct Names {
    points: i32,
    at_most: i32,
    other_family: bool,
    reasons: Vec<Reason>,
}

/// A word of the one with its word of the other, and how alike they are.
type Pair = (usize, usize, f64);

/// Each word with its best of the other name, the best pairs first.
fn paired(one: &[Word], other: &[Word]) -> Vec<Pair> {
    let mut all: Vec<Pair> = Vec::new();
    for (at, word) in one.iter().enumerate() {
        let likes = other.iter().enumerate();
        all.extend(likes.map(|(there, its)| (at, there, likeness(word, its))));
    }
    all.sort_by(|a, b| b.2.partial_cmp(&a.2).unwrap_or(Ordering::Equal));
    let mut taken: Vec<Pair> = Vec::new();
    for pair in all {
        if !taken.iter().any(|(a, b, _)| *a == pair.0 || *b == pair.1) {
            taken.push(pair);
        }
    }
    taken
}

/// Same sound.
const HEARD: f64 = 0.95;
/// A word like this is the other one with a slip.
const SLIP: f64 = 0.75;
/// A word less alike than this is another name.
const OTHER: f64 = 0.6;

fn names(one: &Traits, other: &Traits) -> Option<Names> {
    let pairs = paired(&one.words, &other.words);
    let (_, _, worst) = *pairs.last()?;
    if worst < OTHER {
        return other_family(one, other, &pairs);
    }
    let count = f64::from(u32::try_from(pairs.len()).unwrap_or(1));
    let mean = pairs.iter().map(|pair| pair.2).sum::<f64>() / count;
    if mean < SLIP || pairs[0].2 < 0.85 {
        return None;
    }
    let initial = pairs
        .iter()
        .any(|(a, b, _)| one.words[*a].is_initial() != other.words[*b].is_initial());
    let missing = one.words.len().abs_diff(other.words.len());
    let mut points = 25 + scaled(30.0 * ((mean - SLIP) / (0.92 - SLIP)).min(1.0));
    points -= 3 * i32::try_from(missing.min(2)).unwrap_or(2);
    if pairs.len() >= 3 && worst >= 0.93 {
        points += 6;
    }
    let mut reasons = vec![match worst {
        1.0.. => Reason::SameName,
        HEARD.. => Reason::SameSound,
        _ => Reason::NearName,
    }];
    if initial {
        points -= 10;
        reasons = vec![Reason::Initial];
    }
    if missing > 0 {
        reasons.push(Reason::NameMissing);
    }
    let at_most = if worst < SLIP || pairs.len() == 1 {
        PROBABLE - 1
    } else {
        100
    };
    Some(Names {
        points,
        at_most,
        other_family: false,
        reasons,
    })
}

#[expect(clippy::cast_possible_truncation, reason = "0 to 30")]
fn scaled(points: f64) -> i32 {
    points.round() as i32
}

/// The given names fit, the family name does not: a marriage, perhaps.
fn other_family(one: &Traits, other: &Traits, pairs: &[Pair]) -> Option<Names> {
    let given = pairs.iter().filter(|(a, ..)| one.words[*a].given);
    let mut fits = given.map(|(_, b, like)| other.words[*b].given && *like >= HEARD);
    let first = fits.next()?;
    (first && fits.all(|fits| fits)).then(|| Names {
        points: 10,
        at_most: PROBABLE - 1,
        other_family: true,
        reasons: vec![Reason::OtherFamilyName],
    })
}

/// How alike two words of names are, 0 to 1.
fn likeness(one: &Word, other: &Word) -> f64 {
    let (a, b) = (one.letters.as_str(), other.letters.as_str());
    if a == b {
        return 1.0;
    }
    let length = a.chars().count().min(b.chars().count());
    if length == 1 {
        let begins = a.chars().next() == b.chars().next();
        return if begins { 0.86 } else { 0.0 };
    }
    if feminine(a, b) {
        return SLIP - 0.01;
    }
    let pairs = one
        .sounds
        .iter()
        .flat_map(|a| other.sounds.iter().map(move |b| (a, b)));
    let heard = pairs.map(|(a, b)| heard(a, b)).fold(0.0, f64::max);
    // In a word of three letters one other letter makes another name: Awa, Ada.
    if heard >= 0.9 || length <= 3 {
        return if heard >= 0.9 { heard } else { heard.min(0.5) };
    }
    let spelt = strsim::normalized_damerau_levenshtein(a, b);
    let like = spelt.max(heard);
    // Aminata and Aminatou, Mariam and Mariama: the ending is the name.
    let (last, its_last) = (a.chars().next_back(), b.chars().next_back());
    let vowel = |c: Option<char>| c.is_some_and(|c| "aeiou".contains(c));
    if last != its_last && (vowel(last) || vowel(its_last)) {
        return like.min(SLIP - 0.01);
    }
    like
}

fn heard(a: &str, b: &str) -> f64 {
    if a == b {
        return HEARD;
    }
    let (bare, its) = (without_prenasal(a), without_prenasal(b));
    if bare == its || a.replace('l', "r") == b.replace('l', "r") {
        return 0.9;
    }
    strsim::normalized_damerau_levenshtein(a, b)
}

/// Daniel and Danielle, Jean and Jeanne sound alike and are two people.
fn feminine(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let added = long.strip_prefix(short);
    let doubled = short.chars().next_back().map(|last| format!("{last}e"));
    !short.ends_with(['a', 'e', 'i', 'o', 'u', 'y', 'f'])
        && added.is_some_and(|added| added == "e" || Some(added) == doubled.as_deref())
}

/// What two birth dates say, in points.
fn date(one: Option<Date>, other: Option<Date>) -> Option<(i32, Reason)> {
    let (one, other) = (one?, other?);
    let first = |date: Date| date.month() == 1 && date.day() == 1;
    let years = one.year().abs_diff(other.year());
    Some(if one == other {
        match first(one) {
            true => (15, Reason::SameYear),
            false => (30, Reason::SameDate),
        }
    } else if years == 0 && (one.day(), one.month()) == (other.month(), other.day()) {
        (24, Reason::SwappedDate)
    } else if first(one) || first(other) {
        match years {
            0 | 1 => (10, Reason::NearYear),
            2..=5 => (0, Reason::NearYear),
            _ => (-30, Reason::OtherDate),
        }
    } else if one_digit(one, other) {
        (20, Reason::DigitDate)
    } else {
        match years {
            0 | 1 => (-15, Reason::OtherDate),
            _ => (-40, Reason::OtherDate),
        }
    })
}

fn one_digit(one: Date, other: Date) -> bool {
    let (one, other) = (one.to_string(), other.to_string());
    strsim::hamming(&one, &other) == Ok(1)
}

#[cfg(test)]
#[path = "resemblance_tests.rs"]
mod resemblance_tests;
