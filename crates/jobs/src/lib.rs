//! The work engine. Work that must happen is a row of its own domain with the
//! columns below; there is no second queue that could fall out of step.
//!
//! | column | meaning |
//! |---|---|
//! | `work_due_at` | when to run it, or until when the holder's lease lasts; NULL when there is nothing to do |
//! | `work_held_by` | the node (one start of one process) that runs it |
//! | `work_token` | grows with every claim; a holder whose token is old can no longer write (fencing) |
//! | `work_attempts` | claims since it was last (re)armed |
//! | `work_deaths` | claims whose process died under them |
//! | `work_dead_at` | when it was given up: a dead letter that a person can revive |
//! | `work_error` | why the last try failed; no patient data |
//!
//! A handler ends its row either in its own transaction ([`finish`], fenced) or
//! by returning [`Outcome::Done`]. Running twice is always possible (a process
//! can die after its work and before saying so), so handlers are written to be
//! harmless when repeated.

mod engine;
mod queue;
mod retry;
mod schedule;
mod sql;

pub use engine::{Engine, LEASE, TAKE_OVER};
pub use queue::{Buried, Failure, Job, Outcome, Queue, Runner};
pub use retry::{RetryClass, RetryRule};
pub use schedule::{SCHEDULE_WORK, Schedule, next_tick, queue as schedules};
pub use sql::{
    QueueStats, WorkSql, bury, claim, dead_letters, finish, next_due, release_all, renew_all,
    retry_at, revive, stats, try_alone, wait_until, wake,
};

#[doc(hidden)]
pub use store;
