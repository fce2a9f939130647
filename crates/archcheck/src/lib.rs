//! Checks that the code keeps the rules of `architecture.toml`.
//!
//! [`check`] reads a workspace from disk and returns every place that breaks a
//! rule. It knows Rust by its words and SQL by its words: it parses neither,
//! so it is quick, needs no compiler and says what to change in one line.
//!
//! The rules, by the name that a violation carries:
//!
//! | rule | what it refuses |
//! |---|---|
//! | `config` | an `architecture.toml` or manifest that can't be read |
//! | `crate-edge` | a dependency between workspace crates that is undeclared, unused or cyclic |
//! | `leaf` | async or a database in a crate that is to stay pure |
//! | `only` | an external crate named outside the crates that own it |
//! | `domain-edge` | a path from domain to domain that is undeclared, unused or cyclic |
//! | `past-api` | reaching past a sibling's `api.rs` |
//! | `migration` | a migration whose name or content belongs to no or another owner |
//! | `sql-place` | SQL outside `storage.rs` |
//! | `table` | SQL on a table that the domain may not read, or may never write |
//! | `tenant` | a statement on a tenant table that is not tied to its tenant |
//! | `file` | a file or folder name that no domain has |
//! | `length` | a file too long to read |
//! | `accent` | French text in code outside `wire.rs` |
//! | `sleep` | a test that waits for time to pass |

mod config;
mod crates;
mod domains;
mod layout;
mod lexer;
mod literals;
mod migrations;
mod paths;
mod sources;
mod sql;
mod statements;
mod violation;

use std::path::Path;

pub use violation::Violation;

/// Checks the workspace in `root` and returns what breaks its rules, ordered
/// by file and line.
#[must_use]
pub fn check(root: &Path) -> Vec<Violation> {
    let mut found = Vec::new();
    let Some(config) = config::Config::read(root, &mut found) else {
        return found;
    };
    let sources = sources::read_all(root, &config, &mut found);
    crates::check(root, &config, &sources, &mut found);
    domains::check(&config, &sources, &mut found);
    let schema = migrations::read(root, &config, &mut found);
    statements::check(&config, &schema, &sources, &mut found);
    layout::check(&config, &sources, &mut found);
    found.sort();
    found.dedup();
    found
}
