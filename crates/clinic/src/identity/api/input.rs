//! What people write about themselves and others, checked all at once.

use jiff::civil::Date;
use kernel::{Country, FieldError, Phone, PhoneError, Problem, text};

/// Longest name to sign in with (`spec/agent-medical.md`, registration).
const USERNAME: usize = 150;
/// Longest name and other short text.
pub(super) const SHORT: usize = 100;
/// Longest e-mail address (RFC 5321, 4.5.3.1.3).
const EMAIL: usize = 254;
/// Longest address.
pub(super) const LONG: usize = 500;

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(super) struct Check(Vec<FieldError>);

impl Check {
    /// Says everything that is wrong.
    pub(super) fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Problem::fields(self.0))
        }
    }

    pub(super) fn wrong(&mut self, field: impl Into<String>, code: &'static str) {
        self.0.push(FieldError::new(field, code));
    }

    /// A name to sign in with; one without a letter or digit could not be told from another.
    pub(super) fn username(&mut self, value: &str) -> String {
        let value = value.trim();
        if text::fold(value).is_empty() {
            self.wrong("username", "required");
        }
        self.length("username", value, USERNAME);
        value.to_owned()
    }

    pub(super) fn name(&mut self, field: &'static str, value: &str) -> String {
        let value = value.trim();
        if text::fold(value).is_empty() {
            self.wrong(field, "required");
        }
        self.length(field, value, SHORT);
        value.to_owned()
    }

    pub(super) fn text(
        &mut self,
        field: &str,
        value: Option<String>,
        max: usize,
    ) -> Option<String> {
        let value = value.map(|value| value.trim().to_owned());
        let value = value.filter(|value| !value.is_empty())?;
        self.length(field, &value, max);
        Some(value)
    }

    pub(super) fn email(&mut self, value: Option<String>) -> Option<String> {
        let value = self.text("email", value, EMAIL)?;
        let parts = value.split_once('@');
        let readable = parts.is_some_and(|(who, place)| !who.is_empty() && place.contains('.'));
        if !readable || value.contains(char::is_whitespace) {
            self.wrong("email", "malformed");
        }
        Some(value)
    }

    /// In E.164.
    pub(super) fn phone(&mut self, value: Option<String>, country: Country) -> Option<String> {
        let value = value.filter(|value| !value.trim().is_empty())?;
        match Phone::parse(&value, country) {
            Ok(phone) => return Some(phone.as_e164().to_owned()),
            Err(PhoneError::Unreadable) => self.wrong("phone", "not-a-phone"),
            Err(PhoneError::Invalid) => self.wrong("phone", "no-such-number"),
        }
        None
    }

    /// `today` as the clinic's calendar shows it.
    pub(super) fn birth_date(
        &mut self,
        field: &str,
        value: Option<String>,
        today: &str,
    ) -> Option<String> {
        let value = self.text(field, value, 10)?;
        match value.parse::<Date>() {
            Ok(date) if date.to_string() == value => {
                if value.as_str() > today || value.as_str() < "1900-01-01" {
                    self.wrong(field, "out-of-range");
                }
            }
            _ => self.wrong(field, "not-a-date"),
        }
        Some(value)
    }

    fn length(&mut self, field: &str, value: &str, max: usize) {
        if value.chars().count() > max {
            let error = FieldError::new(field, "too-long").with("max", max);
            self.0.push(error);
        }
    }
}
