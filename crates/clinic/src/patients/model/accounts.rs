//! Accounts that patients made for themselves, before a record is theirs.

use kernel::{Phone, Timestamp, UserId};

use super::Duplicate;

store::row! {
    /// A patient's account that no record belongs to yet.
    pub struct WaitingAccount {
        /// The account.
        pub id: UserId,
        /// The name to sign in with.
        pub username: String,
        /// First name as he wrote it.
        pub first_name: String,
        /// Last name as he wrote it.
        pub last_name: String,
        /// His number.
        pub phone: Option<Phone>,
        /// Whether the number is known to be his: he typed a code that went there, or
        /// the clinic entered it.
        pub phone_known: bool,
        /// `YYYY-MM-DD`, as he wrote it.
        pub birth_date: Option<String>,
        /// When he made it.
        pub created_at: Timestamp,
    }
}

impl WaitingAccount {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// An account that waits, with the records that may be its owner's.
#[derive(Debug, Clone)]
pub struct Unlinked {
    /// The account.
    pub account: WaitingAccount,
    /// Records without an account, the likeliest first. Nothing is linked by itself.
    pub suggested: Vec<Duplicate>,
}
