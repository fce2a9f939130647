use kernel::{Ctx, Problem, Timestamp, UserId};
use store::{Scope, StoreError};
use uuid::Uuid;
use webkit::Credentials;

use crate::{
    App, audit,
    identity::{
        model::{SignInId, SignInRow, USE_NOTED},
        rules, storage,
    },
};

/// Where somebody is signed in, the last used first.
///
/// # Errors
/// The database's.
pub async fn sign_ins(app: &App, user: UserId) -> Result<Vec<SignInRow>, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    Ok(storage::sign_ins(&mut tx, user, app.clock.now()).await?)
}

/// The session or family that these credentials, which opened the request,
/// belong to; none for a token of another kind.
///
/// # Errors
/// The database's.
pub async fn current_sign_in(
    app: &App,
    credentials: &Credentials,
) -> Result<Option<SignInId>, Problem> {
    let id = match credentials {
        Credentials::Bearer(token) => {
            rules::verify(token, &app.settings, app.clock.now()).map(|claims| claims.fam)
        }
        Credentials::Session(cookie) => {
            let mut tx = app.store.read(Scope::System).await?;
            let row = storage::session(&mut tx, &rules::fingerprint(cookie)).await?;
            row.map(|row| row.sign_in)
        }
    };
    Ok(id.map(SignInId::from_uuid))
}

/// Ends one of the caller's, whatever it is used for, from the next request on.
///
/// # Errors
/// 404 for somebody else's, or one that has ended.
pub async fn end_sign_in(app: &App, ctx: &Ctx, id: SignInId) -> Result<(), Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::not_found)?;
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    app.store
        .write(ctx.tenant, move |tx| {
            Box::pin(async move {
                if !storage::end_sign_in(tx, (id.uuid(), user), now).await? {
                    return Err(Problem::not_found());
                }
                let what = "user.end_session";
                Ok(audit::api::record(tx, &a, &ctx, what, "user", user.uuid(), None).await?)
            })
        })
        .await
}

/// Ends all of the caller's but this one.
///
/// # Errors
/// The database's.
pub async fn end_other_sign_ins(
    app: &App,
    ctx: &Ctx,
    kept: Option<SignInId>,
) -> Result<u64, Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::not_found)?;
    let kept = kept.map_or(Uuid::nil(), |kept| kept.uuid());
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    let ended = app.store.write(ctx.tenant, move |tx| {
        Box::pin(async move {
            let ended = storage::end_others(tx, user, kept, now).await?;
            let what = "user.end_sessions";
            audit::api::record(tx, &a, &ctx, what, "user", user.uuid(), None).await?;
            Ok::<_, StoreError>(ended)
        })
    });
    Ok(ended.await?)
}

/// Notes a use now and then. A request does not fail because it could not be noted.
pub(super) async fn used(app: &App, id: Uuid, last: Timestamp) {
    let now = app.clock.now();
    if now.since(last) < USE_NOTED {
        return;
    }
    let before = now.minus(USE_NOTED);
    let noted: Result<(), StoreError> = app
        .store
        .write(Scope::System, move |tx| {
            Box::pin(async move { storage::sign_in_used(tx, id, (now, before)).await })
        })
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "the use of a session was not noted");
    }
}
