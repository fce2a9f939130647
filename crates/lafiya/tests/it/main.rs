//! The integration tests: one binary, a module per subject.

mod identity;
mod inbound;
mod jobs;
mod outbox;
mod patients;
mod schema;
mod store;
