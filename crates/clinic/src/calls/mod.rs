//! Calls that may come again: the first answer to an `Idempotency-Key`, kept
//! for 24 hours.
//!
//! Invariants: under one key a change is made at most once. The key is claimed
//! before the handler runs; every change of the handler carries a fence that
//! says "changed" in the same commit and fails when the claim was lost; the
//! answer is stored after. So a call that was cut off before its change can be
//! made again, and one that was cut off after it is never repeated. Of key,
//! caller and request only hashes are stored.

pub mod api;
mod model;
mod rules;
mod storage;

pub(crate) use storage::STATEMENTS;
