//! The product: one folder per domain, from low to high.

mod migrations;

pub use migrations::MIGRATIONS;
