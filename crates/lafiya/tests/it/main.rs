//! The integration tests: one binary, a module per subject.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod audit;
mod audit_reads;
mod browser;
mod browser_records;
mod check;
mod disk;
mod duplicates;
mod files;
mod files_figures;
mod idempotency;
mod identity;
mod inbound;
mod jobs;
mod kill;
mod limits;
mod media;
mod oauth;
mod oauth_access;
mod outbox;
mod pages;
mod patients;
mod permissions;
mod record_exports;
mod records;
mod records_pages;
mod schema;
mod second_factor;
mod server;
mod sessions;
mod shutdown;
mod sign_in;
mod store;
mod users;
mod users_pages;
mod wire_lists;
