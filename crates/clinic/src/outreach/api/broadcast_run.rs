//! A broadcast at work: its audience is written down, then it goes out in slices.

use kernel::{Ctx, Id, Problem, Timestamp};
use send_rules::Decision;
use store::{ReadTx, StoreError, WriteTx};

use super::{
    broadcast_text::{event, values},
    broadcasts::{TOPIC, ends},
};
use crate::{
    App, identity,
    messaging::{
        self,
        api::{Channel, Notice},
    },
    outreach::{
        model::{BroadcastId, BroadcastRow, NextRecipient},
        rules::{
            broadcasts::{room, slice},
            other_way,
        },
        storage,
    },
};

/// People written down in one transaction: nobody else writes meanwhile on SQLite.
const GATHERED: i64 = 1000;

/// Writes the next part of the audience down; true when there is more of it. False also
/// when the row is no longer this holder's: the next one goes on.
///
/// # Errors
/// The database's.
pub(in crate::outreach) async fn gather(app: &App, job: &jobs::Job) -> Result<bool, Problem> {
    let (a, j) = (app.clone(), job.clone());
    app.store
        .write(job.tenant, move |tx| {
            Box::pin(async move {
                match held(tx, &j).await? {
                    Some(row) if row.gathered_at.is_none() => Ok(some(tx, &a, &j, &row).await?),
                    _ => Ok(false),
                }
            })
        })
        .await
}

async fn held(tx: &mut WriteTx, job: &jobs::Job) -> Result<Option<BroadcastRow>, StoreError> {
    match storage::is_held(tx, job).await? {
        true => storage::broadcast(tx, job.tenant, Id::from_uuid(job.id)).await,
        false => Ok(None),
    }
}

async fn some(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    row: &BroadcastRow,
) -> Result<bool, StoreError> {
    let (tenant, now) = (job.tenant, app.clock.now());
    if row.started_at.is_none() {
        storage::begin(tx, tenant, row.id, (now, ends(now))).await?;
    }
    let zone = identity::api::tenant(tx, tenant).await?.zone;
    let (of, today) = ((row.id, &row.audience()), now.day(&zone));
    let written = storage::gather(tx, tenant, of, GATHERED, (now, &today)).await?;
    let is_more = written == GATHERED;
    if !is_more {
        storage::gathered(tx, tenant, row.id, now).await?;
    }
    tx.emit(TOPIC, job.id);
    Ok(is_more)
}

/// Writes the next slice of messages and says when the next one is; ends the row when
/// nobody is left or the broadcast has lost its use. All in one transaction: whoever is
/// written to is known to have been.
///
/// # Errors
/// The database's.
pub(in crate::outreach) async fn release(app: &App, job: &jobs::Job) -> Result<(), Problem> {
    let (a, j) = (app.clone(), job.clone());
    app.store
        .write(job.tenant, move |tx| {
            Box::pin(async move {
                let Some(row) = held(tx, &j).await? else {
                    return Ok(());
                };
                match turn(tx, &a, &j, &row).await? {
                    Some(at) => storage::turn(tx, &j, at).await?,
                    None => jobs::finish(tx, &storage::BROADCAST_WORK, &j).await?,
                }
                tx.emit(TOPIC, j.id);
                Ok(())
            })
        })
        .await
}

/// When the next turn is; none after the last.
async fn turn(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    row: &BroadcastRow,
) -> Result<Option<Timestamp>, Problem> {
    let now = app.clock.now();
    if row.expires_at.is_some_and(|end| end <= now) {
        return Ok(None);
    }
    let (most, pause) = slice(row.pace);
    let room = room(row.pace);
    // What others write meets an outbox in which few of these wait: also while the
    // provider takes none of them.
    let waiting = storage::not_gone(tx, job.tenant, row.id, 2 * room).await?;
    let most = most.min(room - waiting);
    if most <= 0 {
        return Ok(Some(now.plus(pause)));
    }
    let mut next = storage::next(tx, job.tenant, row.id, most + 1).await?;
    let is_last = next.len() <= usize::try_from(most).unwrap_or(usize::MAX);
    next.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let ctx = Ctx::system(job.tenant, "broadcasts");
    if let Some(morning) = quiet(tx, app, &ctx, &next).await? {
        return Ok(Some(morning));
    }
    tell(tx, app, &ctx, row, next).await?;
    Ok((!is_last).then(|| now.plus(pause)))
}

/// Until when none of these is written to, as at night; nothing where somebody may be, or
/// nobody is left.
async fn quiet(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    next: &[NextRecipient],
) -> Result<Option<Timestamp>, Problem> {
    let event = event()?;
    let mut soonest = None;
    for one in next {
        let to = (&one.phone, one.channel);
        match messaging::api::may_go(tx, app, ctx, to, (event, one.language)).await? {
            Decision::WaitUntil(at, _) => soonest = Some(soonest.map_or(at, |it| at.min(it))),
            Decision::Send(_) | Decision::FallBack(_) | Decision::Refuse(_) => return Ok(None),
        }
    }
    Ok(soonest)
}

/// Writes the messages. The same number never gets a second one of a broadcast.
async fn tell(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    row: &BroadcastRow,
    recipients: Vec<NextRecipient>,
) -> Result<(), Problem> {
    let event = event()?;
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let sender = messaging::api::sender(tx, ctx.tenant, Channel::Sms).await?;
    let sender = sender.unwrap_or_default();
    for one in recipients {
        let NextRecipient {
            patient_id,
            phone,
            channel,
            language,
        } = one;
        let said = |way: Channel| {
            let two_way = messaging::api::answers_arrive(app, &sender, (&phone, way));
            values(&clinic.name, &row.content, language, two_way)
        };
        let other_channel = other_way(channel);
        let notice = Notice {
            event,
            locale: language,
            values: said(channel),
            channel,
            other_channel,
            other_values: other_channel.map(said),
            asks: false,
            idempotency_key: broadcast_key(row.id, phone.as_e164()),
            recipient: phone,
            patient: Some(patient_id),
            expires_at: row.expires_at,
            created_by: row.created_by,
        };
        let queued = messaging::api::notify(tx, app, ctx, notice).await?.queued;
        storage::released(tx, ctx.tenant, (row.id, patient_id), queued.id).await?;
    }
    Ok(())
}

fn broadcast_key(id: BroadcastId, phone: &str) -> String {
    format!("broadcast:{id}:{phone}")
}
