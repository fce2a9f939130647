//! A statement that every change of one call carries along.
//!
//! Whoever answers a call for an operation he does not know (the keeper of
//! `Idempotency-Key`) must learn whether it changed anything, in the same
//! commit, and be able to stop one that comes too late. He cannot hand his
//! statement through every operation, so it travels with the task.

use std::sync::Arc;

use kernel::TenantId;

use crate::{Params, Scope, Sql, StoreError, TxFuture, WriteTx};

/// A statement that must change exactly one row, or the change that carries it
/// is rolled back.
#[derive(Debug)]
pub struct Fence {
    /// Changes of other tenants and of the system do not carry it.
    pub tenant: TenantId,
    /// The statement.
    pub sql: Sql,
    /// Its values.
    pub params: Params,
}

tokio::task_local! {
    static FENCE: Arc<Fence>;
}

/// Runs `work`; each of its changes to the fence's tenant carries the fence.
/// Tasks that `work` spawns do not.
pub async fn fenced<F: Future>(fence: Fence, work: F) -> F::Output {
    FENCE.scope(Arc::new(fence), work).await
}

/// The same change with the fence of this task in front.
pub(crate) fn carried<T, E, F>(
    scope: Scope,
    change: F,
) -> impl for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, T, E> + Send + 'static
where
    F: for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let fence = FENCE.try_with(Arc::clone).ok();
    let fence = fence.filter(|fence| scope == Scope::Tenant(fence.tenant));
    move |tx: &mut WriteTx| -> TxFuture<'_, T, E> {
        let Some(fence) = fence else {
            return change(tx);
        };
        Box::pin(async move {
            tx.execute_one(fence.sql, fence.params.clone()).await?;
            change(tx).await
        })
    }
}
