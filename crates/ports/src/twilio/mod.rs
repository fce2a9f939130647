//! Twilio's Programmable Messaging and calls: sending, looking up, media, signatures
//! and the meaning of its words and codes.

mod calls;
mod codes;
pub mod media;
mod sender;
pub mod signature;
mod status;
pub mod twiml;
mod wire;

use std::fmt;

use kernel::Redacted;
use reqwest::Url;

pub use codes::{class_of, doc_url, title_of};
pub use sender::TwilioSender;
pub use status::{call_report, delivery_report};
pub(crate) use wire::refusal;

/// Where Twilio's API is, unless configured otherwise.
pub const API_BASE: &str = "https://api.twilio.com";

/// An account and the way to it.
#[derive(Clone)]
pub struct Account {
    sid: String,
    token: Redacted<String>,
    base: Url,
}

/// A configured value that cannot be right; says which and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// An account SID is `AC` and 32 hexadecimal digits.
    #[error("the account SID is not AC followed by 32 hexadecimal digits")]
    Sid,
    /// The token is empty or holds a line break.
    #[error("the auth token is empty or has a line break in it")]
    Token,
    /// The base is `https://host`, or `http://` on loopback.
    #[error("the API base is not an https:// address (http:// only on loopback)")]
    Base,
}

impl Account {
    /// Checks and keeps an account. `base` is usually [`API_BASE`], in tests a
    /// loopback address; credentials never travel unencrypted to anywhere else.
    ///
    /// # Errors
    /// Names the value that cannot be right.
    pub fn new(sid: &str, token: &str, base: &str) -> Result<Self, AccountError> {
        let digits = sid.strip_prefix("AC").ok_or(AccountError::Sid)?;
        if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(AccountError::Sid);
        }
        if token.is_empty() || token.contains(['\n', '\r']) {
            return Err(AccountError::Token);
        }
        let base = Url::parse(base).map_err(|_| AccountError::Base)?;
        let safe = base.scheme() == "https"
            || (base.scheme() == "http" && crate::http::is_loopback(&base));
        if !safe || has_credentials(&base) || base.query().is_some() {
            return Err(AccountError::Base);
        }
        Ok(Self {
            sid: sid.to_owned(),
            token: Redacted(token.to_owned()),
            base,
        })
    }

    /// The account's SID, `AC…`.
    #[must_use]
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// The collection of the account's messages
    /// (<https://www.twilio.com/docs/messaging/api/message-resource>).
    fn messages_url(&self) -> String {
        self.collection("Messages")
    }

    /// The collection of its calls
    /// (<https://www.twilio.com/docs/voice/api/call-resource>).
    fn calls_url(&self) -> String {
        self.collection("Calls")
    }

    fn collection(&self, name: &str) -> String {
        let base = self.base.as_str().trim_end_matches('/');
        format!("{base}/2010-04-01/Accounts/{}/{name}.json", self.sid)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({} at {})", self.sid, self.base)
    }
}

/// Whether an address carries a user name or password.
fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "AC0123456789abcdef0123456789abcdef";

    #[test]
    fn refuses_what_cannot_be_right() {
        let check = |sid, token, base| Account::new(sid, token, base).err();
        assert_eq!(check(SID, "t", API_BASE), None);
        assert_eq!(check(SID, "t", "http://127.0.0.1:9"), None);
        for sid in [
            "",
            "AC12",
            "SM0123456789abcdef0123456789abcdef",
            "AC/../../0123456789abcdef01234567",
        ] {
            assert_eq!(check(sid, "t", API_BASE), Some(AccountError::Sid), "{sid}");
        }
        for token in ["", "a\nb"] {
            assert_eq!(check(SID, token, API_BASE), Some(AccountError::Token));
        }
        for base in [
            "",
            "api.twilio.com",
            "http://api.twilio.com",
            "https://me:secret@api.twilio.com",
            "https://api.twilio.com?x=1",
            "ftp://127.0.0.1",
        ] {
            assert_eq!(check(SID, "t", base), Some(AccountError::Base), "{base}");
        }
    }

    #[test]
    fn hides_its_token() {
        let account = Account::new(SID, "hush", API_BASE).unwrap();
        assert!(!format!("{account:?}").contains("hush"));
        assert_eq!(
            account.messages_url(),
            format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json")
        );
        assert!(account.calls_url().ends_with(&format!("/{SID}/Calls.json")));
    }
}
