use kernel::{Redacted, Timestamp};

/// How a patient's PIN stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// When it was given.
    pub set_at: Timestamp,
    /// Whether too many wrong ones were tried since: a new one must be given.
    pub closed: bool,
}

/// A PIN that was just given: the only time that it is known.
#[derive(Debug, Clone)]
pub struct NewPin {
    /// Four digits.
    pub pin: Redacted<String>,
    /// When it was given.
    pub set_at: Timestamp,
}

/// What became of a PIN that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriedPin {
    /// It is his.
    Right,
    /// It is not.
    Wrong,
    /// It was not compared: too many wrong ones were tried.
    Closed,
    /// He has none.
    None,
}
