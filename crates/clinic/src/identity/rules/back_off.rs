use std::time::Duration;

/// How fast wrong passwords may follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::identity) struct Lane {
    /// So many at once.
    pub(in crate::identity) free: i64,
    /// The longest wait.
    pub(in crate::identity) longest: Duration,
}

/// One name from one client: a person mistypes a few times.
pub(in crate::identity) const OWN_LANE: Lane = Lane {
    free: 5,
    longest: Duration::from_secs(15 * 60),
};

/// One name from all clients that have never signed in with it together: a
/// guesser with many addresses is slowed, and who is known is not in this lane.
pub(in crate::identity) const SHARED_LANE: Lane = Lane {
    free: 30,
    longest: Duration::from_secs(60),
};

impl Lane {
    /// How long to wait after so many wrong passwords: twice as long each time.
    pub(in crate::identity) fn wait(self, failures: i64) -> Duration {
        if failures < self.free {
            return Duration::ZERO;
        }
        let doubled = u32::try_from(failures - self.free).unwrap_or(u32::MAX);
        let seconds = 1_u64.checked_shl(doubled).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<u64> = [0, 4, 5, 6, 9, 14, 15, 100, i64::MAX]
            .iter()
            .map(|failures| OWN_LANE.wait(*failures).as_secs())
            .collect();
        assert_eq!(waits, [0, 0, 1, 2, 16, 512, 900, 900, 900]);
        assert_eq!(SHARED_LANE.wait(29).as_secs(), 0);
        assert_eq!(SHARED_LANE.wait(40).as_secs(), 60);
    }
}
