//! Who did what to which object, and which member of staff saw which record.
//!
//! Invariants: a line is written in its change's own transaction; the lines of
//! a clinic are numbered without a gap, each holds the hash of the one before
//! and of itself; none is changed or deleted; ids are kept, names are looked
//! up when they are shown.

pub mod api;
mod http;
mod model;
mod pages;
mod rules;
mod storage;
mod wire;

use webkit::Routes;

use crate::App;

pub(crate) use storage::{CHAIN_STATEMENTS, LIST_STATEMENTS};

/// The trail's routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}
