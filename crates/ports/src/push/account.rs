//! The service account that speaks for a project
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests>).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::Timestamp;
use p256::pkcs8::PrivateKeyInfo;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::{
    http::is_loopback,
    messaging::{ErrorClass, SendError},
};

/// What the account may do
/// (<https://firebase.google.com/docs/cloud-messaging/auth-server>).
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// The grant's name (RFC 7523, 2.1).
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How long a grant may be shown, in seconds; Google takes an hour at most.
const LASTS: i64 = 3600;

/// A service account's key file, read.
#[derive(Clone)]
pub struct ServiceAccount {
    project: String,
    email: String,
    key_id: Option<String>,
    key: EncodingKey,
    token_url: Url,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccount({})", self.project)
    }
}

#[derive(Deserialize)]
struct KeyFile {
    project_id: String,
    client_email: String,
    private_key: String,
    #[serde(default)]
    private_key_id: Option<String>,
    token_uri: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ServiceAccount {
    /// Reads the file that Firebase's console gives, JSON.
    ///
    /// # Errors
    /// What is wrong with it; nothing of the key.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: KeyFile = serde_json::from_str(text).map_err(|_| {
            "is no key file of a service account: JSON with project_id, client_email, private_key and token_uri"
        })?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':');
        if file.project_id.is_empty() || !file.project_id.bytes().all(plain) {
            return Err("has a project_id that is none".to_owned());
        }
        let key = rsa_key(&file.private_key)
            .ok_or("has a private_key that is no RSA key in PEM (-----BEGIN PRIVATE KEY-----)")?;
        let token_url =
            safe_url(&file.token_uri).map_err(|what| format!("has a token_uri that is {what}"))?;
        Ok(Self {
            project: file.project_id,
            email: file.client_email,
            key_id: file.private_key_id,
            key,
            token_url,
        })
    }

    /// The project that it speaks for.
    #[must_use]
    pub fn project(&self) -> &str {
        &self.project
    }

    /// Whether its tokens come from this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.token_url)
    }

    pub(super) fn token_url(&self) -> Url {
        self.token_url.clone()
    }

    /// The form that asks for a token.
    pub(super) fn grant(&self, now: Timestamp) -> Result<[(&'static str, String); 2], SendError> {
        let iat = now.seconds();
        let claims = Claims {
            iss: &self.email,
            scope: SCOPE,
            aud: self.token_url.as_str(),
            iat,
            exp: iat + LASTS,
        };
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&self.key_id);
        let signed = jsonwebtoken::encode(&header, &claims, &self.key);
        let unfit = |_| SendError::new(ErrorClass::Account, "the account's key cannot sign");
        Ok([
            ("grant_type", GRANT.to_owned()),
            ("assertion", signed.map_err(unfit)?),
        ])
    }
}

/// An `https` address without an account in it, or one of this machine.
pub(super) fn safe_url(text: &str) -> Result<Url, String> {
    let wrong = || "not an https:// address (http:// only on this machine)".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let plain = url.username().is_empty() && url.password().is_none();
    (safe && plain).then_some(url).ok_or_else(wrong)
}

/// The key in PKCS #8, as Google writes it.
fn rsa_key(pem: &str) -> Option<EncodingKey> {
    let inside = pem
        .trim()
        .strip_prefix("-----BEGIN PRIVATE KEY-----")?
        .strip_suffix("-----END PRIVATE KEY-----")?;
    let inside: String = inside.split_whitespace().collect();
    let der = STANDARD.decode(inside).ok()?;
    let key = PrivateKeyInfo::try_from(der.as_slice()).ok()?;
    // rsaEncryption (RFC 8017, appendix C).
    let is_rsa = key.algorithm.oid.to_string() == "1.2.840.113549.1.1.1";
    is_rsa.then(|| EncodingKey::from_rsa_der(key.private_key))
}
