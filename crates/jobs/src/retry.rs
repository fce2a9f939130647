use std::time::Duration;

use kernel::Rng;

kernel::words! {
    /// Why a try failed, as far as trying again goes.
    pub enum RetryClass {
        /// A fault that passes: a lost connection, a locked database.
        Transient = "transient",
        /// We were asked to slow down.
        RateLimited = "rate-limited",
        /// What is needed is not there yet, e.g. a call-back that overtook its message.
        NotYet = "not-yet",
    }
}

/// How often and how far apart a class is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRule {
    /// The longest first wait; doubles with each try.
    pub base: Duration,
    /// The longest wait at all.
    pub cap: Duration,
    /// Tries before the row becomes a dead letter.
    pub attempts: i32,
}

impl RetryClass {
    /// The rule of this class. Transient faults are pursued for about an hour,
    /// so that an outage of the line does not fill the dead letters.
    #[must_use]
    pub const fn rule(self) -> RetryRule {
        match self {
            Self::Transient => RetryRule {
                base: Duration::from_secs(1),
                cap: Duration::from_secs(600),
                attempts: 16,
            },
            Self::RateLimited => RetryRule {
                base: Duration::from_secs(2),
                cap: Duration::from_secs(300),
                attempts: 30,
            },
            Self::NotYet => RetryRule {
                base: Duration::from_millis(500),
                cap: Duration::from_secs(30),
                attempts: 8,
            },
        }
    }
}

impl RetryRule {
    /// Full jitter: a random wait between zero and the doubled base, so that
    /// rows that failed together do not come back together
    /// (M. Brooker, "Exponential Backoff And Jitter", 2015).
    #[must_use]
    pub fn delay(&self, attempts: i32, rng: &Rng) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1))
            .unwrap_or(0)
            .min(30);
        let longest = self.base.saturating_mul(1 << doublings).min(self.cap);
        let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(rng.below(micros.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_cap_and_never_past_it() {
        let rng = Rng::seeded(3);
        for class in RetryClass::ALL {
            let rule = class.rule();
            for attempts in [-1, 0, 1, 2, 5, 40, i32::MAX] {
                assert!((0..200).all(|_| rule.delay(attempts, &rng) <= rule.cap));
            }
            let first = (0..500).map(|_| rule.delay(1, &rng)).max();
            let late = (0..500).map(|_| rule.delay(20, &rng)).max();
            assert!(first <= Some(rule.base) && late > Some(rule.cap / 2));
        }
    }
}
