//! The integration tests: one binary, a module per subject.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod identity;
mod inbound;
mod jobs;
mod outbox;
mod patients;
mod schema;
mod store;
