use std::fmt;

use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::http::is_loopback;

/// How the way to the server is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    /// Not at all: the server is this machine.
    None,
    /// By STARTTLS, or no mail leaves.
    Upgraded,
    /// From the first byte.
    Wrapped,
}

/// A mail server as `smtp://` or `smtps://` address with the account in it,
/// user and password percent-encoded.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) account: Option<(String, String)>,
    is_loopback: bool,
}

impl SmtpUrl {
    /// Whether the server is this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

impl std::str::FromStr for SmtpUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            "not smtp:// or smtps:// with a host, and before it user:password@ if need be"
                .to_owned()
        };
        let url = Url::parse(text).map_err(|_| wrong())?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned();
        let rest =
            !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some();
        let is_loopback = is_loopback(&url);
        let (tls, port) = match (url.scheme(), is_loopback) {
            ("smtps", _) => (Tls::Wrapped, 465),
            ("smtp", true) => (Tls::None, 25),
            ("smtp", false) => (Tls::Upgraded, 587),
            _ => return Err(wrong()),
        };
        let plain = |text: &str| percent_decode_str(text).decode_utf8().map(Into::into);
        let account = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => Some((
                plain(user).map_err(|_| wrong())?,
                plain(password).map_err(|_| wrong())?,
            )),
            _ => return Err("without a user or without his password".to_owned()),
        };
        if rest {
            return Err(wrong());
        }
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            tls,
            account,
            is_loopback,
        })
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpUrl({}:{}, {:?})", self.host, self.port, self.tls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> SmtpUrl {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn plain_text_only_reaches_this_machine() {
        for (text, host, port, tls) in [
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Tls::None),
            ("smtp://[::1]", "::1", 25, Tls::None),
            (
                "smtp://mail.example.org",
                "mail.example.org",
                587,
                Tls::Upgraded,
            ),
            (
                "smtp://127.0.0.1.example.org:25/",
                "127.0.0.1.example.org",
                25,
                Tls::Upgraded,
            ),
            (
                "smtps://mail.example.org",
                "mail.example.org",
                465,
                Tls::Wrapped,
            ),
            ("smtps://localhost:4465", "localhost", 4465, Tls::Wrapped),
        ] {
            let url = read(text);
            assert_eq!(
                (url.host.as_str(), url.port, url.tls),
                (host, port, tls),
                "{text}"
            );
        }
    }

    #[test]
    fn the_account_is_decoded_and_never_shown() {
        let url = read("smtps://awa%40example.org:p%3A%2F%40ss+%25@mail.example.org");
        let account = Some(("awa@example.org".to_owned(), "p:/@ss+%".to_owned()));
        assert_eq!(url.account, account);
        assert!(!format!("{url:?}").contains("ss+"), "{url:?}");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "mail.example.org",
            "http://mail.example.org",
            "smtp://",
            "smtps://awa@mail.example.org",
            "smtps://:secret@mail.example.org",
            "smtps://mail.example.org/inbox",
            "smtps://mail.example.org?tls=none",
            "smtps://a:%ff@mail.example.org",
        ] {
            assert!(text.parse::<SmtpUrl>().is_err(), "{text}");
        }
    }
}
