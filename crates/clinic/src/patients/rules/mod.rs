//! What a patient's form may say, and ages.

#[cfg(test)]
mod crowd_tests;
pub(super) mod filing;
pub(super) mod merging;
pub(super) mod names;
pub(super) mod resemblance;
mod sound;

use jiff::civil::Date;
use kernel::{Country, FieldError, Phone, PhoneError, text};

use crate::patients::model::Gender;

/// Longest name and other short text.
pub(super) const SHORT: usize = 100;
/// Longest e-mail address (RFC 5321, 4.5.3.1.3).
const EMAIL: usize = 254;
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

    /// `today` as the clinic's calendar shows it.
    pub(super) fn birth_date(&mut self, value: Option<String>, today: &str) -> Option<String> {
        let value = self.text("date_of_birth", value, 10)?;
        match value.parse::<Date>() {
            Ok(date) if date.to_string() == value => {
                if value.as_str() > today || value.as_str() < "1900-01-01" {
                    self.0
                        .push(FieldError::new("date_of_birth", "out-of-range"));
                }
                Some(value)
            }
            _ => {
                self.0.push(FieldError::new("date_of_birth", "not-a-date"));
                None
            }
        }
    }

    pub(super) fn email(&mut self, value: Option<String>) -> Option<String> {
        let value = self.text("email", value, EMAIL)?;
        let parts = value.split_once('@');
        if parts.is_none_or(|(who, place)| who.is_empty() || !place.contains('.')) {
            self.0.push(FieldError::new("email", "malformed"));
        }
        Some(value)
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

/// Whole years between two days.
pub(super) fn age(birth: &str, today: &str) -> Option<i16> {
    let (birth, today): (Date, Date) = (birth.parse().ok()?, today.parse().ok()?);
    let before_birthday = (today.month(), today.day()) < (birth.month(), birth.day());
    Some(today.year() - birth.year() - i16::from(before_birthday))
}

/// The folded name that search compares.
pub(super) fn search_name(first: &str, last: &str) -> String {
    text::fold(&format!("{first} {last}"))
}

/// The digits of a query that looks for a number: three at least.
pub(super) fn number_fragment(folded: &str) -> Option<String> {
    let numeric = folded.chars().all(|c| c.is_ascii_digit() || c == ' ');
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    (numeric && digits.len() >= 3).then_some(digits)
}

#[cfg(test)]
mod rule_tests {
    use super::*;

    #[test]
    fn knows_a_piece_of_a_number() {
        for (query, digits) in [
            ("77 123", Some("77123")),
            ("0 8", None),
            ("0002", Some("0002")),
            ("awa 77", None),
        ] {
            assert_eq!(number_fragment(query).as_deref(), digits, "{query}");
        }
    }

    #[test]
    fn nobody_is_older_before_his_birthday() {
        assert_eq!(age("1990-05-17", "2026-05-16"), Some(35));
        assert_eq!(age("1990-05-17", "2026-05-17"), Some(36));
        assert_eq!(age("2024-02-29", "2025-02-28"), Some(0));
    }

    #[test]
    fn dates_are_real_days_of_this_century_or_the_last() {
        let check = |text: &str| {
            let mut check = Check::default();
            check.birth_date(Some(text.into()), "2026-03-01");
            check.0.first().map(|error| error.code)
        };
        assert_eq!(check("1990-02-28"), None);
        assert_eq!(check("1990-02-30"), Some("not-a-date"));
        assert_eq!(check("28/02/1990"), Some("not-a-date"));
        assert_eq!(check("2026-03-02"), Some("out-of-range"));
        assert_eq!(check("1899-12-31"), Some("out-of-range"));
    }
}
