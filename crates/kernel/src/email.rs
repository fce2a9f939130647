use std::{fmt, str::FromStr};

/// Longest address (RFC 5321, 4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;
/// Longest part before the `@` (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// Longest label of a domain (RFC 1035, 2.3.4).
const LONGEST_LABEL: usize = 63;

/// An e-mail address that a message can be sent to: the plain form of RFC 5321
/// in ASCII, without quotes, comments or address literals. Its `Debug` shows
/// only the domain.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

/// The text is no address that we can write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct EmailError;

impl EmailAddress {
    /// Reads an address; spaces around it do not count.
    ///
    /// # Errors
    /// [`EmailError`] for whatever else.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        if text.len() <= LONGEST && is_local(local) && is_domain(domain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(EmailError)
        }
    }

    /// The address as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Words of `atext` with single dots between them (RFC 5322, 3.2.3).
fn is_local(text: &str) -> bool {
    let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let word = |word: &str| !word.is_empty() && word.bytes().all(atext);
    text.len() <= LONGEST_LOCAL && text.split('.').all(word)
}

/// At least two labels of letters, digits and inner hyphens.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let ends = !label.starts_with('-') && !label.ends_with('-');
        !label.is_empty() && label.len() <= LONGEST_LABEL && ends && label.bytes().all(inner)
    };
    text.contains('.') && text.split('.').all(label)
}

impl FromStr for EmailAddress {
    type Err = EmailError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress(…@{})", self.domain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_written_to_is_an_address() {
        for good in [
            "awa@example.org",
            " awa.diop+lafiya@mail.example.co.uk ",
            "o'neil_1@x-y.sn",
        ] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "",
            "awa",
            "awa@",
            "@example.org",
            "awa@example",
            "awa@example..org",
            "awa@-example.org",
            ".awa@example.org",
            "awa@[127.0.0.1]",
            "\"awa\"@example.org",
            "aïcha@example.org",
            "awa@example.org\r\nBcc: x@example.org",
            "awa @example.org",
            "awa@example.org, moussa@example.org",
            long.as_str(),
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(EmailError), "{bad:?}");
        }
    }

    #[test]
    fn a_log_does_not_learn_whose_it_is() {
        let address = EmailAddress::parse("awa@example.org").unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress(…@example.org)");
    }
}
