//! A running application on a test's database, and a caller for it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use clinic::{
    App, Parts,
    identity::api::{self as identity, NewTenant, NewUser},
};
use jobs::Engine;
use kernel::{
    Clock, Country, Ctx, Locale, Problem, ProblemKind, Redacted, Rng, Role, TenantId, Zone,
};
use ports::{BlobStore, MessageSender, Simulated, twilio::media::MediaFetcher};
use reqwest::{Method, RequestBuilder, header::HeaderMap, redirect};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};
use webkit::{Authenticator, Credentials, Kit, TrustedProxies};

use crate::db::TestDb;

/// Where providers think the application is; their signatures name it.
pub const PUBLIC_URL: &str = "http://clinic.test";
/// The token with which webhooks are signed.
pub const TWILIO_TOKEN: &str = "test-token";
/// Everybody's password.
pub const PASSWORD: &str = "un mot de passe de test";

/// What a test may want otherwise.
pub struct Options {
    /// How messages leave.
    pub sender: Arc<dyn MessageSender>,
    /// How media are fetched.
    pub media: Option<MediaFetcher>,
    /// Time.
    pub clock: Clock,
    /// Twilio's account.
    pub account_sid: String,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The short name and country of the first clinic.
    pub tenant: (&'static str, &'static str),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sender: Arc::new(Simulated::new(Rng::system())),
            media: None,
            clock: Clock::system(),
            account_sid: String::new(),
            trusted_proxies: TrustedProxies::default(),
            tenant: ("test", "SN"),
        }
    }
}

/// The application with a clinic in it, listening on loopback. Its work stands
/// still until [`TestApp::start_work`].
pub struct TestApp {
    /// The application.
    pub app: App,
    /// Its database.
    pub db: TestDb,
    /// The clinic.
    pub tenant: TenantId,
    /// `http://127.0.0.1:<port>`.
    pub base_url: String,
    client: reqwest::Client,
    engine: Option<Engine>,
    server: JoinHandle<()>,
}

/// A browser in which somebody has signed in.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The session cookie's value.
    pub session: String,
    /// The token that forms carry.
    pub csrf: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {:?}", self.status, self.body))
    }

    /// The same answer when it has this status.
    ///
    /// # Panics
    /// When it has another.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

impl TestApp {
    /// The application with the simulator.
    pub async fn new(db: TestDb) -> Self {
        Self::with(db, Options::default()).await
    }

