//! What is said after a key.

use crate::messaging::model::Key;

/// How often the message of one call is said in all, its two times each counted as one.
const MOST: u8 = 3;

/// What follows a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::messaging) enum Next {
    /// Thanks for an answer.
    Thanks(Key),
    /// The message again, which makes it so many times.
    Again(u8),
    /// Nothing more.
    Goodbye,
}

/// 1 and 2 are answers; 9, or a key that means nothing, asks to hear it again.
pub(in crate::messaging) fn after_key(digits: &str, said: u8) -> Next {
    match Key::parse(digits) {
        Some(key) => Next::Thanks(key),
        None if said < MOST => Next::Again(said.saturating_add(1)),
        None => Next::Goodbye,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_three_times_at_most() {
        assert_eq!(after_key("1", 1), Next::Thanks(Key::Confirm));
        assert_eq!(after_key("2", 9), Next::Thanks(Key::Cancel));
        for key in ["9", "0", "*", "", "12", "x"] {
            assert_eq!(after_key(key, 0), Next::Again(1), "{key}");
            assert_eq!(after_key(key, 1), Next::Again(2), "{key}");
            assert_eq!(after_key(key, 2), Next::Again(3), "{key}");
            assert_eq!(after_key(key, 3), Next::Goodbye, "{key}");
            assert_eq!(after_key(key, 255), Next::Goodbye, "{key}");
        }
    }
}
