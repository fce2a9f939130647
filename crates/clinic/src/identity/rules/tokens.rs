use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::{Problem, Role, Timestamp, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{fingerprint, is_strong, mac};
use crate::Settings;

/// What an access token says (`spec/smartqueue.md`, Auth). What it says of
/// memberships is for clients to show: each request looks them up again.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::identity) struct Claims {
    pub(in crate::identity) sub: Uuid,
    pub(in crate::identity) email: Option<String>,
    pub(in crate::identity) tenants: Vec<TenantClaim>,
    pub(in crate::identity) current_tenant: Uuid,
    pub(in crate::identity) current_role: Role,
    pub(in crate::identity) scopes: Vec<String>,
    /// The family it came with: ending that ends this.
    pub(in crate::identity) fam: Uuid,
    pub(in crate::identity) jti: String,
    pub(in crate::identity) iat: i64,
    pub(in crate::identity) exp: i64,
}

/// One clinic of the holder.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::identity) struct TenantClaim {
    pub(in crate::identity) tenant_id: Uuid,
    pub(in crate::identity) tenant_slug: String,
    pub(in crate::identity) tenant_name: String,
    pub(in crate::identity) role: Role,
    pub(in crate::identity) scopes: Vec<String>,
}

/// What a role may do, in the words of the contract's scopes.
pub(in crate::identity) fn scopes_of(role: Role) -> Vec<String> {
    const PATIENT: &[&str] = &["read:queue", "read:ticket", "write:ticket"];
    const AGENT: &[&str] = &[
        "read:queue",
        "write:queue",
        "read:ticket",
        "write:ticket",
        "manage:ticket",
        "read:agent",
        "read:customer",
        "write:customer",
        "send:notification",
        "read:feedback",
    ];
    const MANAGER: &[&str] = &["manage:queue", "manage:agent", "read:reports"];
    const ADMIN: &[&str] = &["manage:settings", "manage:tenant"];
    let parts: &[&[&str]] = match role {
        Role::Patient => &[PATIENT],
        Role::Agent | Role::Practitioner => &[AGENT],
        Role::Manager => &[AGENT, MANAGER],
        Role::Admin | Role::SuperAdmin => &[AGENT, MANAGER, ADMIN],
    };
    parts.concat().into_iter().map(str::to_owned).collect()
}

/// The refresh token that follows `token`, and the name of the access token that
/// comes with it. They follow from the old one and a key that is not in the
/// database: a client that lost the answer gets the same pair again, and nothing
/// that opens a door is stored for it.
pub(in crate::identity) fn successor(root: &[u8], token: &str) -> (String, String) {
    let derived = |purpose| text::hex(&mac(root, purpose, &[token.as_bytes()]));
    let jti: String = derived("token id").chars().take(24).collect();
    (derived("refresh token"), jti)
}

/// The key's name follows from the key, so that a new key is a new name.
fn kid(secret: &[u8]) -> String {
    fingerprint(&text::hex(secret)).chars().take(16).collect()
}

/// Signs with the present key.
pub(in crate::identity) fn sign(claims: &Claims, settings: &Settings) -> Result<String, Problem> {
    let secret = settings.jwt_secret.as_slice();
    if !is_strong(secret) {
        return Err(Problem::internal("the key that signs tokens is weak"));
    }
    let header = Header {
        kid: Some(kid(secret)),
        ..Header::new(Algorithm::HS256)
    };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret))
        .map_err(Problem::internal)
}

