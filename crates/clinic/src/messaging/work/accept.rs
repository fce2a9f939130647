//! The last step of a try that succeeded. Messages whose providers answer at the same moment
//! take it together.

use std::sync::Arc;

use kernel::TenantId;
use send_rules::MessageState;
use store::{StoreError, WriteTx};

use crate::App;
use crate::messaging::{api::TOPIC, model::ToSend, storage, work::cost};

/// A message that its provider has.
#[derive(Clone)]
pub(super) struct Taken {
    pub job: jobs::Job,
    /// The attempt's.
    pub number: i32,
    pub provider: String,
    pub message: Arc<ToSend>,
    pub provider_id: String,
    /// Nothing was really sent.
    pub simulated: bool,
}

/// The provider has these.
pub(super) async fn accepted(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    taken: &[Taken],
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let rows: Vec<storage::Taken<'_>> = taken.iter().map(row).collect();
    storage::accept(tx, tenant, &rows, now).await?;
    cost::note(tx, tenant, taken, now).await?;
    for one in taken {
        tx.emit(TOPIC, one.job.id);
    }
    Ok(())
}

fn row(taken: &Taken) -> storage::Taken<'_> {
    storage::Taken {
        id: taken.job.id,
        token: taken.job.token,
        number: taken.number,
        provider: &taken.provider,
        provider_id: &taken.provider_id,
        state: match taken.simulated {
            true => MessageState::Simulated,
            false => MessageState::Accepted,
        },
    }
}
