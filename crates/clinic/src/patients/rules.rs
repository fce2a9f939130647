//! Names, dates and how alike two names are.

use std::collections::BTreeSet;

use kernel::{Country, FieldError, Phone, PhoneError, Timestamp, Zone, text};

use super::model::Gender;

/// Longest name and other short text.
pub(super) const SHORT: usize = 100;
/// Longest free text.
pub(super) const LONG: usize = 10_000;

/// Collects what is wrong with a form, so that all of it is said at once.
#[derive(Debug, Default)]
pub(super) struct Check(pub(super) Vec<FieldError>);

impl Check {
    pub(super) fn name(&mut self, field: &'static str, value: &str) -> String {
        let value = value.trim();
        if value.is_empty() || text::fold(value).is_empty() {
            self.0.push(FieldError::new(field, "required"));
        }
        self.length(field, value, SHORT);
        value.to_owned()
    }

    pub(super) fn text(
        &mut self,
        field: &'static str,
        value: Option<String>,
        max: usize,
    ) -> Option<String> {
        let value = value
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())?;
        self.length(field, &value, max);
        Some(value)
    }

    fn length(&mut self, field: &'static str, value: &str, max: usize) {
        if value.chars().count() > max {
            self.0
                .push(FieldError::new(field, "too-long").with("max", max));
        }
    }

    pub(super) fn phone(
        &mut self,
        field: &'static str,
        value: &str,
        country: Country,
    ) -> Option<Phone> {
        let code = match Phone::parse(value, country) {
            Ok(phone) => return Some(phone),
            Err(_) if value.trim().is_empty() => "required",
            Err(PhoneError::Unreadable) => "not-a-phone",
            Err(PhoneError::Invalid) => "no-such-number",
        };
        self.0.push(FieldError::new(field, code));
        None
    }

    pub(super) fn birth_date(&mut self, value: Option<String>, now: Timestamp) -> Option<String> {
        let value = self.text("birth_date", value, 10)?;
        match value.parse::<jiff::civil::Date>() {
            Ok(date) if date.to_string() == value => {
                let today = now.day(&Zone::utc());
                if value > today || value.as_str() < "1900-01-01" {
                    self.0.push(FieldError::new("birth_date", "out-of-range"));
                }
                Some(value)
            }
            _ => {
                self.0.push(FieldError::new("birth_date", "not-a-date"));
                None
            }
        }
    }

    pub(super) fn gender(&mut self, value: Option<String>) -> Option<Gender> {
        let value = self.text("gender", value, SHORT)?;
        match text::fold(&value).as_str() {
            "m" | "male" | "masculin" | "homme" => Some(Gender::Male),
            "f" | "female" | "feminin" | "femme" => Some(Gender::Female),
            _ => {
                self.0
                    .push(FieldError::new("gender", "not-a-choice").with("choices", "M, F"));
                None
            }
        }
    }
}

/// The folded name that search compares.
pub(super) fn search_name(first: &str, last: &str) -> String {
    text::fold(&format!("{first} {last}"))
}

/// The three-letter pieces of a folded name, each word with a space before and
/// after, so that beginnings count.
pub(super) fn trigrams(folded: &str) -> BTreeSet<String> {
    let padded = format!(" {folded} ");
    let letters: Vec<char> = padded.chars().collect();
    letters
        .windows(3)
        .map(|three| three.iter().collect())
        .collect()
}

/// How well a folded name answers a folded query, 0 to 1: each word of the
/// query finds its best word of the name, whole or as its beginning.
pub(super) fn likeness(query: &str, name: &str) -> f64 {
    let words: Vec<&str> = name.split(' ').collect();
    let best = |wanted: &str| {
        let likeness = |word: &&str| {
            if word.starts_with(wanted) {
                1.0
            } else {
                strsim::normalized_damerau_levenshtein(wanted, word)
            }
        };
        words.iter().map(likeness).fold(0.0, f64::max)
    };
    let wanted: Vec<&str> = query.split(' ').filter(|word| !word.is_empty()).collect();
    let sum: f64 = wanted.iter().map(|word| best(word)).sum();
    let count = u32::try_from(wanted.len().max(1)).map_or(1.0, f64::from);
    sum / count
}

/// Below this a name is no answer: one wrong letter in a word of four passes.
pub(super) const ALIKE: f64 = 0.72;

#[cfg(test)]
mod rule_tests {
    use super::*;

    #[test]
    fn finds_names_in_spite_of_spelling() {
        let name = search_name("Aïssatou", "N'Diaye");
        for query in [
            "aissatou",
            "Ndiaye aissatou",
            "AISATOU",
            "n'diaye",
            "aissa",
            "diaye",
        ] {
            assert!(likeness(&text::fold(query), &name) >= ALIKE, "{query}");
        }
        for query in ["moussa", "ba", "fatou sarr"] {
            assert!(likeness(&text::fold(query), &name) < ALIKE, "{query}");
        }
    }

    #[test]
    fn dates_are_real_days_of_this_century_or_the_last() {
        let now = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        let check = |text: &str| {
            let mut check = Check::default();
            check.birth_date(Some(text.into()), now);
            check.0.first().map(|error| error.code)
        };
        assert_eq!(check("1990-02-28"), None);
        assert_eq!(check("1990-02-30"), Some("not-a-date"));
        assert_eq!(check("28/02/1990"), Some("not-a-date"));
        assert_eq!(check("2026-03-02"), Some("out-of-range"));
        assert_eq!(check("1899-12-31"), Some("out-of-range"));
    }
}
