//! Changes of one kind that come at the same moment, made by the same statements.
//!
//! A statement for each of them is a journey for each, and its own search for a row; a
//! commit for each waits for the disk each time, and on PostgreSQL, where it notifies other
//! nodes, for every commit before it (`src/backend/commands/async.c`: a lock over the whole
//! database).

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use kernel::TenantId;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::{Store, StoreError, TxFuture, WriteTx};

/// Changes made together at the most: the first of them waits for the last.
const MOST: usize = 64;
/// Transactions at the same time: while one waits for the disk the other makes its changes.
const LANES: usize = 2;

/// Makes the changes of one tenant, and answers in their order.
type Make<I, O> = dyn for<'t> Fn(&'t mut WriteTx, TenantId, Vec<I>) -> TxFuture<'t, Vec<O>, StoreError>
    + Send
    + Sync;

/// Where changes of one kind wait for each other.
pub struct Together<I, O> {
    waiting: mpsc::Sender<Waiting<I, O>>,
}

struct Waiting<I, O> {
    tenant: TenantId,
    what: I,
    answer: oneshot::Sender<Result<O, StoreError>>,
}

/// Why changes were not made.
enum Unmade {
    /// One of them failed, and nothing was kept.
    Failed(StoreError),
    /// The database failed, perhaps at the commit: nobody knows what was kept.
    Unknown(StoreError),
}

impl From<StoreError> for Unmade {
    fn from(error: StoreError) -> Self {
        Self::Unknown(error)
    }
}

impl<I, O> Together<I, O>
where
    I: Clone + Send + 'static,
    O: Send + 'static,
{
    /// Makes the changes that come with `make`, until this is dropped. `make` may be asked
    /// again for the same changes, each alone, when one of them has failed: what it does
    /// beside changing the database must be harmless when it is done twice.
    pub fn start<F>(store: &Store, make: F) -> Self
    where
        F: for<'t> Fn(&'t mut WriteTx, TenantId, Vec<I>) -> TxFuture<'t, Vec<O>, StoreError>
            + Send
            + Sync
            + 'static,
    {
        let (waiting, changes) = mpsc::channel(MOST * LANES);
        let changes = Arc::new(Mutex::new(changes));
        let make: Arc<Make<I, O>> = Arc::new(make);
        for _ in 0..LANES {
            let lane = Lane {
                store: store.clone(),
                make: Arc::clone(&make),
            };
            tokio::spawn(lane.run(Arc::clone(&changes)));
        }
        Self { waiting }
    }

    /// Makes a change beside others of the tenant that wait, and answers after its commit is
    /// on disk. It carries no [`crate::Fence`].
    ///
    /// # Errors
    /// Its own. [`StoreError::Unavailable`] when nobody knows whether it was made.
    pub async fn make(&self, tenant: TenantId, what: I) -> Result<O, StoreError> {
        let (answer, made) = oneshot::channel();
        let closed = || StoreError::Unavailable("the database was closed".to_owned());
        let waiting = Waiting {
            tenant,
            what,
            answer,
        };
        self.waiting.send(waiting).await.map_err(|_| closed())?;
        made.await.map_err(|_| closed())?
    }
}

struct Lane<I, O> {
    store: Store,
    make: Arc<Make<I, O>>,
}

impl<I, O> Lane<I, O>
where
    I: Clone + Send + 'static,
    O: Send + 'static,
{
    async fn run(self, changes: Arc<Mutex<mpsc::Receiver<Waiting<I, O>>>>) {
        loop {
            let mut waiting = Vec::new();
            if changes.lock().await.recv_many(&mut waiting, MOST).await == 0 {
                return;
            }
            while let Some(tenant) = waiting.first().map(|first| first.tenant) {
                let same = |other: &mut Waiting<I, O>| other.tenant == tenant;
                let group = waiting.extract_if(.., same).collect();
                self.make_group(tenant, group).await;
            }
        }
    }

    /// Makes the changes of one tenant; where one fails, each alone.
    async fn make_group(&self, tenant: TenantId, mut group: Vec<Waiting<I, O>>) {
        let changes = group.iter().map(|waiting| waiting.what.clone()).collect();
        // The callers may have gone; the changes stand all the same.
        match self.try_to_make(tenant, changes).await {
            Ok(made) => {
                for (waiting, made) in group.into_iter().zip(made) {
                    let _ = waiting.answer.send(Ok(made));
                }
            }
            Err(Unmade::Failed(_)) if group.len() > 1 => {
                for waiting in group {
                    Box::pin(self.make_group(tenant, vec![waiting])).await;
                }
            }
            Err(Unmade::Failed(error)) => {
                if let Some(waiting) = group.pop() {
                    let _ = waiting.answer.send(Err(error));
                }
            }
            Err(Unmade::Unknown(error)) => {
                for waiting in group {
                    let unknown = StoreError::Unavailable(error.to_string());
                    let _ = waiting.answer.send(Err(unknown));
                }
            }
        }
    }

    async fn try_to_make(&self, tenant: TenantId, changes: Vec<I>) -> Result<Vec<O>, Unmade> {
        let make = Arc::clone(&self.make);
        let write = self.store.write(tenant, move |tx| {
            Box::pin(async move {
                // One change that panics must not be taken for a commit nobody knows of.
                let made = AssertUnwindSafe(make(tx, tenant, changes)).catch_unwind();
                made.await
                    .unwrap_or_else(|_| Err(StoreError::Internal("a write panicked".to_owned())))
                    .map_err(Unmade::Failed)
            })
        });
        write.await
    }
}
