//! Recognises programs by the opaque tokens they show. Nothing is believed of a
//! token but its fingerprint: what it opens is looked up at each request, so that
//! taking it away works at once.

use std::sync::Arc;

use kernel::{Actor, Ctx, Problem, TenantId};
use store::{ReadTx, Scope, StoreError};
use uuid::Uuid;
use webkit::{Principal, Via};

use super::authenticate;
use crate::{
    App,
    identity::{
        model::{
            TenantInfo,
            oauth::{ShownAccess, ShownService, USE_NOTED_EVERY, prefix},
        },
        rules, storage,
    },
};

/// Whether a token is one of a program's.
pub(super) fn is_programs(token: &str) -> bool {
    token.starts_with(prefix::ACCESS) || token.starts_with(prefix::SERVICE)
}

/// Who shows this token, if it opens anything.
pub(super) async fn by_program(
    app: &App,
    token: &str,
    hint: Option<&str>,
) -> Result<Option<Principal>, Problem> {
    let hash = rules::fingerprint(token);
    if token.starts_with(prefix::SERVICE) {
        by_service(app, &hash, hint).await
    } else {
        by_access(app, &hash, hint).await
    }
}

async fn by_access(
    app: &App,
    hash: &str,
    hint: Option<&str>,
) -> Result<Option<Principal>, Problem> {
    let now = app.clock.now();
    let mut tx = app.store.read(Scope::System).await?;
    let shown = storage::shown_access(&mut tx, hash).await?;
    let Some(shown) = shown.filter(|shown| shown.expires_at > now) else {
        return Ok(None);
    };
    let tenant = chosen(&mut tx, shown.tenant_id, hint).await?;
    if shown.user_id.is_none() {
        let held = held(&shown.scopes);
        return Ok(Some(service(
            tenant,
            shown.client_id,
            shown.client_name,
            held,
        )));
    }
    for_person(&mut tx, &shown).await
}

/// The person for whom a program acts, while he is what he was when he consented.
async fn for_person(tx: &mut ReadTx, shown: &ShownAccess) -> Result<Option<Principal>, Problem> {
    let user = match shown.user_id {
        Some(user) => storage::user(tx, user).await?,
        None => None,
    };
    let same = user.filter(|user| Some(user.token_version) == shown.token_version);
    let Some(user) = same else {
        return Ok(None);
    };
    let person = (Via::Bearer, String::new());
    let found =
        authenticate::principal(tx, user, shown.tenant_id, None, person.0, person.1).await?;
    let found = found.filter(|principal| principal.role() == shown.role);
    Ok(found.map(|principal| Principal {
        scopes: Some(held(&shown.scopes)),
        ..principal
    }))
}

async fn by_service(
    app: &App,
    hash: &str,
    hint: Option<&str>,
) -> Result<Option<Principal>, Problem> {
    let now = app.clock.now();
    let mut tx = app.store.read(Scope::System).await?;
    let Some(shown) = storage::shown_service(&mut tx, hash).await? else {
        return Ok(None);
    };
    if shown.expires_at.is_some_and(|until| until <= now) {
        return Ok(None);
    }
    let tenant = chosen(&mut tx, shown.tenant_id, hint).await?;
    drop(tx);
    note_use(app, &shown).await;
    let held = held(&shown.scopes);
    Ok(Some(service(tenant, shown.id, shown.name, held)))
}

/// The clinic of a token is fixed; another one's existence is nobody's business.
async fn chosen(
    tx: &mut ReadTx,
    tenant: TenantId,
    hint: Option<&str>,
) -> Result<TenantInfo, Problem> {
    let tenant = storage::tenant(tx, tenant).await?;
    if hint.is_some_and(|slug| slug != tenant.slug) {
        return Err(Problem::not_found());
    }
    Ok(tenant)
}

/// Notes that a token was used, at most once a minute. A disk that is full
/// must not keep programs from reading.
async fn note_use(app: &App, shown: &ShownService) {
    let now = app.clock.now();
    let before = now.minus(USE_NOTED_EVERY);
    if shown.last_used_at.is_some_and(|last| last > before) {
        return;
    }
    let of = (shown.tenant_id, shown.id);
    let noted: Result<(), StoreError> = app
        .store
        .write(shown.tenant_id, move |tx| {
            Box::pin(async move { storage::note_use(tx, of, now, before).await })
        })
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "the use of a service token was not noted");
    }
}

fn held(scopes: &str) -> Arc<[String]> {
    scopes.split(' ').map(str::to_owned).collect()
}

fn service(tenant: TenantInfo, id: Uuid, name: String, scopes: Arc<[String]>) -> Principal {
    Principal {
        ctx: Ctx {
            tenant: tenant.id,
            actor: Actor::Service(id),
            locale: tenant.locale,
        },
        username: name.clone(),
        display_name: name,
        tenant_slug: tenant.slug,
        tenant_name: tenant.name,
        zone: tenant.zone,
        via: Via::Bearer,
        csrf: String::new(),
        has_others: false,
        scopes: Some(scopes),
    }
}
