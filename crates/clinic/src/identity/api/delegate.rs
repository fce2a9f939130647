//! What programs get at the token endpoint, and how it ends.

use kernel::{Id, Problem, Role, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx};
use uuid::Uuid;

use super::authorize;
use crate::{
    App,
    identity::{
        model::{
            REFRESH_LASTS,
            oauth::{
                ClientId, ClientKind, ClientRow, CodeRow, DELEGATED_LASTS, Delegated, TokenKind,
                TokenRow, prefix,
            },
        },
        rules::{self, oauth, scopes},
        storage::{self, NewGrant, NewToken},
        wire::{OauthCode, OauthError, Params},
    },
};

/// Why a program gets nothing.
#[derive(Debug)]
pub enum NotGiven {
    /// It asked for what it may not have.
    Refused(OauthError),
    /// The database's trouble.
    Fault(Problem),
}

impl From<OauthError> for NotGiven {
    fn from(error: OauthError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for NotGiven {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Problem> for NotGiven {
    fn from(problem: Problem) -> Self {
        Self::Fault(problem)
    }
}

/// Who a program says it is, and how it proves it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: Option<String>,
}

/// A program that proved who it is, in its clinic.
#[derive(Debug)]
pub struct Known {
    tenant: TenantId,
    client: ClientRow,
}

/// The program that shows this. One with a secret must show it; one without
/// must not pretend to have one.
///
/// # Errors
/// `invalid_client`.
pub async fn known(app: &App, shown: Shown) -> Result<Known, NotGiven> {
    let id: ClientId = shown.id.parse().map_err(|_| OauthError::client())?;
    let found = authorize::client(app, id).await?;
    let (tenant, client) = found.ok_or(OauthError::client())?;
    let proved = match (&client.secret_hash, &shown.secret) {
        (Some(hash), Some(secret)) => oauth::is_secret(secret, hash),
        (None, None) => true,
        _ => false,
    };
    if proved {
        Ok(Known { tenant, client })
    } else {
        Err(OauthError::client().into())
    }
}

/// Gives tokens for a code, a refresh token, or the program itself.
///
/// # Errors
/// As RFC 6749 (5.2) names them.
pub async fn delegate(app: &App, known: Known, params: &Params) -> Result<Delegated, NotGiven> {
    match params.required("grant_type", "grant_type is missing.")? {
        "authorization_code" => redeem(app, known, params).await,
        "refresh_token" => refresh(app, known, params).await,
        "client_credentials" => to_itself(app, known, params).await,
        _ => {
            let description = "Use authorization_code, refresh_token or client_credentials.";
            let code = OauthCode::UnsupportedGrantType;
            Err(OauthError::new(code, description).into())
        }
    }
}

/// A pair of new tokens and what is kept of them.
struct Pair {
    given: Delegated,
    kept: Vec<NewToken>,
}

impl Pair {
    /// The access token may be narrower than the grant; the refresh token is not.
    fn new(app: &App, access: String, refresh: Option<String>) -> Self {
        let now = app.clock.now();
        let secret = |prefix: &str| format!("{prefix}{}", app.rng.secret(32));
        let given = Delegated {
            access: secret(prefix::ACCESS),
            refresh: refresh.as_ref().map(|_| secret(prefix::REFRESH)),
            scopes: access.clone(),
        };
        let of_access = NewToken {
            hash: rules::fingerprint(&given.access),
            kind: TokenKind::Access,
            scopes: access,
            expires_at: now.plus(DELEGATED_LASTS),
        };
        let of_refresh = given.refresh.as_ref().zip(refresh);
        let of_refresh = of_refresh.map(|(token, scopes)| NewToken {
            hash: rules::fingerprint(token),
            kind: TokenKind::Refresh,
            scopes,
            expires_at: now.plus(REFRESH_LASTS),
        });
        Self {
            given,
            kept: std::iter::once(of_access).chain(of_refresh).collect(),
        }
    }

    async fn keep(
        self,
        tx: &mut WriteTx,
        tenant: TenantId,
        grant: Uuid,
    ) -> Result<Delegated, StoreError> {
        for token in &self.kept {
            storage::insert_token(tx, (tenant, grant), token).await?;
        }
        Ok(self.given)
    }
}

/// A code is used once. Whoever uses it again, too late, with another address or
/// without the verifier ends what came of it: somebody else has it.
async fn redeem(app: &App, known: Known, params: &Params) -> Result<Delegated, NotGiven> {
    let hash = rules::fingerprint(params.required("code", "code is missing.")?);
    let verifier = params
        .required("code_verifier", "code_verifier is missing.")?
        .to_owned();
    let redirect = params.optional("redirect_uri")?.map(str::to_owned);
    let (a, tenant, now) = (app.clone(), known.tenant, app.clock.now());
    let redeemed = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            let row = storage::code(tx, tenant, &hash).await?;
            let Some(row) = row.filter(|row| row.client_id == known.client.id) else {
                return Ok(None);
            };
            let first = storage::use_code(tx, tenant, &hash, now).await?;
            if !first || !fits(&row, &verifier, redirect.as_deref(), now) {
                storage::revoke_grant(tx, tenant, row.grant_id, now).await?;
                return Ok(None);
            }
            let pair = Pair::new(&a, row.scopes.clone(), Some(row.scopes));
            Ok::<_, StoreError>(Some(pair.keep(tx, tenant, row.grant_id).await?))
        })
    });
    Ok(redeemed.await?.ok_or(OauthError::grant())?)
}

