//! Passwords, tokens and codes, without a database.

mod agents;
mod back_off;
mod codes;
mod keys;
mod tokens;

pub use agents::Agent;
pub(super) use back_off::{Lane, OWN_LANE, SHARED_LANE};
pub use codes::Enrolment;
pub(super) use codes::{Step, matching_step, recovery_code, recovery_hash};
pub(super) use keys::{is_strong, mac, open_sealed, seal};
pub(super) use tokens::{Claims, TenantClaim, scopes_of, sign, successor, verify};

pub(super) mod oauth;
pub(super) mod scopes;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use kernel::{FieldError, Problem};
use sha2::{Digest, Sha256};

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

/// What is kept of a secret that nobody guesses: a cookie, a token, the end of a link. In
/// hexadecimal.
pub fn fingerprint(secret: &str) -> String {
    kernel::text::hex(&Sha256::digest(secret))
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
}