/// The claims of a token that we signed, with the present key or an earlier one,
/// and that has not expired.
pub(in crate::identity) fn verify(
    token: &str,
    settings: &Settings,
    now: Timestamp,
) -> Option<Claims> {
    let named = jsonwebtoken::decode_header(token).ok()?.kid?;
    let older = settings.older_jwt_secrets.iter();
    let older = older.filter(|key| key.until > now).map(|key| &key.secret);
    let mut keys = std::iter::once(&settings.jwt_secret).chain(older);
    // A weak key is none, whoever configured it.
    let key = keys.find(|key| is_strong(key) && kid(key) == named)?;
    let mut validation = Validation::new(Algorithm::HS256);
    // Our own clock decides, see below.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key), &validation)
        .ok()?
        .claims;
    (claims.exp > now.seconds()).then_some(claims)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kernel::{Redacted, Rng};

    use super::*;
    use crate::OlderSecret;

    fn key(seed: u64) -> Vec<u8> {
        let mut key = vec![0; 32];
        Rng::seeded(seed).fill(&mut key);
        key
    }

    fn settings(secret: &[u8], older: &[(&[u8], i64)]) -> Settings {
        let older = older.iter().map(|(secret, until)| OlderSecret {
            secret: Redacted(secret.to_vec()),
            until: Timestamp::from_micros(*until),
        });
        Settings {
            public_url: String::new(),
            jwt_secret: Redacted(secret.to_vec()),
            older_jwt_secrets: older.collect(),
            root_key: Redacted(key(9)),
            twilio_auth_token: Redacted(String::new()),
            twilio_account_sid: String::new(),
            default_tenant: None,
            mail_events: None,
            speeds: None,
            simulated: true,
            calendar_weeks_ahead: 12,
            reminders_cron: None,
        }
    }

    fn claims(now: Timestamp) -> Claims {
        Claims {
            sub: Uuid::from_u128(1),
            email: None,
            tenants: Vec::new(),
            current_tenant: Uuid::from_u128(2),
            current_role: Role::Agent,
            scopes: scopes_of(Role::Agent),
            fam: Uuid::from_u128(4),
            jti: "j".into(),
            iat: now.seconds(),
            exp: now.plus(Duration::from_secs(900)).seconds(),
        }
    }

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn tokens_expire_and_cannot_be_forged() {
        let ours = settings(&key(1), &[]);
        let token = sign(&claims(NOW), &ours).unwrap();
        assert_eq!(verify(&token, &ours, NOW).unwrap().jti, "j");
        assert!(
            verify(&token, &settings(&key(2), &[]), NOW).is_none(),
            "another key"
        );
        let late = NOW.plus(Duration::from_secs(900));
        assert!(verify(&token, &ours, late).is_none(), "too late");
        let none = "eyJhbGciOiJub25lIn0.e30.";
        assert!(verify(none, &ours, NOW).is_none(), "no algorithm");
        let (head, rest) = token.split_once('.').unwrap();
        assert!(verify(&format!("{head}x.{rest}"), &ours, NOW).is_none());
    }

    #[test]
    fn an_earlier_key_is_believed_for_a_while_and_signs_nothing() {
        let token = sign(&claims(NOW), &settings(&key(1), &[])).unwrap();
        let until = NOW.micros() + 60_000_000;
        let (new, old) = (key(2), key(1));
        let rotated = settings(&new, &[(&old, until)]);
        assert!(verify(&token, &rotated, NOW).is_some());
        let later = Timestamp::from_micros(until);
        assert!(
            verify(&token, &rotated, later).is_none(),
            "the key has had its time"
        );
        let fresh = sign(&claims(NOW), &rotated).unwrap();
        let head = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid;
        assert_ne!(head(&fresh), head(&token));
        assert!(verify(&fresh, &settings(&new, &[]), NOW).is_some());
    }

    #[test]
    fn well_known_keys_open_nothing_even_when_configured() {
        for weak in ["", "secret", "changeme", "your-256-bit-secret"] {
            let header = Header {
                kid: Some(kid(weak.as_bytes())),
                ..Header::new(Algorithm::HS256)
            };
            let secret = EncodingKey::from_secret(weak.as_bytes());
            let forged = jsonwebtoken::encode(&header, &claims(NOW), &secret).unwrap();
            assert!(verify(&forged, &settings(&key(1), &[]), NOW).is_none());
            let careless = settings(weak.as_bytes(), &[(weak.as_bytes(), i64::MAX)]);
            assert!(verify(&forged, &careless, NOW).is_none(), "{weak:?}");
            assert!(sign(&claims(NOW), &careless).is_err());
        }
    }

    #[test]
    fn the_same_token_is_followed_by_the_same_pair() {
        let (next, jti) = successor(&[1; 32], "old");
        assert_eq!(successor(&[1; 32], "old"), (next.clone(), jti));
        assert_ne!(successor(&[1; 32], "older").0, next);
        assert_ne!(
            successor(&[2; 32], "old").0,
            next,
            "only the server can tell"
        );
    }
}
