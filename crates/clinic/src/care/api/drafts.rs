//! What somebody types is kept while he types, for him alone.

use std::time::Duration;

use kernel::{Ctx, Problem};
use store::StoreError;

use crate::{
    App,
    care::{model::Draft, storage},
    identity,
};

/// How long nobody has to come back before what he typed is dropped.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Longest draft in bytes: the form's longest texts fit twice.
const LARGEST: usize = 256 * 1024;
/// Longest subject in bytes.
const LONGEST_SUBJECT: usize = 64;

/// Keeps what the caller has typed about `subject`: a record's id, or the key
/// of a form for a new one. The last one wins.
///
/// # Errors
/// 403 for a caller who is no person; 400 for a subject that is none; 413 for
/// more than the form can hold.
pub async fn keep_draft(
    app: &App,
    ctx: &Ctx,
    subject: String,
    typed: String,
) -> Result<(), Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::forbidden)?;
    let plain = subject
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || !plain {
        return Err(Problem::invalid("subject", "malformed"));
    }
    if typed.len() > LARGEST {
        return Err(Problem::new(kernel::ProblemKind::TooLarge));
    }
    let (now, ctx) = (app.clock.now(), *ctx);
    let kept: Result<(), StoreError> = app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                storage::keep_draft(tx, ctx.tenant, (user, &subject), &typed, now).await
            })
        })
        .await;
    Ok(kept?)
}

/// What the caller had typed about `subject`.
///
/// # Errors
/// The database's.
pub async fn draft(app: &App, ctx: &Ctx, subject: &str) -> Result<Option<Draft>, Problem> {
    let Some(user) = ctx.actor.user() else {
        return Ok(None);
    };
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::draft(&mut tx, ctx.tenant, (user, subject)).await?)
}

/// Drops it.
///
/// # Errors
/// The database's.
pub async fn drop_draft(app: &App, ctx: &Ctx, subject: String) -> Result<(), Problem> {
    let Some(user) = ctx.actor.user() else {
        return Ok(());
    };
    let ctx = *ctx;
    let dropped: Result<u64, StoreError> = app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move { storage::drop_draft(tx, ctx.tenant, (user, &subject)).await })
        })
        .await;
    dropped?;
    Ok(())
}

/// Drops what nobody came back for in a week; answers how many.
///
/// # Errors
/// The database's.
pub async fn sweep_drafts(app: &App) -> Result<u64, Problem> {
    let before = app.clock.now().minus(KEPT);
    identity::api::in_each_clinic(app, move |tx, tenant| {
        Box::pin(storage::drop_drafts(tx, tenant, before))
    })
    .await
}
