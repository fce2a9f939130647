use std::time::Duration;

use kernel::Timestamp;
use uuid::Uuid;

/// How long a key is remembered (`spec/api-conventions.md`, Concurrency).
pub(super) const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// After this long without an answer the process that had the call is taken
/// for dead: twice what a request may take. Should it live after all, its
/// fence holds back what it still wants to change.
pub(super) const ALIVE_FOR: Duration = Duration::from_secs(60);

kernel::words! {
    /// How far the first call has come.
    pub(super) enum CallState {
        /// Claimed; nothing is changed yet.
        Begun = "begun",
        /// Something is changed; the answer is not stored yet.
        Changed = "changed",
        /// Ended; its answer is stored.
        Answered = "answered",
        /// Something is changed, but there will be no answer to repeat.
        Lost = "lost",
    }
}

store::row! {
    /// A call that was here before.
    pub(super) struct CallRow {
        pub(super) content_hash: String,
        pub(super) state: CallState,
        pub(super) claim: Uuid,
        pub(super) begun_at: Timestamp,
        pub(super) status: Option<i64>,
        pub(super) headers: Option<String>,
        pub(super) body: Option<Vec<u8>>,
    }
}
