//! From a key pressed during a call to the domain that asked.

use kernel::{Ctx, Problem};
use store::{StoreError, WriteTx};

use super::process::{Done, end, ignore};
use crate::{
    App,
    inbox::{
        model::{EventRow, ProcessingStatus},
        storage::EventEnd,
    },
    messaging::{
        self,
        api::{Key, MessageId},
    },
    outreach, scheduling,
};

pub(super) async fn pressed(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    event: &EventRow,
) -> Result<Done, StoreError> {
    let id = &event.external_id;
    let Some(called) = messaging::api::called(tx, app, job.tenant, id).await? else {
        // It may have been picked up before we knew that the call was taken.
        return match job.attempts < jobs::RetryClass::NotYet.rule().attempts {
            true => Ok(Done::NotYet),
            false => ignore(tx, app, job, "no call of ours has this id").await,
        };
    };
    if let Some(key) = Key::parse(&event.content) {
        let at = event.received_at;
        let newest = messaging::api::note_key(tx, job.tenant, called.id, key, at).await?;
        if newest {
            answer_who_asked(tx, app, &job.ctx("inbox"), (called.id, key)).await?;
        }
    }
    let what = EventEnd {
        patient: called.patient_id,
        ..EventEnd::default()
    };
    end(tx, app, job, ProcessingStatus::Processed, what).await
}

/// Brings the key to the domain whose question the message was. Each looks whether it
/// asked by this message, and does what was answered once.
async fn answer_who_asked(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (message, key): (MessageId, Key),
) -> Result<(), StoreError> {
    let answered = async {
        scheduling::api::keyed(tx, app, ctx, message, key).await?;
        outreach::api::keyed(tx, app, ctx, message, key).await
    };
    let internal = |problem: Problem| StoreError::Internal(problem.into_cause());
    answered.await.map_err(internal)
}
