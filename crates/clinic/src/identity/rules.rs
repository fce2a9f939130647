//! Passwords and tokens, without a database.

pub(super) mod oauth;
pub(super) mod scopes;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use jsonwebtoken::{Algorithm as JwtAlgorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::{FieldError, Problem, Role, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::model::ACCESS_LASTS;

/// Shortest password (`spec/agent-medical.md`, registration).
const SHORTEST: usize = 10;
/// Longest password: more is an attack on our processor.
const LONGEST: usize = 1024;

/// Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

pub(super) fn check_password(password: &str) -> Result<(), Problem> {
    let length = password.chars().count();
    if length < SHORTEST {
        let error = FieldError::new("password", "too-short").with("min", SHORTEST);
        return Err(Problem::fields(vec![error]));
    }
    if length > LONGEST {
        let error = FieldError::new("password", "too-long").with("max", LONGEST);
        return Err(Problem::fields(vec![error]));
    }
    Ok(())
}

/// Takes tens of milliseconds: call it off the async threads.
pub(super) fn hash_password(password: &str, salt: &[u8; 16]) -> Result<String, Problem> {
    let hash = argon2().hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(Problem::internal)
}

/// Takes as long for a name that does not exist.
pub(super) fn verify_password(password: &str, hash: Option<&str>) -> bool {
    /// A hash of nothing anybody can type, with the same cost.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bGFmaXlhLW5vYm9keS0w$Y0n8mTzSUt7xYT5dS5H0AvyTnyTyZGr5bY0pB2S6Yl0";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let matches = parsed.is_ok_and(|parsed| {
        argon2()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    });
    matches && hash.is_some()
}

/// What is kept of a cookie or a refresh token.
pub(super) fn fingerprint(secret: &str) -> String {
    kernel::text::hex(&Sha256::digest(secret))
}

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub sub: Uuid,
    pub tenant: Uuid,
    pub role: Role,
    /// The user's token version: a raised one ends all tokens at once.
    pub ver: i64,
    pub jti: String,
    pub iat: i64,
    pub exp: i64,
}

impl Claims {
    pub(super) fn new(
        user: UserId,
        tenant: TenantId,
        role: Role,
        version: i64,
        jti: String,
        now: Timestamp,
    ) -> Self {
        Self {
            sub: user.uuid(),
            tenant: tenant.uuid(),
            role,
            ver: version,
            jti,
            iat: now.seconds(),
            exp: now.plus(ACCESS_LASTS).seconds(),
        }
    }
}

/// The key's name follows from the key, so that a new key is a new name.
fn kid(secret: &[u8]) -> String {
    fingerprint(&kernel::text::hex(secret))
        .chars()
        .take(16)
        .collect()
}

pub(super) fn sign(claims: &Claims, secret: &[u8]) -> Result<String, Problem> {
    let header = Header {
        kid: Some(kid(secret)),
        ..Header::new(JwtAlgorithm::HS256)
    };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret))
        .map_err(Problem::internal)
}

/// The claims of a token that we signed and that has not expired.
pub(super) fn verify(token: &str, secret: &[u8], now: Timestamp) -> Option<Claims> {
    let mut validation = Validation::new(JwtAlgorithm::HS256);
    // Our own clock decides, see below.
    validation.validate_exp = false;
    let claims =
        jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(secret), &validation)
            .ok()?
            .claims;
    (claims.exp > now.seconds()).then_some(claims)
}

#[cfg(test)]
mod rule_tests {
    use super::*;

    #[test]
    fn passwords_are_salted_and_verified() {
        let hash = hash_password("un mot de passe", &[1; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(hash, hash_password("un mot de passe", &[2; 16]).unwrap());
        assert!(verify_password("un mot de passe", Some(&hash)));
        assert!(!verify_password("un mot de passé", Some(&hash)));
        assert!(!verify_password("", None) && !verify_password("x", Some("rubbish")));
        assert_eq!(
            check_password("123456789").unwrap_err().errors[0].code,
            "too-short"
        );
        assert!(check_password("1234567890").is_ok());
    }

    #[test]
    fn the_stand_in_for_nobody_costs_as_much_as_a_real_hash() {
        let started = std::time::Instant::now();
        verify_password("something", None);
        // Not a measurement: a hash that does not parse returns in microseconds.
        assert!(started.elapsed() > std::time::Duration::from_micros(500));
    }

    #[test]
    fn tokens_expire_and_cannot_be_forged() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let user = UserId::from_uuid(Uuid::from_u128(1));
        let tenant = TenantId::from_uuid(Uuid::from_u128(2));
        let claims = Claims::new(user, tenant, Role::Agent, 3, "j".into(), now);
        let token = sign(&claims, &[7; 32]).unwrap();
        assert_eq!(verify(&token, &[7; 32], now).unwrap().ver, 3);
        assert!(verify(&token, &[8; 32], now).is_none(), "another key");
        assert!(
            verify(&token, &[7; 32], now.plus(ACCESS_LASTS)).is_none(),
            "too late"
        );
        let none = "eyJhbGciOiJub25lIn0.e30.";
        assert!(verify(none, &[7; 32], now).is_none(), "no algorithm");
        let (head, rest) = token.split_once('.').unwrap();
        assert!(verify(&format!("{head}x.{rest}"), &[7; 32], now).is_none());
    }
}
