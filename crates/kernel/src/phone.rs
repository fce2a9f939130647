mod zones;

use std::{fmt, str::FromStr};

use phonenumber::{Mode, country};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A country as ISO 3166-1 alpha-2, used to read numbers written nationally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(country::Id);

impl Country {
    /// Reads a two-letter code such as `SN`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        code.parse().ok().map(Self)
    }

    /// The two-letter code.
    #[must_use]
    pub fn code(self) -> String {
        format!("{:?}", self.0)
    }
}

/// A valid phone number in E.164 (`+221771234567`), checked with
/// libphonenumber's metadata. Its `Debug` shows only the last two digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

/// Why a text is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// No number can be read from the text.
    #[error("not a phone number")]
    Unreadable,
    /// It looks like a number, but no operator of its country has it
    /// (e.g. a Cameroonian number of eight digits).
    #[error("no such number in its country")]
    Invalid,
}

impl Phone {
    /// Reads a number as people write it. `WhatsApp:` prefixes, spaces, dots
    /// and `00` are accepted; a number without `+` is read in `country`.
    ///
    /// # Errors
    /// See [`PhoneError`].
    pub fn parse(text: &str, country: Country) -> Result<Self, PhoneError> {
        Self::read(text, Some(country))
    }

    /// The same for a number that must name its country, by `+` or `00`.
    ///
    /// # Errors
    /// See [`PhoneError`].
    pub fn international(text: &str) -> Result<Self, PhoneError> {
        Self::read(text, None)
    }

    fn read(text: &str, country: Option<Country>) -> Result<Self, PhoneError> {
        let bare = text.trim();
        let bare = bare.strip_prefix("whatsapp:").unwrap_or(bare).trim();
        if bare.chars().count() > 32 {
            return Err(PhoneError::Unreadable);
        }
        let bare = match bare.strip_prefix("00") {
            Some(rest) => format!("+{rest}"),
            None => bare.to_owned(),
        };
        let region = country.filter(|_| !bare.starts_with('+'));
        let region = region.map(|country| country.0);
        let number = phonenumber::parse(region, &bare).map_err(|_| PhoneError::Unreadable)?;
        if !phonenumber::is_valid(&number) {
            return Err(PhoneError::Invalid);
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    /// Reads a number that must already be in E.164, e.g. from a column.
    ///
    /// # Errors
    /// [`PhoneError::Unreadable`] when it is not `+` and 7 to 15 digits.
    pub fn from_stored(text: String) -> Result<Self, PhoneError> {
        let digits = text.strip_prefix('+').ok_or(PhoneError::Unreadable)?;
        let plain = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if plain {
            Ok(Self(text))
        } else {
            Err(PhoneError::Unreadable)
        }
    }

    /// The number in E.164.
    #[must_use]
    pub fn as_e164(&self) -> &str {
        &self.0
    }

    /// The last nine digits, on which a mistyped or missing country code is
    /// noticed. Never enough to know a person: of valid Senegalese mobiles
    /// two thirds have a valid French twin.
    #[must_use]
    pub fn last_nine(&self) -> &str {
        &self.0[self.0.len().saturating_sub(9)..]
    }

    /// The country calling the number belongs to, `SN` for `+221…`.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        phonenumber::parse(None, &self.0)
            .ok()?
            .country()
            .id()
            .map(Country)
    }

    /// As people of that country read it: `+221 77 123 45 67`.
    #[must_use]
    pub fn pretty(&self) -> String {
        phonenumber::parse(None, &self.0).map_or_else(
            |_| self.0.clone(),
            |number| number.format().mode(Mode::International).to_string(),
        )
    }
}

impl FromStr for Phone {
    type Err = PhoneError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_stored(text.to_owned())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone(…{})", &self.0[self.0.len().saturating_sub(2)..])
    }
}

impl Serialize for Phone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_stored(text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn senegal() -> Country {
        Country::parse("SN").unwrap()
    }

    #[test]
    fn reads_numbers_as_people_write_them() {
        for text in [
            "77 123 45 67",
            "+221771234567",
            "00221 77-123-45-67",
            "whatsapp:+221771234567",
            " 771234567 ",
        ] {
            assert_eq!(
                Phone::parse(text, senegal()).unwrap().as_e164(),
                "+221771234567",
                "{text}"
            );
        }
        assert_eq!(
            Phone::parse("0812345678", Country::parse("CD").unwrap())
                .unwrap()
                .as_e164(),
            "+243812345678"
        );
    }

    #[test]
    fn refuses_what_no_operator_has() {
        // The seed's own example number: Cameroonian mobiles have nine digits after +237.
        assert_eq!(
            Phone::parse("+237987654321", senegal()),
            Err(PhoneError::Invalid)
        );
        for text in [
            "",
            "abc",
            "+",
            "12",
            "+221 77 123",
            "77 123 45 67 77 123 45 67 77 123 45 67",
        ] {
            assert!(Phone::parse(text, senegal()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_may_have_to_name_its_country() {
        for text in ["+221 77 123 45 67", "00221771234567"] {
            let phone = Phone::international(text).unwrap();
            assert_eq!(phone.as_e164(), "+221771234567");
        }
        for text in ["771234567", "221771234567", "", "+"] {
            assert_eq!(
                Phone::international(text),
                Err(PhoneError::Unreadable),
                "{text}"
            );
        }
    }

    #[test]
    fn hides_itself_in_logs() {
        let phone = Phone::parse("77 123 45 67", senegal()).unwrap();
        assert_eq!(format!("{phone:?}"), "Phone(…67)");
        assert_eq!(phone.last_nine(), "771234567");
        assert_eq!(phone.country().unwrap().code(), "SN");
        assert_eq!(phone.pretty(), "+221 77 123 45 67");
    }
}
