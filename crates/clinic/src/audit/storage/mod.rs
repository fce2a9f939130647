mod chain;
mod list;

pub(crate) use chain::STATEMENTS as CHAIN_STATEMENTS;
pub(crate) use list::STATEMENTS as LIST_STATEMENTS;

pub(super) use chain::{after, append, carry_over, head, hold, seen_since, unsealed};
pub(super) use list::{about, count, own_record, page, people};
