//! Messages that lost their reason: what has not left does not leave, and nothing follows
//! what has.

use kernel::Ctx;
use store::{StoreError, WriteTx};

use super::TOPIC;
use crate::{
    App,
    messaging::{model::MessageId, storage},
};

/// What became of messages that were withdrawn; those had left, or were over already, that
/// it does not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Withdrawn {
    /// They will not leave.
    pub taken_back: usize,
    /// They may be leaving now: a try is under way, or nobody knows yet how the last one
    /// ended. There will be no other one.
    pub leaving: usize,
}

/// Withdraws messages with whatever took their place: what certainly has not left is taken
/// back, and nothing follows the rest, no other way, no other call, no other try.
///
/// # Errors
/// The database's.
pub async fn withdraw(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    ids: &[MessageId],
) -> Result<Withdrawn, StoreError> {
    let (tenant, now) = (ctx.tenant, app.clock.now());
    let (mut all, mut next) = (Vec::new(), ids.to_vec());
    while !next.is_empty() {
        storage::withdraw(tx, tenant, &next, now).await?;
        let followers = storage::followers(tx, tenant, &next).await?;
        all.append(&mut next);
        next = followers;
    }
    let mut withdrawn = Withdrawn::default();
    for id in storage::still_here(tx, tenant, &all).await? {
        if storage::cancel(tx, tenant, id, now).await? {
            tx.emit(TOPIC, id.uuid());
            withdrawn.taken_back += 1;
        } else {
            withdrawn.leaving += 1;
        }
    }
    Ok(withdrawn)
}
