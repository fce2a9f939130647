//! What is reported of e-mails that were taken, and addresses that get no more.

use kernel::{Ctx, PageRequest, Problem, TenantId};
use ports::email::MailReport;
use send_rules::MessageState;
use store::{StoreError, WriteTx};

use super::{Reported, TOPIC};
use crate::{
    App, audit,
    messaging::{
        model::{MessageId, Recipient, StoppedAddress},
        storage,
    },
};

/// Applies what a provider reports of a mail. Late, doubled and unordered reports are
/// harmless; one about a mail whose outcome nobody knew settles it.
///
/// # Errors
/// The database's.
pub async fn apply_mail_report(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    id: MessageId,
    report: MailReport,
) -> Result<Reported, StoreError> {
    let Some(mail) = storage::to_send(tx, tenant, id.uuid()).await? else {
        return Ok(Reported::UnknownMessage);
    };
    let Recipient::Email(address) = &mail.recipient else {
        return Ok(Reported::UnknownMessage);
    };
    let now = app.clock.now();
    let to = match report {
        MailReport::Delivered => Some(MessageState::Delivered),
        report if report.is_failure() => Some(MessageState::Failed),
        _ => None,
    };
    if let Some(to) = to.filter(|to| mail.state.can_follow(*to)) {
        let step = storage::Step {
            from: mail.state,
            to,
            reason: (to == MessageState::Failed).then_some(report.as_str()),
            detail: None,
            error_code: None,
            retryable: None,
        };
        storage::step(tx, tenant, id.uuid(), step, now).await?;
        // One whose outcome nobody knew waits for nobody any more.
        storage::not_dead(tx, tenant, id.uuid()).await?;
        tx.emit(TOPIC, id.uuid());
    }
    if report.stops() {
        let about = (address.as_str(), report);
        storage::stop_address(tx, tenant, about, id, now).await?;
    }
    Ok(Reported::Applied(id))
}

/// Addresses that get no more e-mails, with how many there are.
///
/// # Errors
/// The database's.
pub async fn stopped_addresses(
    app: &App,
    ctx: &Ctx,
    page: PageRequest,
) -> Result<(i64, Vec<StoppedAddress>), Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::stopped(&mut tx, ctx.tenant, page).await?)
}

/// Lets mails go to an address again because a person says so. Nothing happens to one that
/// gets them.
///
/// # Errors
/// The database's.
pub async fn lift_stop(app: &App, ctx: &Ctx, address: &str) -> Result<(), Problem> {
    let (a, ctx, address) = (app.clone(), *ctx, address.to_owned());
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if storage::lift_stop(tx, ctx.tenant, &address).await? {
                    let (action, object) = ("mail_stop.lift", "mail_stop");
                    let id = ctx.tenant.uuid();
                    audit::api::record(tx, &a, &ctx, action, object, id, None).await?;
                }
                Ok(())
            })
        })
        .await
}
