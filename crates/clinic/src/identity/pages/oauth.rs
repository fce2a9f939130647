use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Ctx, Problem, ProblemKind};
use webkit::{
    Fault, Form, MaybeCaller, Policy, Principal, Query, Routes, Shell, Via, policy_with_form_to,
    render,
};

use crate::{
    App,
    identity::{
        api::{self, Asked, NotAsked, Wrong},
        rules,
        wire::{OauthCode, Params},
    },
};

pub(super) fn routes() -> Routes<App> {
    // Public, because what to do with a visitor depends on what the program asks.
    Routes::new()
        .page(Method::GET, "/oauth/authorize", ask, Policy::Public)
        .page(Method::POST, "/oauth/authorize", answer, Policy::Public)
}

#[derive(Template)]
#[template(path = "identity/oauth_consent.html")]
struct ConsentPage {
    shell: Shell,
    asked: Asked,
    params: Params,
    tenant: String,
    user: String,
    /// Scheme and host of where the person goes afterwards.
    place: String,
}

impl ConsentPage {
    fn place_and_person(&self) -> String {
        let (tenant, user) = (("tenant", &self.tenant), ("user", &self.user));
        self.shell.t2("oauth-clinic", tenant, user)
    }

    fn may(&self, scope: &str) -> String {
        self.shell.t(&webkit::Scope::text_key(scope))
    }
}

#[derive(Template)]
#[template(path = "identity/oauth_wrong.html")]
struct WrongPage {
    shell: Shell,
    text: String,
}

type Pairs = Vec<(String, String)>;

async fn ask(
    State(app): State<App>,
    caller: MaybeCaller,
    shell: Shell,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Fault> {
    let params = Params::new(pairs);
    match api::asked(&app, &params).await {
        Ok(asked) => put(&app, &caller, shell, asked, params),
        Err(not_asked) => not_put(shell, not_asked),
    }
}

/// Puts the question before somebody who may answer it.
fn put(
    app: &App,
    caller: &MaybeCaller,
    shell: Shell,
    asked: Asked,
    params: Params,
) -> Result<Response, Fault> {
    let Some(person) = person(caller) else {
        if asked.silent {
            let to = api::refused(app, &asked, OauthCode::LoginRequired);
            return Ok(Redirect::to(&to).into_response());
        }
        return Err(Problem::new(ProblemKind::Unauthenticated).into());
    };
    if person.ctx.tenant != asked.tenant {
        return not_put(shell, NotAsked::Show(Wrong::Client));
    }
    if asked.silent {
        let to = api::refused(app, &asked, OauthCode::ConsentRequired);
        return Ok(Redirect::to(&to).into_response());
    }
    let (tenant, user) = (person.tenant_name.clone(), person.display_name.clone());
    let place = rules::oauth::origin(&asked.redirect_uri).unwrap_or_default();
    let policy = policy_with_form_to(&place).ok_or_else(Problem::not_found)?;
    let page = ConsentPage {
        shell,
        asked,
        params,
        tenant,
        user,
        place,
    };
    Ok(([policy], render(&page)?).into_response())
}

/// Who may consent: somebody who signed in himself, in this browser. A program
/// with a token must not let in another one.
fn person(caller: &MaybeCaller) -> Option<&Principal> {
    let caller = caller.0.as_deref();
    caller.filter(|caller| {
        caller.via == Via::Session && caller.scopes.is_none() && caller.role().is_some()
    })
}

fn not_put(shell: Shell, not_asked: NotAsked) -> Result<Response, Fault> {
    let text = match not_asked {
        NotAsked::Back(to) => return Ok(Redirect::to(&to).into_response()),
        NotAsked::Fault(problem) => return Err(problem.into()),
        NotAsked::Show(Wrong::Client) => shell.t("oauth-wrong-client"),
        NotAsked::Show(Wrong::Redirect) => shell.t("oauth-wrong-redirect"),
        NotAsked::Show(Wrong::Twice(name)) => shell.t1("oauth-wrong-twice", "name", name),
    };
    let page = WrongPage { shell, text };
    Ok((StatusCode::BAD_REQUEST, render(&page)?).into_response())
}

async fn answer(
    State(app): State<App>,
    caller: MaybeCaller,
    shell: Shell,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Fault> {
    let allows = pairs.contains(&("decision".to_owned(), "allow".to_owned()));
    let asked = match api::asked(&app, &Params::new(pairs)).await {
        Ok(asked) => asked,
        Err(not_asked) => return not_put(shell, not_asked),
    };
    let nobody = || Problem::new(ProblemKind::Unauthenticated);
    let ctx: Ctx = person(&caller).ok_or_else(nobody)?.ctx;
    if ctx.tenant != asked.tenant {
        return not_put(shell, NotAsked::Show(Wrong::Client));
    }
    let to = if allows {
        api::consent(&app, &ctx, asked).await?
    } else {
        api::refused(&app, &asked, OauthCode::AccessDenied)
    };
    Ok(Redirect::to(&to).into_response())
}
