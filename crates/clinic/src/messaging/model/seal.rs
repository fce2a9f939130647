use std::time::Duration;

use kernel::{Locale, Timestamp, Zone};

/// PINs that may be tried behind one link until the right one (`spec/messaging.md`, Shared phones).
pub(in crate::messaging) const TRIES: i64 = 3;
/// How long the right PIN shows what is behind a link (the same).
pub(in crate::messaging) const SHOWN_FOR: Duration = Duration::from_secs(15 * 60);

/// What a link of a message that tells nothing leads to.
#[derive(Debug, Clone)]
pub(in crate::messaging) struct Behind {
    /// The clinic's name.
    pub clinic: String,
    /// Its zone.
    pub zone: Zone,
    /// What it shows.
    pub door: Door,
}

/// What whoever follows the link sees.
#[derive(Debug, Clone)]
pub(in crate::messaging) enum Door {
    /// The PIN is asked for, and may be tried so often.
    Ask(i64),
    /// Too many wrong ones.
    Closed,
    /// The right one was said a while ago.
    Open(Shown),
}

/// What the message would have said.
#[derive(Debug, Clone)]
pub(in crate::messaging) struct Shown {
    /// Plain text.
    pub body: String,
    /// Its language.
    pub locale: Locale,
    /// From when the PIN is asked for again.
    pub until: Timestamp,
}

/// What became of a PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::messaging) enum Tried {
    /// It is the right one: this opens the link's page for a while.
    Right(Pass),
    /// It is not, and others may be tried yet.
    Wrong,
    /// It was not even compared: there were too many before, or there are now.
    Closed,
    /// The patient has none.
    NoPin,
}

/// What the browser keeps of a right PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::messaging) struct Pass {
    /// Until when it opens the page, with the proof that we said so.
    pub value: String,
    /// How long that is.
    pub lasts: Duration,
}
