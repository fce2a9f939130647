use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng as _, SeedableRng, TryRng, rngs::StdRng, rngs::SysRng};

/// Chance as a parameter: the operating system's generator, or a seeded one in tests.
#[derive(Debug, Clone)]
pub struct Rng(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Rng {
    /// The operating system's generator, fit for secrets.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A generator that repeats itself. For tests only.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(
            seed,
        )))))
    }

    /// Fills `bytes` with random ones.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can be done then.
    #[expect(
        clippy::panic,
        reason = "without randomness no secret and no id may be made"
    )]
    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Source::System => {
                if let Err(error) = SysRng.try_fill_bytes(bytes) {
                    panic!("the operating system gave no randomness: {error}");
                }
            }
            Source::Seeded(rng) => {
                rng.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .fill_bytes(bytes);
            }
        }
    }

    /// A number from 0 (included) to `end` (excluded); 0 when `end` is 0.
    #[must_use]
    pub fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        // 128 random bits make the modulo's bias smaller than 2^-64.
        u64::try_from(u128::from_le_bytes(bytes) % u128::from(end.max(1))).unwrap_or_default()
    }

    /// A secret of `bytes` random bytes in lower-case hexadecimal.
    #[must_use]
    pub fn secret(&self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        self.fill(&mut buffer);
        crate::text::hex(&buffer)
    }

    /// The secret of a link that an SMS carries: 11 letters and figures, 64 random bits.
    #[must_use]
    pub fn short_secret(&self) -> String {
        /// Base 58: no 0, O, I and l, which are mistaken for each other.
        const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        let letter = |_| {
            let place = usize::try_from(self.below(58)).unwrap_or_default();
            char::from(ALPHABET[place])
        };
        (0..11).map(letter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_repeats_and_system_does_not() {
        assert_eq!(Rng::seeded(7).secret(16), Rng::seeded(7).secret(16));
        assert_ne!(Rng::system().secret(16), Rng::system().secret(16));
        assert!((0..1000).all(|_| Rng::system().below(10) < 10));
        assert_eq!(Rng::system().below(0), 0);
    }
}
