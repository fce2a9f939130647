//! Programs as administrators see them: registered clients and service tokens.

use kernel::{Ctx, FieldError, Id, PageRequest, Problem, Redacted, TenantId};
use store::{StoreError, WriteTx};
use uuid::Uuid;

use crate::{
    App, audit,
    identity::{
        model::oauth::{
            ClientId, ClientKind, ClientRow, Issued, NewClient, NewServiceToken, ServiceTokenId,
            ServiceTokenRow, prefix,
        },
        rules::{self, oauth, scopes},
        storage,
    },
};

/// Longest name of a program.
const LONGEST_NAME: usize = 100;
/// Most addresses of one program.
const MOST_REDIRECTS: usize = 20;

fn checked_name(name: &str) -> Result<String, FieldError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(FieldError::new("name", "required"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(FieldError::new("name", "too-long").with("max", LONGEST_NAME));
    }
    Ok(name.to_owned())
}

/// A program without a secret must name an address: it cannot act for itself.
fn checked_redirects(new: &NewClient) -> Result<(), FieldError> {
    if new.redirect_uris.is_empty() && new.kind == ClientKind::Public {
        return Err(FieldError::new("redirect_uris", "required"));
    }
    if new.redirect_uris.len() > MOST_REDIRECTS {
        return Err(FieldError::new("redirect_uris", "too-long").with("max", MOST_REDIRECTS));
    }
    match new
        .redirect_uris
        .iter()
        .all(|uri| oauth::is_good_redirect(uri))
    {
        true => Ok(()),
        false => Err(FieldError::new("redirect_uris", "bad-redirect")),
    }
}

/// The first fault of each field, all at once.
fn all(checks: [Option<FieldError>; 3]) -> Result<(), Problem> {
    let errors: Vec<FieldError> = checks.into_iter().flatten().collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Problem::fields(errors))
    }
}

fn secret(app: &App, prefix: &str) -> String {
    format!("{prefix}{}", app.rng.secret(32))
}

/// Registers a program.
///
/// # Errors
/// 400 naming the fields.
pub async fn register_client(
    app: &App,
    ctx: &Ctx,
    new: NewClient,
) -> Result<Issued<ClientId>, Problem> {
    let (name, chosen) = (checked_name(&new.name), scopes::chosen(&new.scopes));
    let redirects = checked_redirects(&new);
    all([name.clone().err(), redirects.err(), chosen.clone().err()])?;
    let new = NewClient {
        name: name.unwrap_or_default(),
        scopes: chosen.unwrap_or_default(),
        ..new
    };
    let id = ClientId::new(&app.clock, &app.rng);
    let secret = (new.kind == ClientKind::Confidential).then(|| secret(app, prefix::CLIENT));
    let hash = secret.as_deref().map(rules::fingerprint);
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    let made: Result<(), StoreError> = app
        .store
        .write(ctx.tenant, move |tx| {
            Box::pin(async move {
                let values = (&new, hash.as_deref());
                storage::insert_client(tx, ctx.tenant, id, values, now).await?;
                note(tx, &a, &ctx, ("oauth_client.create", id.uuid())).await
            })
        })
        .await;
    made?;
    Ok(Issued {
        id,
        secret: secret.map(Redacted),
    })
}

