//! A program asks somebody whether it may act for him.

use kernel::{Actor, Ctx, Id, Problem};
use store::Scope;

use super::accounts;
use crate::{
    App, audit,
    identity::{
        model::oauth::{Asked, CODE_LASTS, ClientId, ClientRow, prefix},
        rules::{self, oauth, scopes},
        storage,
        wire::{OauthCode, OauthError, Params},
    },
};

/// Why a program cannot be let in, before it is known where an answer may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nobody registered it here.
    Client,
    /// It wants people sent where they may not be.
    Redirect,
    /// A parameter stands there twice.
    Twice(&'static str),
}

/// What to do with a request that cannot be put before anybody.
#[derive(Debug)]
pub enum NotAsked {
    /// Say so on a page of ours; nobody is sent anywhere.
    Show(Wrong),
    /// Send the person back to this address, which holds the reason.
    Back(String),
    /// The database's trouble.
    Fault(Problem),
}

impl<E: Into<Problem>> From<E> for NotAsked {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// What a request asks for, when it may be put before somebody.
///
/// # Errors
/// See [`NotAsked`].
pub async fn asked(app: &App, params: &Params) -> Result<Asked, NotAsked> {
    let (tenant, client) = client_of(app, params).await?;
    let redirect_uri = redirect_of(params, &client)?.to_owned();
    let state = params.get("state");
    let back = |error| {
        let state = state.ok().flatten();
        NotAsked::Back(back(app, &redirect_uri, state, Err(error)))
    };
    let wanted = wanted(params, &client).map_err(back)?;
    let state = state.map_err(|_| back(OauthError::request("state is sent more than once.")))?;
    Ok(Asked {
        state: state.map(str::to_owned),
        scopes: wanted.scopes,
        challenge: wanted.challenge,
        silent: wanted.silent,
        redirect_uri,
        client,
        tenant,
    })
}

async fn client_of(app: &App, params: &Params) -> Result<(kernel::TenantId, ClientRow), NotAsked> {
    let unknown = || NotAsked::Show(Wrong::Client);
    let id = params.get("client_id").map_err(twice)?;
    let id: ClientId = id.and_then(|id| id.parse().ok()).ok_or_else(unknown)?;
    let found = client(app, id).await?;
    found.ok_or_else(unknown)
}

/// A program that is registered and not shut out, with its clinic.
pub(super) async fn client(
    app: &App,
    id: ClientId,
) -> Result<Option<(kernel::TenantId, ClientRow)>, Problem> {
    let tenant = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::tenant_of_client(&mut tx, id).await?
    };
    let Some(tenant) = tenant else {
        return Ok(None);
    };
    let mut tx = app.store.read(tenant).await?;
    let client = storage::client(&mut tx, tenant, id).await?;
    let alive = client.filter(|client| client.revoked_at.is_none());
    Ok(alive.map(|client| (tenant, client)))
}

fn twice(name: &'static str) -> NotAsked {
    NotAsked::Show(Wrong::Twice(name))
}

/// Where the answer goes: to a registered address; without one in the request,
/// to the only one there is (OAuth 2.1, 4.1.1).
fn redirect_of<'a>(params: &'a Params, client: &'a ClientRow) -> Result<&'a str, NotAsked> {
    let registered = client.redirects();
    let found = match params.get("redirect_uri").map_err(twice)? {
        Some(uri) => registered
            .iter()
            .any(|known| oauth::is_registered(uri, known, client.kind))
            .then_some(uri),
        None => match registered.as_slice() {
            [only] => Some(*only),
            _ => None,
        },
    };
    found.ok_or(NotAsked::Show(Wrong::Redirect))
}

struct Wanted {
    scopes: Vec<String>,
    challenge: String,
    silent: bool,
}

