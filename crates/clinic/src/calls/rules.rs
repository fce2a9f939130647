use kernel::{Problem, ProblemKind, Timestamp, text};
use sha2::{Digest, Sha256};

use super::model::{ALIVE_FOR, CallRow, CallState, KEPT_FOR};

/// What to do with a call whose key was here before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Give the first answer.
    Repeat,
    /// The first call ended without a trace: make this one in its place.
    TakeOver,
    /// The key belongs to another request.
    Reused,
    /// The first call is still being answered.
    InProgress,
    /// The first call changed something and its answer is lost.
    Unknown,
}

pub(super) fn judge(row: &CallRow, content_hash: &str, now: Timestamp) -> Verdict {
    let age = now.since(row.begun_at);
    if age >= KEPT_FOR {
        return Verdict::TakeOver;
    }
    if row.content_hash != content_hash {
        return Verdict::Reused;
    }
    match row.state {
        CallState::Answered => Verdict::Repeat,
        CallState::Lost => Verdict::Unknown,
        CallState::Begun | CallState::Changed if age < ALIVE_FOR => Verdict::InProgress,
        CallState::Begun => Verdict::TakeOver,
        CallState::Changed => Verdict::Unknown,
    }
}

/// The refusal of a call that must not be made now.
pub(super) fn reused() -> Problem {
    Problem::conflict("idempotency-key-reused")
}

pub(super) fn in_progress() -> Problem {
    Problem {
        retry_after: Some(1),
        ..Problem::conflict("idempotency-in-progress")
    }
}

pub(super) fn unknown() -> Problem {
    Problem::conflict("idempotency-outcome-unknown")
}

/// Faults of ours and "too many" are no answers to keep: the caller tries again.
pub(super) fn is_kept(status: u16) -> bool {
    status < 500 && status != ProblemKind::RateLimited.status()
}

/// One call: who, where, under which key. A key may hold anything, also a
/// name, so only its hash is kept.
pub(super) fn call_hash(caller: &str, route: &str, key: &str) -> String {
    let mut hash = Sha256::new();
    // Neither a caller nor a route holds a line end.
    for part in [caller, "\n", route, "\n", key] {
        hash.update(part);
    }
    text::hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_call_is_made_again_only_when_nothing_was_changed() {
        use {CallState as S, Verdict as V};
        let begun = Timestamp::from_micros(1_000_000);
        let row = |state| CallRow {
            content_hash: "same".into(),
            state,
            claim: uuid::Uuid::nil(),
            begun_at: begun,
            status: None,
            headers: None,
            body: None,
        };
        let day = 24 * 3600;
        for (state, content, seconds, expected) in [
            (S::Answered, "same", 0, V::Repeat),
            (S::Answered, "same", day - 1, V::Repeat),
            (S::Answered, "same", day, V::TakeOver),
            (S::Answered, "other", 5, V::Reused),
            (S::Answered, "other", day, V::TakeOver),
            (S::Begun, "other", 61, V::Reused),
            (S::Begun, "same", 59, V::InProgress),
            (S::Begun, "same", 60, V::TakeOver),
            (S::Changed, "same", 59, V::InProgress),
            (S::Changed, "same", 60, V::Unknown),
            (S::Lost, "same", 0, V::Unknown),
        ] {
            let now = begun.plus(Duration::from_secs(seconds));
            assert_eq!(
                judge(&row(state), content, now),
                expected,
                "{state} {content} {seconds}"
            );
        }
    }

    #[test]
    fn calls_differ_by_each_of_their_parts() {
        let hash = call_hash("a", "POST /b", "c");
        assert_eq!(hash.len(), 64);
        assert_eq!(hash, call_hash("a", "POST /b", "c"));
        for (caller, route, key) in [
            ("x", "POST /b", "c"),
            ("a", "POST /x", "c"),
            ("a", "POST /b", "x"),
        ] {
            assert_ne!(hash, call_hash(caller, route, key));
        }
    }

    #[test]
    fn faults_of_ours_are_not_kept() {
        assert!(is_kept(201) && is_kept(400) && is_kept(409));
        assert!(!is_kept(429) && !is_kept(500) && !is_kept(503));
    }
}
