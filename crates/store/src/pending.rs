//! A change that waits for its transaction, with the place its answer goes to.

use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::oneshot;

use crate::{Scope, StoreError, TxFuture, WriteTx};

/// Such a change, whatever it answers with.
pub(crate) trait Job: Send {
    /// Whose rows it touches.
    fn scope(&self) -> Scope;
    /// Runs the change; true when it succeeded and may be kept.
    fn run<'t>(&'t mut self, tx: &'t mut WriteTx) -> BoxFuture<'t, bool>;
    /// Answers the caller, after the commit or its failure.
    fn finish(self: Box<Self>, commit: Result<(), &StoreError>);
}

struct Pending<F, T, E> {
    scope: Scope,
    change: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// Where the answer of a change will come.
pub(crate) type Answer<T, E> = oneshot::Receiver<Result<T, E>>;

/// Makes a change wait.
pub(crate) fn pending<T, E, F>(scope: Scope, change: F) -> (Box<dyn Job>, Answer<T, E>)
where
    F: for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let job = Pending {
        scope,
        change: Some(change),
        result: None,
        reply,
    };
    (Box::new(job), answer)
}

impl<F, T, E> Job for Pending<F, T, E>
where
    F: for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn scope(&self) -> Scope {
        self.scope
    }

    fn run<'t>(&'t mut self, tx: &'t mut WriteTx) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let Some(change) = self.change.take() else {
                return false;
            };
            let whole = async {
                let value = change(tx).await?;
                tx.finish().await?;
                Ok(value)
            };
            let result = AssertUnwindSafe(whole).catch_unwind().await;
            let result = result.unwrap_or_else(|_| {
                Err(StoreError::Internal("a write panicked".to_owned()).into())
            });
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        })
    }

    fn finish(self: Box<Self>, commit: Result<(), &StoreError>) {
        let answer = match (self.result, commit) {
            (Some(Err(own)), _) => Err(own),
            (Some(ok), Ok(())) => ok,
            (_, Err(StoreError::Unavailable(why))) => {
                Err(StoreError::Unavailable(why.clone()).into())
            }
            (_, Err(error)) => Err(StoreError::Unavailable(error.to_string()).into()),
            (None, Ok(())) => Err(StoreError::Internal("a write did not run".to_owned()).into()),
        };
        // The caller may have gone; the change stands all the same.
        let _ = self.reply.send(answer);
    }
}
