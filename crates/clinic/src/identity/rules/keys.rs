use chacha20poly1305::{
    Key, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hmac::{Hmac, Mac as _};
use kernel::{Problem, Rng};
use sha2::Sha256;

/// Shortest key, in bytes.
const SHORTEST: usize = 32;
/// Fewest different bytes: of 32 random ones fewer are the same less often than
/// once in 10^12; of words, zeros and counted patterns nearly all are.
const FEWEST: usize = 20;
const NONCE: usize = 24;

/// Whether a key can have come from a generator. An empty one, a default one and
/// one of a tutorial must sign nothing and open nothing.
pub(in crate::identity) fn is_strong(key: &[u8]) -> bool {
    let mut bytes = key.to_vec();
    bytes.sort_unstable();
    bytes.dedup();
    // A text that somebody typed is no key either, however long.
    let typed = key
        .iter()
        .all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    key.len() >= SHORTEST && bytes.len() >= FEWEST && !typed
}

/// A keyed hash of `parts` for one purpose; another purpose gives another hash.
pub(in crate::identity) fn mac(root: &[u8], purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(root) else {
        return [0; 32];
    };
    for part in [purpose.as_bytes()].iter().chain(parts) {
        // The length stands before each, so that no two lists run together.
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// XChaCha20-Poly1305: its nonce of 24 bytes may be random for ever, and it needs
/// no AES instructions to be fast and free of timing leaks.
fn cipher(root: &[u8]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(mac(root, "seal", &[])))
}

/// Encrypts for the database; only the same `owner` opens it again.
pub(in crate::identity) fn seal(
    root: &[u8],
    rng: &Rng,
    owner: &[u8],
    secret: &[u8],
) -> Result<Vec<u8>, Problem> {
    let mut nonce = [0; NONCE];
    rng.fill(&mut nonce);
    let payload = Payload {
        msg: secret,
        aad: owner,
    };
    let sealed = cipher(root)
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Problem::internal("a secret cannot be sealed"))?;
    Ok([&nonce, sealed.as_slice()].concat())
}

/// What was sealed.
pub(in crate::identity) fn open_sealed(
    root: &[u8],
    owner: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, Problem> {
    let lost = || Problem::internal("a sealed secret cannot be opened: was the root key changed?");
    let (nonce, msg) = sealed.split_first_chunk::<NONCE>().ok_or_else(lost)?;
    let payload = Payload { msg, aad: owner };
    cipher(root)
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| lost())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_secrets_are_weak() {
        for weak in [
            "",
            "secret",
            "changeme",
            "your-256-bit-secret",
            "your-secret-key-change-in-production",
            "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz!@#$",
            "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        ] {
            assert!(!is_strong(weak.as_bytes()), "{weak}");
        }
        assert!(!is_strong(&[0; 32]) && !is_strong(&[7; 64]));
        for seed in 0..1000 {
            let mut key = [0; 32];
            Rng::seeded(seed).fill(&mut key);
            assert!(is_strong(&key), "seed {seed}");
        }
    }

    #[test]
    fn sealed_secrets_open_for_their_owner_alone() {
        let rng = Rng::seeded(1);
        let sealed = seal(&[1; 32], &rng, b"awa", b"secret").unwrap();
        assert_eq!(open_sealed(&[1; 32], b"awa", &sealed).unwrap(), b"secret");
        assert_ne!(sealed, seal(&[1; 32], &rng, b"awa", b"secret").unwrap());
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert!(open_sealed(&[1; 32], b"binta", &sealed).is_err());
        assert!(open_sealed(&[2; 32], b"awa", &sealed).is_err());
        assert!(open_sealed(&[1; 32], b"awa", &sealed[..20]).is_err());
    }

    #[test]
    fn purposes_and_parts_do_not_run_together() {
        let mac = |purpose, parts: &[&[u8]]| mac(&[1; 32], purpose, parts);
        assert_ne!(mac("a", &[b"bc"]), mac("ab", &[b"c"]));
        assert_ne!(mac("a", &[b"b", b"c"]), mac("a", &[b"bc", b""]));
    }
}
