//! Links by which a doctor's own calendar subscribes to his here.

use std::time::Duration;

use kernel::{Ctx, Problem, ProblemKind, Redacted, UserId};
use store::Scope;

use super::{calendars::told, save::noted};
use crate::{
    App,
    identity::{self, api::fingerprint},
    scheduling::{
        model::{CalendarFile, Feed, FeedPlace, MadeFeed},
        policy, storage,
    },
};

/// Bytes of a link's secret: nobody guesses one.
const SECRET: usize = 32;
/// Calendars ask every few minutes; when one last did is known to this.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// The doctor who calls.
fn own(ctx: &Ctx) -> Result<UserId, Problem> {
    policy::calendar_of(ctx, None)
}

/// Makes the doctor's link; an earlier one leads nowhere from now on. Of its
/// secret only the hash is kept.
///
/// # Errors
/// 403 for who is no doctor.
pub async fn make_feed(app: &App, ctx: &Ctx) -> Result<MadeFeed, Problem> {
    let practitioner = own(ctx)?;
    let token = app.rng.secret(SECRET);
    let url = format!("{}/calendars/{token}.ics", app.settings.public_url);
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let now = app.clock.now();
    let made = MadeFeed {
        webcal_url: Redacted(format!("webcal://{rest}")),
        url: Redacted(url),
        created_at: now,
    };
    let (a, ctx, token_hash) = (app.clone(), *ctx, fingerprint(&token));
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let new = (token_hash.as_str(), ctx.locale, now);
                storage::put_feed(tx, ctx.tenant, practitioner, new).await?;
                let line = ("calendar_feed.create", "calendar_feed", practitioner.uuid());
                noted(tx, &a, &ctx, line, None);
                Ok(made)
            })
        })
        .await
}

/// The doctor's link, if there is one.
///
/// # Errors
/// 403 for who is no doctor.
pub async fn feed(app: &App, ctx: &Ctx) -> Result<Option<Feed>, Problem> {
    let practitioner = own(ctx)?;
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::feed(&mut tx, ctx.tenant, practitioner, None).await?)
}

/// Ends the doctor's link; to end it again is no fault.
///
/// # Errors
/// 403 for who is no doctor.
pub async fn drop_feed(app: &App, ctx: &Ctx) -> Result<(), Problem> {
    let practitioner = own(ctx)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if storage::delete_feed(tx, ctx.tenant, practitioner).await? {
                    let line = ("calendar_feed.revoke", "calendar_feed", practitioner.uuid());
                    noted(tx, &a, &ctx, line, None);
                }
                Ok(())
            })
        })
        .await
}

/// What the link with this secret leads to: his hours and when he is taken, and no
/// patient's name.
///
/// # Errors
/// 404 alike for a secret that nobody made, for a link that was ended, and for a
/// doctor who left.
pub async fn read_feed(app: &App, token: &str) -> Result<CalendarFile, Problem> {
    let token_hash = fingerprint(token);
    let place = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::place_of_feed(&mut tx, &token_hash).await?
    };
    let place = place.ok_or_else(Problem::not_found)?;
    let (tenant, practitioner) = (place.tenant_id, place.practitioner_id);
    let (feed, file) = {
        let mut tx = app.store.read(tenant).await?;
        let found = storage::feed(&mut tx, tenant, practitioner, Some(&token_hash)).await?;
        let works_here = identity::api::is_doctor(&mut tx, tenant, practitioner).await?;
        let feed = found.filter(|_| works_here);
        let feed = feed.ok_or_else(Problem::not_found)?;
        let file = told(&mut tx, app, (tenant, practitioner), feed.locale, false).await?;
        (feed, file)
    };
    note_reading(app, place, token_hash, &feed).await?;
    Ok(file)
}

/// A calendar is told even while nothing can be written.
async fn note_reading(
    app: &App,
    place: FeedPlace,
    token_hash: String,
    feed: &Feed,
) -> Result<(), Problem> {
    let now = app.clock.now();
    let noted = |at: kernel::Timestamp| at.plus(NOTED_EVERY) > now;
    if feed.last_read_at.is_some_and(noted) {
        return Ok(());
    }
    let FeedPlace {
        tenant_id,
        practitioner_id,
    } = place;
    let written: Result<(), Problem> = app
        .store
        .write(tenant_id, move |tx| {
            Box::pin(async move {
                let read = (token_hash.as_str(), now);
                Ok(storage::feed_read(tx, tenant_id, practitioner_id, read).await?)
            })
        })
        .await;
    match written {
        Err(problem) if problem.kind == ProblemKind::Unavailable => {
            tracing::warn!(tenant = %tenant_id, "that a calendar was read could not be noted");
            Ok(())
        }
        other => other,
    }
}
