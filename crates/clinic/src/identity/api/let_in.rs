//! Programs that somebody let in, and taking that back.

use kernel::{Ctx, Problem};

use crate::{
    App, audit,
    identity::{
        model::oauth::{ClientId, LetIn},
        storage,
    },
};

/// The programs that may act for the caller in this clinic, by name.
///
/// # Errors
/// 404 for a caller who is no person.
pub async fn let_in(app: &App, ctx: &Ctx) -> Result<Vec<LetIn>, Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::not_found)?;
    let mut tx = app.store.read(ctx).await?;
    let mut programs: Vec<LetIn> = Vec::new();
    for row in storage::let_in(&mut tx, ctx.tenant, user, app.clock.now()).await? {
        let scopes = row.scopes.split(' ').map(str::to_owned);
        match programs.last_mut() {
            Some(last) if last.client == row.client_id => last.scopes.extend(scopes),
            _ => programs.push(LetIn {
                client: row.client_id,
                name: row.name,
                since: row.created_at,
                scopes: scopes.collect(),
            }),
        }
    }
    Ok(programs)
}

/// Lets a program in no longer: its tokens open nothing from the next request on.
///
/// # Errors
/// 404 for a program that the caller did not let in.
pub async fn withdraw(app: &App, ctx: &Ctx, client: ClientId) -> Result<(), Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::not_found)?;
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if !storage::withdraw(tx, ctx.tenant, (user, client), now).await? {
                    return Err(Problem::not_found());
                }
                let (what, program) = ("oauth.withdraw", client.uuid());
                audit::api::record(tx, &a, &ctx, what, "oauth_client", program, None).await?;
                Ok(())
            })
        })
        .await
}