fn wanted(params: &Params, client: &ClientRow) -> Result<Wanted, OauthError> {
    let kind = params.required("response_type", "response_type is missing.")?;
    if kind != "code" {
        let code = OauthCode::UnsupportedResponseType;
        return Err(OauthError::new(
            code,
            "Only the response_type code is supported.",
        ));
    }
    let challenge = params.required("code_challenge", "code_challenge is missing: use PKCE.")?;
    if params.optional("code_challenge_method")? != Some("S256") {
        let description = "Only the code_challenge_method S256 is supported.";
        return Err(OauthError::request(description));
    }
    if !oauth::is_challenge(challenge) {
        let description = "code_challenge is not a SHA-256 in base64url.";
        return Err(OauthError::request(description));
    }
    let scopes = scopes::within(params.optional("scope")?, &client.scopes());
    let silent = match params.optional("prompt")? {
        None | Some("consent") => false,
        Some("none") => true,
        Some(_) => {
            let description = "Only the prompts none and consent are supported.";
            return Err(OauthError::request(description));
        }
    };
    Ok(Wanted {
        scopes: scopes.ok_or(OauthError::scope())?,
        challenge: challenge.to_owned(),
        silent,
    })
}

/// The registered address with the answer, its state, and who answers (RFC 9207).
fn back(
    app: &App,
    redirect_uri: &str,
    state: Option<&str>,
    answer: Result<&str, OauthError>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    match answer {
        Ok(code) => query.append_pair("code", code),
        Err(error) => query
            .append_pair("error", error.code.as_str())
            .append_pair("error_description", error.description),
    };
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    query.append_pair("iss", &app.settings.public_url);
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{joint}{}", query.finish())
}

/// Where to send somebody who was not asked, or said no.
#[must_use]
pub fn refused(app: &App, asked: &Asked, code: OauthCode) -> String {
    let description = match code {
        OauthCode::LoginRequired => "Nobody is signed in.",
        OauthCode::ConsentRequired => "The person has to be asked.",
        _ => "The person refused.",
    };
    let error = OauthError::new(code, description);
    back(app, &asked.redirect_uri, asked.state.as_deref(), Err(error))
}

/// Somebody lets a program act for him, as what he is now; answers where to
/// send him, with a code for the program.
///
/// # Errors
/// 403 for a program of another clinic, and for who is no person.
pub async fn consent(app: &App, ctx: &Ctx, asked: Asked) -> Result<String, Problem> {
    let Actor::User(user, role) = ctx.actor else {
        return Err(Problem::forbidden());
    };
    if asked.tenant != ctx.tenant {
        return Err(Problem::forbidden());
    }
    let code = format!("{}{}", prefix::CODE, app.rng.secret(32));
    let to = back(app, &asked.redirect_uri, asked.state.as_deref(), Ok(&code));
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    let given = app.store.write(ctx.tenant, move |tx| {
        Box::pin(async move {
            let person = storage::user(tx, user)
                .await?
                .ok_or_else(Problem::not_found)?;
            let grant = storage::NewGrant {
                id: Id::<()>::new(&a.clock, &a.rng).uuid(),
                client: asked.client.id,
                user: Some((user, role, person.token_version)),
            };
            let scopes = asked.scopes.join(" ");
            let detail = serde_json::json!({ "scopes": scopes }).to_string();
            let code = storage::NewCode {
                hash: rules::fingerprint(&code),
                redirect_uri: asked.redirect_uri,
                challenge: asked.challenge,
                scopes,
                expires_at: now.plus(CODE_LASTS),
            };
            storage::insert_grant(tx, ctx.tenant, grant, now).await?;
            storage::insert_code(tx, (ctx.tenant, grant.id), &code).await?;
            let program = asked.client.id.uuid();
            let kept = Some(detail);
            audit::api::record(tx, &a, &ctx, "oauth.consent", "oauth_client", program, kept)
                .await?;
            Ok::<_, Problem>(())
        })
    });
    given.await?;
    Ok(to)
}

/// Removes what has had its time, in every clinic; answers how many rows.
///
/// # Errors
/// The database's.
pub async fn sweep_grants(app: &App) -> Result<u64, Problem> {
    let now = app.clock.now();
    let times = (now, now.minus(crate::identity::model::oauth::GRANT_KEPT));
    accounts::in_each_clinic(app, move |tx, tenant| {
        Box::pin(storage::sweep_grants(tx, tenant, times))
    })
    .await
}
