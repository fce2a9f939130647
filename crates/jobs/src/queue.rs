use std::{pin::Pin, sync::Arc, time::Duration};

use kernel::{Ctx, Problem, TenantId, Timestamp};
use store::{StoreError, TxFuture, WriteTx};
use uuid::Uuid;

use crate::{RetryClass, WorkSql};

/// A claimed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The row's tenant.
    pub tenant: TenantId,
    /// The row's id.
    pub id: Uuid,
    /// The fencing token of this claim.
    pub token: i64,
    /// Runs since it was armed, this one included; one cut short by the death of
    /// its process is not counted.
    pub attempts: i32,
    /// How often in a row its process died: up to three times beside other rows,
    /// then only when it ran alone.
    pub deaths: i32,
}

impl Job {
    /// The context in which the handler acts.
    #[must_use]
    pub const fn ctx(&self, queue: &'static str) -> Ctx {
        Ctx::system(self.tenant, queue)
    }
}

/// How a handler ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done; the engine ends the row.
    Done,
    /// The handler ended or put off the row in its own transaction.
    Committed,
    /// Done for now; run again at this time.
    Again(Timestamp),
}

/// How a handler failed. The texts go into the row and the log: no patient data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Trying again can help.
    Retry {
        /// Why, which decides how often.
        class: RetryClass,
        /// What happened.
        error: String,
        /// Not before this long, e.g. a provider's `Retry-After`.
        after: Option<Duration>,
    },
    /// Trying again cannot help: a dead letter at once.
    Dead {
        /// What happened.
        error: String,
    },
}

impl Failure {
    /// A fault that passes.
    pub fn transient(error: impl ToString) -> Self {
        Self::Retry {
            class: RetryClass::Transient,
            error: error.to_string(),
            after: None,
        }
    }

    /// A fault that stays.
    pub fn dead(error: impl ToString) -> Self {
        Self::Dead {
            error: error.to_string(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::transient(error)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::transient(problem.into_cause())
    }
}

/// Runs one row.
pub type Runner = Arc<
    dyn Fn(Job) -> Pin<Box<dyn Future<Output = Result<Outcome, Failure>> + Send>> + Send + Sync,
>;

/// What the domain changes when a row is given up, in the same transaction.
pub type Buried =
    Arc<dyn for<'t> Fn(&'t mut WriteTx, Job, String) -> TxFuture<'t, (), StoreError> + Send + Sync>;

/// A kind of work.
#[derive(Clone)]
pub struct Queue {
    /// Its statements.
    pub sql: &'static WorkSql,
    /// Rows run at the same time on one node.
    pub concurrency: usize,
    /// How long a run may take before it counts as failed.
    pub timeout: Duration,
    /// Runs a row.
    pub run: Runner,
    /// Told when a row is given up.
    pub buried: Option<Buried>,
}
