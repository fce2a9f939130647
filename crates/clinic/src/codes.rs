//! The stable codes of problems.

use kernel::ProblemKind::{
    self, BadCredentials, Conflict, Forbidden, Malformed, NotFound, RateLimited, TooLarge,
    Unauthenticated, UnsupportedMedia,
};

/// Every precise code with its kind, sorted; a kind's own word is a code as
/// well. Each has a text `problem-<code>`. `docs/wire/error-codes.txt` is made
/// from this list; a test compares it with what the sources say.
pub const CODES: &[(&str, ProblemKind)] = &[
    ("account-linked", Conflict),
    ("already-member", Conflict),
    ("already-processed", Conflict),
    ("already-rejected", Conflict),
    ("already-signed", Conflict),
    ("bad-json", Malformed),
    ("booking-closed", NotFound),
    ("challenge-expired", Unauthenticated),
    ("changed-meanwhile", Conflict),
    ("client-is-public", Conflict),
    ("clinic-codes-spent", RateLimited),
    ("empty-body", Malformed),
    ("file-active", UnsupportedMedia),
    ("file-damaged", UnsupportedMedia),
    ("file-empty", Malformed),
    ("file-heic", UnsupportedMedia),
    ("file-in-use", Conflict),
    ("file-kind", UnsupportedMedia),
    ("file-locked", UnsupportedMedia),
    ("file-not-failed", Conflict),
    ("file-too-large", TooLarge),
    ("file-unpacks", TooLarge),
    ("idempotency-in-progress", Conflict),
    ("idempotency-key-reused", Conflict),
    ("idempotency-outcome-unknown", Conflict),
    ("invitation-over", Conflict),
    ("last-admin", Conflict),
    ("member-elsewhere", Conflict),
    ("merged-further", Conflict),
    ("no-email", Conflict),
    ("no-linked-record", NotFound),
    ("no-mail", Conflict),
    ("no-phone", Conflict),
    ("patient-no-phone", Conflict),
    ("no-sender", Conflict),
    ("not-active", Conflict),
    ("not-failed", Conflict),
    ("not-merged", Conflict),
    ("not-proposed", Conflict),
    ("not-restricted", Conflict),
    ("not-signed", Conflict),
    ("not-signed-yet", NotFound),
    ("not-utf8", Malformed),
    ("nothing-changed", Conflict),
    ("nothing-to-attach", Conflict),
    ("nul-character", Malformed),
    ("own-rights", Forbidden),
    ("patient-exists", Conflict),
    ("patient-merged", Conflict),
    ("record-has-account", Conflict),
    ("record-restricted", Forbidden),
    ("reminder-sent", Conflict),
    ("role-too-high", Forbidden),
    ("second-factor-first", Conflict),
    ("second-factor-needed", Unauthenticated),
    ("second-factor-on", Conflict),
    ("second-factor-required", Conflict),
    ("second-factor-setup-needed", Unauthenticated),
    ("sender-taken", Conflict),
    ("tenant-exists", Conflict),
    ("too-many-codes", RateLimited),
    ("too-many-open-appointments", Conflict),
    ("too-many-open-requests", Conflict),
    ("two-accounts", Conflict),
    ("username-taken", Conflict),
    ("slot-full", Conflict),
    ("slot-not-offered", Conflict),
    ("doctor-away", Conflict),
    ("hours-overlap", Conflict),
    ("appointment-over", Conflict),
    ("not-confirmed", Conflict),
    ("not-pending", Conflict),
    ("not-begun", Conflict),
    ("no-doctor", Conflict),
    ("no-patient-record", Conflict),
    ("no-series", Conflict),
    ("waiting-full", Conflict),
    ("offer-over", Conflict),
    // The one reason for which send_rules refuse an answer.
    ("opted_out", Conflict),
    ("window_closed", Conflict),
    ("wrong-code", BadCredentials),
];

/// Every stable code there is, with its kind, sorted.
#[must_use]
pub fn codes() -> Vec<(&'static str, ProblemKind)> {
    let kinds = ProblemKind::ALL.iter().map(|kind| (kind.as_str(), *kind));
    let mut all: Vec<_> = kinds.chain(CODES.iter().copied()).collect();
    all.sort_unstable_by_key(|(code, _)| *code);
    all
}