async fn note(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (action, id): (&'static str, Uuid),
) -> Result<(), StoreError> {
    let object = action.split('.').next().unwrap_or_default();
    audit::api::record(tx, app, ctx, action, object, id, None).await
}

/// One program.
///
/// # Errors
/// 404.
pub async fn client(app: &App, tenant: TenantId, id: ClientId) -> Result<ClientRow, Problem> {
    let mut tx = app.store.read(tenant).await?;
    let found = storage::client(&mut tx, tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// The clinic's programs, newest first, and how many there are.
///
/// # Errors
/// The database's.
pub async fn clients(
    app: &App,
    ctx: &Ctx,
    page: PageRequest,
) -> Result<(i64, Vec<ClientRow>), Problem> {
    let mut tx = app.store.read(ctx.tenant).await?;
    Ok(storage::clients(&mut tx, ctx.tenant, page).await?)
}

/// Gives a program another secret; the old one opens nothing from now on.
///
/// # Errors
/// 404; 409 `client-is-public`, `changed-meanwhile` when it was revoked.
pub async fn rotate_secret(
    app: &App,
    ctx: &Ctx,
    id: ClientId,
) -> Result<Issued<ClientId>, Problem> {
    let known = client(app, ctx.tenant, id).await?;
    if known.kind == ClientKind::Public {
        return Err(Problem::conflict("client-is-public"));
    }
    let secret = secret(app, prefix::CLIENT);
    let hash = rules::fingerprint(&secret);
    let (a, ctx) = (app.clone(), *ctx);
    let rotated = app.store.write(ctx.tenant, move |tx| {
        Box::pin(async move {
            if !storage::set_client_secret(tx, ctx.tenant, id, &hash).await? {
                return Err(Problem::conflict("changed-meanwhile"));
            }
            note(tx, &a, &ctx, ("oauth_client.rotate", id.uuid())).await?;
            Ok(())
        })
    });
    rotated.await?;
    Ok(Issued {
        id,
        secret: Some(Redacted(secret)),
    })
}

/// Shuts a program out: whatever it was given opens nothing from now on.
///
/// # Errors
/// 404.
pub async fn revoke_client(app: &App, ctx: &Ctx, id: ClientId) -> Result<(), Problem> {
    client(app, ctx.tenant, id).await?;
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    let revoked: Result<(), StoreError> = app
        .store
        .write(ctx.tenant, move |tx| {
            Box::pin(async move {
                if storage::revoke_client(tx, ctx.tenant, id, now).await? {
                    note(tx, &a, &ctx, ("oauth_client.revoke", id.uuid())).await?;
                }
                Ok(())
            })
        })
        .await;
    Ok(revoked?)
}

/// Makes a token for a program that works on its own.
///
/// # Errors
/// 400 naming the fields.
pub async fn create_service_token(
    app: &App,
    ctx: &Ctx,
    new: NewServiceToken,
) -> Result<Issued<ServiceTokenId>, Problem> {
    let (name, chosen) = (checked_name(&new.name), scopes::chosen(&new.scopes));
    let now = app.clock.now();
    let is_past = new.expires_at.is_some_and(|until| until <= now);
    let past = is_past.then(|| FieldError::new("expires_at", "in-the-past"));
    all([name.clone().err(), chosen.clone().err(), past])?;
    let new = NewServiceToken {
        name: name.unwrap_or_default(),
        scopes: chosen.unwrap_or_default(),
        ..new
    };
    let id = Id::new(&app.clock, &app.rng);
    let secret = secret(app, prefix::SERVICE);
    let hash = rules::fingerprint(&secret);
    let (a, ctx) = (app.clone(), *ctx);
    let made: Result<(), StoreError> = app
        .store
        .write(ctx.tenant, move |tx| {
            Box::pin(async move {
                storage::insert_service(tx, ctx.tenant, id, (&new, &hash), now).await?;
                note(tx, &a, &ctx, ("service_token.create", id.uuid())).await
            })
        })
        .await;
    made?;
    Ok(Issued {
        id,
        secret: Some(Redacted(secret)),
    })
}

/// One service token, without its secret.
///
/// # Errors
/// 404.
pub async fn service_token(
    app: &App,
    tenant: TenantId,
    id: ServiceTokenId,
) -> Result<ServiceTokenRow, Problem> {
    let mut tx = app.store.read(tenant).await?;
    let found = storage::service(&mut tx, tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// The clinic's service tokens, newest first, and how many there are.
///
/// # Errors
/// The database's.
pub async fn service_tokens(
    app: &App,
    ctx: &Ctx,
    page: PageRequest,
) -> Result<(i64, Vec<ServiceTokenRow>), Problem> {
    let mut tx = app.store.read(ctx.tenant).await?;
    Ok(storage::services(&mut tx, ctx.tenant, page).await?)
}

/// Ends a service token at once.
///
/// # Errors
/// 404.
pub async fn revoke_service_token(app: &App, ctx: &Ctx, id: ServiceTokenId) -> Result<(), Problem> {
    service_token(app, ctx.tenant, id).await?;
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    let revoked: Result<(), StoreError> = app
        .store
        .write(ctx.tenant, move |tx| {
            Box::pin(async move {
                if storage::revoke_service(tx, ctx.tenant, id, now).await? {
                    note(tx, &a, &ctx, ("service_token.revoke", id.uuid())).await?;
                }
                Ok(())
            })
        })
        .await;
    Ok(revoked?)
}
