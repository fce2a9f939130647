//! The components with sample content, to be looked at:
//! `cargo run -p webkit --example gallery`, then <http://127.0.0.1:8099/>.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderValue, Method},
    response::Html,
};
use kernel::{Actor, Clock, Ctx, Id, Locale, Problem, Rng, Role, Zone};
use webkit::{
    ApiInfo, Authenticator, BoxFuture, Credentials, Fault, Form, Kit, KitParts, NavEntry, Policy,
    Principal, Routes, Settings, Shell, Via, render,
};

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    shell: Shell,
    toast: bool,
}

#[derive(Template)]
#[template(path = "gallery_inbox.html")]
struct Inbox {
    shell: Shell,
    open: bool,
}

#[derive(Template)]
#[template(path = "gallery_phone.html")]
struct Phone {
    shell: Shell,
}

#[derive(serde::Deserialize)]
struct Echo {
    text: String,
}

struct Everybody;

impl Authenticator for Everybody {
    fn authenticate<'a>(
        &'a self,
        _: Credentials,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<Principal>, Problem>> {
        let user = Id::from_uuid(uuid::Uuid::nil());
        let actor = Actor::User(user, Role::Practitioner);
        let tenant = Id::from_uuid(uuid::Uuid::nil());
        let principal = Principal {
            ctx: Ctx {
                tenant,
                actor,
                locale: Locale::Fr,
            },
            username: "fatou".into(),
            display_name: "Dr Fatou Fall".into(),
            tenant_slug: "dakar".into(),
            tenant_name: "Clinique de Dakar".into(),
            zone: Zone::utc(),
            has_others: false,
            via: Via::Session,
            csrf: "0123456789abcdef".into(),
            scopes: None,
        };
        Box::pin(async move { Ok(Some(principal)) })
    }
}

fn routes() -> Routes<()> {
    let gallery = async |shell: Shell| render(&Gallery { shell, toast: true });
    let list = async |shell: Shell| render(&Inbox { shell, open: false });
    let open = async |shell: Shell| render(&Inbox { shell, open: true });
    let phone = async |shell: Shell| render(&Phone { shell });
    let refused =
        async || Err::<Html<String>, Fault>(Problem::invalid("phone", "not-a-phone").into());
    let echo = async |Form(Echo { text }): Form<Echo>| {
        Html(format!("<p data-announce=\"ok\">{}</p>", text.len()))
    };
    Routes::new()
        .page(Method::POST, "/echo/", echo, Policy::SignedIn)
        .page(Method::GET, "/", gallery, Policy::SignedIn)
        .page(Method::GET, "/inbox/", open, Policy::SignedIn)
        .page(Method::GET, "/inbox-list/", list, Policy::SignedIn)
        .page(Method::GET, "/phone/", phone, Policy::SignedIn)
        .page(Method::GET, "/refused/", refused, Policy::SignedIn)
}

async fn sign_in(mut request: Request) -> Request {
    request
        .headers_mut()
        .insert("cookie", HeaderValue::from_static("session=gallery"));
    request
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let entry = |href, label| NavEntry {
        href,
        label,
        policy: Policy::STAFF,
        also: &[],
    };
    let nav = vec![
        entry("/inbox/", "layout-messages"),
        entry("/", "layout-home"),
        entry("/phone/", "common-search"),
        entry("/refused/", "common-refuse"),
    ];
    let settings = Settings::new("Lafiya", "http://127.0.0.1:8099");
    let kit = Kit::new(KitParts {
        settings,
        authenticator: Box::new(Everybody),
        first_answers: None,
        nav,
        clock: Clock::system(),
        rng: Rng::system(),
    });
    let info = ApiInfo {
        title: "Gallery",
        version: "0",
        description: "Components to look at.",
        oauth: webkit::OauthInfo {
            authorize: "/oauth/authorize",
            token: "/oauth/token",
            scopes: &[],
        },
    };
    let app = webkit::harden(routes().build(info).router.with_state(()), kit);
    let app = app.layer(axum::middleware::map_request(sign_in));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await?;
    axum::serve(listener, app.into_make_service()).await
}
