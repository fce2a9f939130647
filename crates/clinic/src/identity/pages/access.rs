use std::time::Duration;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{PageRequest, Problem, ProblemKind, Redacted, Timestamp, Zone};
use serde::Deserialize;
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Policy, Query, Routes, Shell, render};

use crate::{
    App,
    identity::{
        api::{
            self, AccessState, ClientKind, ClientRow, NewClient, NewServiceToken, SCOPES,
            ServiceTokenRow,
        },
        model::oauth::{Client, Service},
    },
};

const PATH: &str = "/settings/access";

pub(super) fn routes() -> Routes<App> {
    let admin = Policy::ADMIN;
    Routes::new()
        .page(Method::GET, PATH, show, admin)
        .page(Method::POST, "/settings/access/clients", add_client, admin)
        .page(
            Method::POST,
            "/settings/access/clients/{id}/rotate",
            rotate,
            admin,
        )
        .page(
            Method::POST,
            "/settings/access/clients/{id}/revoke",
            shut_out,
            admin,
        )
        .page(Method::POST, "/settings/access/tokens", add_token, admin)
        .page(
            Method::POST,
            "/settings/access/tokens/{id}/revoke",
            end_token,
            admin,
        )
}

#[derive(Template)]
#[template(path = "identity/access.html")]
struct AccessPage {
    shell: Shell,
    clients: Vec<ClientRow>,
    tokens: Vec<ServiceTokenRow>,
    now: Timestamp,
    zone: Zone,
    client: Typed,
    token: Typed,
    fresh: Option<Fresh>,
    revoked: bool,
}

/// A form as it was sent, with what is wrong with it.
#[derive(Default)]
struct Typed {
    form: AccessForm,
    errors: FieldTexts,
}

impl Typed {
    fn holds(&self, scope: &str) -> bool {
        self.form.scopes.iter().any(|chosen| chosen == scope)
    }
}

/// A secret that is shown this once.
struct Fresh {
    name: String,
    client_id: Option<String>,
    secret: Option<Redacted<String>>,
}

impl Fresh {
    fn secret(&self) -> &str {
        self.secret.as_ref().map_or("", |secret| secret.as_str())
    }
}

impl AccessPage {
    fn state(&self, token: &ServiceTokenRow) -> AccessState {
        token.state(self.now)
    }

    fn may(&self, scope: &str) -> String {
        self.shell.t(&webkit::Scope::text_key(scope))
    }
}

/// Both forms of the page; each uses its fields.
#[derive(Debug, Clone, Default)]
struct AccessForm {
    name: String,
    kind: String,
    redirect_uris: String,
    expires_at: String,
    scopes: Vec<String>,
}

impl From<Vec<(String, String)>> for AccessForm {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => form.name = value,
                "kind" => form.kind = value,
                "redirect_uris" => form.redirect_uris = value,
                "expires_at" => form.expires_at = value,
                "scopes" => form.scopes.push(value),
                _ => {}
            }
        }
        form
    }
}

impl AccessForm {
    fn client(&self) -> Result<NewClient, Problem> {
        let kind = ClientKind::parse(&self.kind);
        let lines = self.redirect_uris.lines().map(str::trim);
        Ok(NewClient {
            name: self.name.clone(),
            kind: kind.ok_or_else(|| Problem::invalid("kind", "required"))?,
            redirect_uris: lines
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
            scopes: self.scopes.clone(),
        })
    }

    /// The token is good to the last second of the day that was chosen.
    fn token(&self, zone: &Zone) -> Result<NewServiceToken, Problem> {
        let malformed = |_| Problem::invalid("expires_at", "malformed");
        let expires_at = match self.expires_at.as_str() {
            "" => None,
            day => {
                let (_, next) = Timestamp::local_day(day, zone).map_err(malformed)?;
                Some(next.minus(Duration::from_secs(1)))
            }
        };
        Ok(NewServiceToken {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            expires_at,
        })
    }
}

/// What the page shows besides its lists.
#[derive(Default)]
struct Extra {
    client: Typed,
    token: Typed,
    fresh: Option<Fresh>,
    revoked: bool,
}

async fn page(app: &App, shell: Shell, extra: Extra) -> Result<Html<String>, Fault> {
    let (ctx, zone) = {
        let caller = shell.caller()?;
        (caller.ctx, caller.zone.clone())
    };
    let all = PageRequest { page: 1, size: 100 };
    let (_, clients) = api::clients(app, &ctx, all).await?;
    let (_, tokens) = api::service_tokens(app, &ctx, all).await?;
    render(&AccessPage {
        shell,
        clients,
        tokens,
        now: app.clock.now(),
        zone,
        client: extra.client,
        token: extra.token,
        fresh: extra.fresh,
        revoked: extra.revoked,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    revoked: Option<String>,
}

async fn show(
    State(app): State<App>,
    shell: Shell,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let extra = Extra {
        revoked: done.revoked.is_some(),
        ..Extra::default()
    };
    page(&app, shell, extra).await
}

async fn add_client(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let form = AccessForm::from(pairs);
    let made = match form.client() {
        Ok(new) => api::register_client(&app, &caller.ctx, new).await,
        Err(problem) => Err(problem),
    };
    let made = made.map(|issued| Fresh {
        name: form.name.clone(),
        client_id: Some(issued.id.to_string()),
        secret: issued.secret,
    });
    let refused = |client| Extra {
        client,
        ..Extra::default()
    };
    answered(&app, shell, form, made, refused).await
}

/// The page with the secret that was made, or with the form in its place again.
async fn answered(
    app: &App,
    shell: Shell,
    form: AccessForm,
    made: Result<Fresh, Problem>,
    refused: fn(Typed) -> Extra,
) -> Result<Response, Fault> {
    let (status, extra) = match made {
        Ok(fresh) => (StatusCode::CREATED, fresh_only(fresh)),
        Err(problem) => {
            let typed = again(&shell, form, problem)?;
            (StatusCode::BAD_REQUEST, refused(typed))
        }
    };
    Ok((status, page(app, shell, extra).await?).into_response())
}

fn fresh_only(fresh: Fresh) -> Extra {
    Extra {
        fresh: Some(fresh),
        ..Extra::default()
    }
}

/// What was typed, with what is wrong with it.
fn again(shell: &Shell, form: AccessForm, problem: Problem) -> Result<Typed, Problem> {
    if problem.kind != ProblemKind::Invalid {
        return Err(problem);
    }
    let errors = shell.texts.fields(&problem);
    Ok(Typed { form, errors })
}

async fn rotate(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Client>,
    Form(()): Form<()>,
) -> Result<Html<String>, Fault> {
    let issued = api::rotate_secret(&app, &caller.ctx, id).await?;
    let known = api::client(&app, caller.ctx.tenant, id).await?;
    let fresh = Fresh {
        name: known.name,
        client_id: Some(id.to_string()),
        secret: issued.secret,
    };
    page(&app, shell, fresh_only(fresh)).await
}

async fn shut_out(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Client>,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    api::revoke_client(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/settings/access?revoked=1"))
}

async fn add_token(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let form = AccessForm::from(pairs);
    let made = match form.token(&caller.zone) {
        Ok(new) => api::create_service_token(&app, &caller.ctx, new).await,
        Err(problem) => Err(problem),
    };
    let made = made.map(|issued| Fresh {
        name: form.name.clone(),
        client_id: None,
        secret: issued.secret,
    });
    let refused = |token| Extra {
        token,
        ..Extra::default()
    };
    answered(&app, shell, form, made, refused).await
}

async fn end_token(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Service>,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    api::revoke_service_token(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/settings/access?revoked=1"))
}