/// OAuth 2.1 programs leave the address out here; one that is sent must be the
/// one of the request (OAuth 2.1, 10.2).
fn fits(row: &CodeRow, verifier: &str, redirect: Option<&str>, now: Timestamp) -> bool {
    let same_place = redirect.is_none_or(|uri| uri == row.redirect_uri);
    row.expires_at > now && same_place && oauth::answers(verifier, &row.challenge)
}

/// A refresh token is used once; a second use ends its family.
async fn refresh(app: &App, known: Known, params: &Params) -> Result<Delegated, NotGiven> {
    let token = params.required("refresh_token", "refresh_token is missing.")?;
    let hash = rules::fingerprint(token);
    let wanted = params.optional("scope")?.map(str::to_owned);
    let (a, tenant, now) = (app.clone(), known.tenant, app.clock.now());
    let rotated = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            let Some(row) = refresh_of(tx, tenant, &hash, known.client.id).await? else {
                return Ok(Err(OauthError::grant()));
            };
            let held: Vec<&str> = row.scopes.split(' ').collect();
            let Some(narrowed) = scopes::within(wanted.as_deref(), &held) else {
                return Ok(Err(OauthError::scope()));
            };
            let first = storage::use_token(tx, tenant, &hash, now).await?;
            let alive = row.revoked_at.is_none() && row.expires_at > now;
            if !first || !alive || !stands(tx, tenant, &row).await? {
                storage::revoke_grant(tx, tenant, row.grant_id, now).await?;
                return Ok(Err(OauthError::grant()));
            }
            let pair = Pair::new(&a, narrowed.join(" "), Some(row.scopes));
            Ok::<_, StoreError>(Ok(pair.keep(tx, tenant, row.grant_id).await?))
        })
    });
    Ok(rotated.await??)
}

async fn refresh_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    hash: &str,
    client: ClientId,
) -> Result<Option<TokenRow>, StoreError> {
    let row = storage::token(tx, tenant, hash).await?;
    Ok(row.filter(|row| row.kind == TokenKind::Refresh && row.client_id == client))
}

/// Whether the person still is what he was when he consented.
async fn stands(tx: &mut ReadTx, tenant: TenantId, row: &TokenRow) -> Result<bool, StoreError> {
    let (Some(user), Some(role), Some(version)) = (row.user_id, row.role, row.token_version) else {
        return Ok(false);
    };
    is_still(tx, tenant, (user, role, version)).await
}

async fn is_still(
    tx: &mut ReadTx,
    tenant: TenantId,
    (user, role, version): (UserId, Role, i64),
) -> Result<bool, StoreError> {
    let person = storage::user(tx, user).await?;
    let same = person.is_some_and(|person| person.is_active && person.token_version == version);
    let memberships = storage::memberships(tx, user).await?;
    Ok(same && memberships.contains(&(tenant, role)))
}

/// A program that sends people here acts for people only; one that has no
/// return address acts for itself.
async fn to_itself(app: &App, known: Known, params: &Params) -> Result<Delegated, NotGiven> {
    let sends_people = !known.client.redirect_uris.is_empty();
    if known.client.kind == ClientKind::Public || sends_people {
        let description = "This client acts for people, not for itself.";
        return Err(OauthError::new(OauthCode::UnauthorizedClient, description).into());
    }
    let wanted = scopes::within(params.optional("scope")?, &known.client.scopes());
    let pair = Pair::new(app, wanted.ok_or(OauthError::scope())?.join(" "), None);
    let grant = NewGrant {
        id: Id::<()>::new(&app.clock, &app.rng).uuid(),
        client: known.client.id,
        user: None,
    };
    let (tenant, now) = (known.tenant, app.clock.now());
    let given = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            storage::insert_grant(tx, tenant, grant, now).await?;
            pair.keep(tx, tenant, grant.id).await
        })
    });
    Ok(given.await?)
}

/// Ends a token of this program: an access token alone, with a refresh token
/// everything of the same consent. An unknown one is ended already (RFC 7009, 2.2).
///
/// # Errors
/// `invalid_grant` for a token of another program.
pub async fn revoke(app: &App, known: Known, params: &Params) -> Result<(), NotGiven> {
    let hash = rules::fingerprint(params.required("token", "token is missing.")?);
    let (tenant, now) = (known.tenant, app.clock.now());
    let revoked = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            match storage::token(tx, tenant, &hash).await? {
                None => {}
                Some(row) if row.client_id != known.client.id => return Ok(false),
                Some(row) if row.kind == TokenKind::Refresh => {
                    storage::revoke_grant(tx, tenant, row.grant_id, now).await?;
                }
                Some(_) => storage::delete_access(tx, tenant, &hash).await?,
            }
            Ok::<_, StoreError>(true)
        })
    });
    if revoked.await? {
        Ok(())
    } else {
        Err(OauthError::grant().into())
    }
}
