use kernel::{Problem, TenantId};
use store::StoreError;

use crate::{App, audit::storage};

/// Lines carried over in one transaction.
const BATCH: i64 = 200;

/// Links what programs before the chain wrote to a clinic's chain, oldest
/// first; answers how many lines. Any number of nodes may do it at once, and a
/// start that was killed is finished by the next.
///
/// # Errors
/// The database's.
pub async fn carry_over(app: &App, tenant: TenantId) -> Result<u64, Problem> {
    let mut done = 0;
    loop {
        {
            let mut tx = app.store.read(tenant).await?;
            if storage::unsealed(&mut tx, tenant).await? == 0 {
                return Ok(done);
            }
        }
        let some: Result<usize, StoreError> = app
            .store
            .write(tenant, move |tx| {
                Box::pin(async move { storage::carry_over(tx, tenant, BATCH).await })
            })
            .await;
        done += u64::try_from(some?).unwrap_or_default();
    }
}