    /// The application as told.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with(db: TestDb, options: Options) -> Self {
        ports::install_tls();
        let app = App::new(Parts {
            store: db.store.clone(),
            clock: options.clock,
            rng: Rng::system(),
            settings: clinic::Settings {
                public_url: PUBLIC_URL.into(),
                jwt_secret: Redacted(vec![7; 32]),
                twilio_auth_token: Redacted(TWILIO_TOKEN.into()),
                twilio_account_sid: options.account_sid,
                default_tenant: None,
                simulated: options.sender.is_simulated(),
            },
            sender: options.sender,
            media: options.media,
            blobs: BlobStore::memory(),
            stop: Default::default(),
        });
        let (slug, country) = options.tenant;
        let tenant = create_tenant(&app, slug, country).await;
        let kit = Kit::new(
            webkit::Settings {
                trusted_proxies: options.trusted_proxies,
                ..webkit::Settings::new("Lafiya", PUBLIC_URL)
            },
            identity::SessionsAndTokens(app.clone()),
            clinic::web::navigation(),
            Rng::system(),
        );
        let router = webkit::harden(clinic::routes().router.with_state(app.clone()), kit);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("its address"));
        let server = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            // Serving ends only with the task.
            let _ = axum::serve(listener, service).await;
        });
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()
            .expect("a client");
        Self {
            app,
            db,
            tenant,
            base_url,
            client,
            engine: None,
            server,
        }
    }

    /// Starts the work engine, once.
    pub fn start_work(&mut self) {
        if self.engine.is_none() {
            let (app, work) = (&self.app, clinic::work(&self.app));
            self.engine = Some(Engine::start(&app.store, &app.clock, &app.rng, work));
        }
    }

    /// Stops the work engine and hands its rows back.
    pub async fn stop_work(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.stop().await;
        }
    }

    /// The program acting in the clinic.
    #[must_use]
    pub fn ctx(&self) -> Ctx {
        Ctx::system(self.tenant, "test")
    }

    /// Opens one more clinic.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn another_tenant(&self, slug: &str, country: &str) -> TenantId {
        create_tenant(&self.app, slug, country).await
    }

    /// Makes sure of somebody with this role in the clinic; gives his name.
    ///
    /// # Panics
    /// When he cannot be made.
    pub async fn user(&self, tenant: TenantId, role: Role) -> String {
        let (id, word) = (tenant.uuid().simple(), role.as_str());
        let username = format!("{word}-{id}");
        let made = identity::create_user(
            &self.app,
            tenant,
            NewUser {
                username: username.clone(),
                password: PASSWORD.into(),
                first_name: "Test".into(),
                last_name: word.into(),
                role,
                locale: Locale::Fr,
                email: None,
                phone: None,
            },
        );
        match made.await {
            Err(Problem {
                kind: ProblemKind::Conflict,
                ..
            })
            | Ok(_) => username,
            Err(problem) => panic!("{problem:?}"),
        }
    }

    /// An access token of somebody with this role.
    ///
    /// # Panics
    /// When he cannot sign in.
    pub async fn token(&self, role: Role) -> String {
        self.token_in(self.tenant, role).await
    }

    /// The same in another clinic.
    ///
    /// # Panics
    /// When he cannot sign in.
    pub async fn token_in(&self, tenant: TenantId, role: Role) -> String {
        let username = self.user(tenant, role).await;
        let tokens = identity::issue_tokens(&self.app, &username, PASSWORD).await;
        tokens.expect("a pair of tokens").access
    }

    /// A browser of somebody with this role.
    ///
    /// # Panics
    /// When he cannot sign in.
    pub async fn browser(&self, role: Role) -> Browser {
        let username = self.user(self.tenant, role).await;
        let session = identity::open_session(&self.app, &username, PASSWORD).await;
        let session = session.expect("a session").cookie;
        let sessions = identity::SessionsAndTokens(self.app.clone());
        let principal = sessions.authenticate(Credentials::Session(session.clone()), None).await;
        let principal = principal.expect("the session is looked up").expect("and there");
        Browser {
            session,
            csrf: principal.csrf,
        }
    }

    /// A request to be completed and given to [`TestApp::send`].
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base_url))
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.expect("a body"),
        }
    }

    /// GET as the owner of a token; without one as a stranger.
    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(bearer(self.request(Method::GET, path), token)).await
    }

    /// POST of JSON.
    pub async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.send(bearer(self.request(Method::POST, path), token).json(body)).await
    }

    /// PATCH of JSON.
    pub async fn patch(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.send(bearer(self.request(Method::PATCH, path), token).json(body)).await
    }

    /// A page in a browser.
    pub async fn page(&self, browser: &Browser, path: &str) -> Answer {
        let cookie = format!("session={}", browser.session);
        self.send(self.request(Method::GET, path).header("cookie", cookie)).await
    }

    /// A form sent from a browser.
    pub async fn form(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        fields.push(("csrf", &browser.csrf));
        let cookie = format!("session={}", browser.session);
        let request = self.request(Method::POST, path).header("cookie", cookie);
        self.send(request.form(&fields)).await
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.stop.cancel();
        self.server.abort();
    }
}

fn bearer(request: RequestBuilder, token: &str) -> RequestBuilder {
    if token.is_empty() { request } else { request.bearer_auth(token) }
}

async fn create_tenant(app: &App, slug: &str, country: &str) -> TenantId {
    let new = NewTenant {
        slug: slug.into(),
        name: format!("Clinique {slug}"),
        locale: Locale::Fr,
        zone: Zone::named("Africa/Dakar").expect("a zone"),
        country: Country::parse(country).expect("a country"),
    };
    identity::create_tenant(app, new).await.expect("a clinic")
}
