//! News of e-mails that went out.

use store::{StoreError, WriteTx};

use super::process::{Done, end, ignore};
use crate::{
    App,
    inbox::{
        model::{EventRow, ProcessingStatus},
        storage::EventEnd,
        wire,
    },
    messaging::{self, api::Reported},
};

pub(super) async fn reported(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    event: &EventRow,
) -> Result<Done, StoreError> {
    let Some((id, report)) = wire::mail_report(&event.external_id, &event.raw_payload) else {
        return ignore(tx, app, job, "a status that changes nothing").await;
    };
    // The mail was written before it left: who does not know it never will.
    match messaging::api::apply_mail_report(tx, app, job.tenant, id, report).await? {
        Reported::UnknownMessage => ignore(tx, app, job, "no message of ours has this id").await,
        Reported::Applied(_) => {
            let done = EventEnd::default();
            end(tx, app, job, ProcessingStatus::Processed, done).await
        }
    }
}
