//! A clinic with its staff, its router and its work, on a test's database.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Method, Request, header},
};
use clinic::{
    App, Parts, Settings,
    identity::api::{NewTenant, NewUser},
    messaging::api::Speeds,
    patients::api::{NewPatient, PatientId},
};
use jobs::Engine;
use kernel::{
    Actor, Clock, Country, Ctx, Locale, Phone, Redacted, Rng, Role, TenantId, UserId, Zone,
};
use ports::twilio::{Account, TwilioSender, media::MediaFetcher};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub use crate::answer::{Answer, code, conflict, fault, faults, ok};
use crate::{db::TestDb, twilio};

/// Twilio's secret in tests.
pub const TOKEN: &str = "test-token";
/// Where the clinic says it is reached.
pub const PUBLIC_URL: &str = "http://clinic.test";
/// The number the clinic writes from.
pub const OURS: &str = "+221338210000";
/// The password of everybody.
pub const PASSWORD: &str = "un mot de passe";

/// A clinic to be tested.
pub struct TestClinic {
    /// Its parts.
    pub app: App,
    /// Its tenant.
    pub tenant: TenantId,
    /// A receptionist.
    pub agent: UserId,
    /// Its router with all middleware.
    pub router: Router,
    engine: Option<(Engine, JoinHandle<()>)>,
    token: String,
}

/// What a clinic stands on besides its database.
pub struct Setup {
    /// How messages leave.
    pub sender: Arc<dyn ports::MessageSender>,
    /// The local operator for text messages.
    pub gateway: Option<ports::GatewaySender>,
    /// How notifications leave.
    pub push: Option<Arc<ports::FirebaseSender>>,
    /// How e-mails leave.
    pub mail: Option<Arc<dyn ports::MailSender>>,
    /// How e-mails leave that this way did not take.
    pub other_mail: Option<Arc<dyn ports::MailSender>>,
    /// How media are fetched.
    pub media: Option<MediaFetcher>,
    /// Where files lie.
    pub blobs: ports::BlobStore,
    /// The key with which reports of e-mails are signed.
    pub mail_events: Option<ports::email::EventKey>,
    /// How fast its numbers may send.
    pub speeds: Option<Speeds>,
    /// At which minutes reminders go; at their own where there are none.
    pub reminders_cron: Option<String>,
    /// Time.
    pub clock: Clock,
}

impl Default for Setup {
    /// The simulator, files in memory, the machine's time.
    fn default() -> Self {
        Self {
            sender: Arc::new(ports::Simulated::new(Rng::system())),
            gateway: None,
            push: None,
            mail: Some(Arc::new(ports::SimulatedMail)),
            other_mail: None,
            media: None,
            blobs: ports::BlobStore::memory(),
            mail_events: None,
            speeds: None,
            reminders_cron: None,
            clock: Clock::system(),
        }
    }
}

impl Setup {
    /// Sends through a loopback Twilio and fetches media from it; both wait two
    /// seconds for it.
    ///
    /// # Panics
    /// When no client can be made.
    #[must_use]
    pub fn twilio(fake: &twilio::FakeTwilio) -> Self {
        let account = Account::new(fake.account_sid(), fake.auth_token(), fake.base_url());
        let account = account.expect("an account");
        let patience = Duration::from_secs(2);
        let sender = TwilioSender::with_timeout(account.clone(), patience);
        Self {
            sender: Arc::new(sender.expect("a sender")),
            media: Some(MediaFetcher::with_timeout(account, patience).expect("a fetcher")),
            ..Self::default()
        }
    }
}

impl TestClinic {
    /// A clinic in Dakar whose messages stay in the simulator.
    pub async fn new(db: &TestDb) -> Self {
        Self::with(db, Setup::default()).await
    }

    /// A clinic with another way to send.
    pub async fn with_sender(db: &TestDb, sender: Arc<dyn ports::MessageSender>) -> Self {
        let setup = Setup {
            sender,
            ..Setup::default()
        };
        Self::with(db, setup).await
    }

    /// A clinic whose time a test moves.
    pub async fn with_clock(db: &TestDb, clock: &Clock) -> Self {
        let setup = Setup {
            clock: clock.clone(),
            ..Setup::default()
        };
        Self::with(db, setup).await
    }

    /// A clinic that stands on this.
    ///
    /// # Panics
    /// When it cannot be set up.
    pub async fn with(db: &TestDb, setup: Setup) -> Self {
        let app = App::new(Parts {
            store: db.store.clone(),
            clock: setup.clock,
            rng: Rng::system(),
            settings: Settings {
                public_url: PUBLIC_URL.to_owned(),
                jwt_secret: Redacted((1..=32).collect()),
                older_jwt_secrets: Vec::new(),
                root_key: Redacted((101..=132).collect()),
                twilio_auth_token: Redacted(TOKEN.to_owned()),
                twilio_account_sid: format!("AC{}", "0".repeat(32)),
                default_tenant: None,
                calendar_weeks_ahead: 12,
                reminders_cron: setup.reminders_cron,
                speeds: setup.speeds,
                mail_events: setup.mail_events,
                simulated: setup.sender.is_simulated() && setup.gateway.is_none(),
            },
            security_post: Arc::new(clinic::messaging::api::SecurityOutbox),
            sender: setup.sender,
            gateway: setup.gateway,
            push: setup.push,
            mail: setup.mail,
            other_mail: setup.other_mail,
            media: setup.media,
            blobs: setup.blobs,
            stop: CancellationToken::new(),
        });
        let (tenant, agent) = Self::found(&app, "demo", OURS).await;
        Self::user(&app, tenant, "admin", Role::Admin).await;
        Self::user(&app, tenant, "patient", Role::Patient).await;
        Self {
            router: router(&app, webkit::Budgets::default()),
            token: sign_in(&app, "agent").await,
            app,
            tenant,
            agent,
            engine: None,
        }
    }

    /// Allows callers only so much from now on.
    pub fn allow(&mut self, budgets: webkit::Budgets) {
        self.router = router(&self.app, budgets);
    }

    /// Another node of this clinic, on this connection to the same database.
    #[must_use]
    pub fn node(&self, store: store::Store) -> App {
        let app = &self.app;
        App::new(Parts {
            store,
            clock: app.clock.clone(),
            rng: app.rng.clone(),
            settings: app.settings.clone(),
            sender: app.sender.clone(),
            gateway: app.gateway.clone(),
            push: app.push.clone(),
            mail: app.mail.clone(),
            other_mail: app.other_mail.clone(),
            security_post: app.security_post.clone(),
            media: None,
            blobs: app.blobs.clone(),
            stop: app.stop.clone(),
        })
    }

    /// Another clinic in the same database, with an agent named `<slug>-agent`.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn another(&self, slug: &str, ours: &str) -> TenantId {
        let tenant = tenant(&self.app, slug, ours).await;
        Self::user(&self.app, tenant, &format!("{slug}-agent"), Role::Agent).await;
        tenant
    }

    /// Somebody who can sign in to this clinic with [`PASSWORD`].
    ///
    /// # Panics
    /// When he cannot be made.
    pub async fn member(&self, tenant: TenantId, name: &str, role: Role) -> UserId {
        Self::user(&self.app, tenant, name, role).await
    }

    async fn found(app: &App, slug: &str, ours: &str) -> (TenantId, UserId) {
        let tenant = tenant(app, slug, ours).await;
        (tenant, Self::user(app, tenant, "agent", Role::Agent).await)
    }

    async fn user(app: &App, tenant: TenantId, name: &str, role: Role) -> UserId {
        let new = NewUser {
            username: name.to_owned(),
            password: PASSWORD.to_owned(),
            first_name: "Fatou".to_owned(),
            last_name: "Sow".to_owned(),
            role,
            locale: Locale::Fr,
            email: None,
            phone: None,
        };
        clinic::identity::api::create_user(app, tenant, new)
            .await
            .expect("a user")
    }

    /// The receptionist's context.
    #[must_use]
    pub const fn ctx(&self) -> Ctx {
        Ctx {
            tenant: self.tenant,
            actor: Actor::User(self.agent, Role::Agent),
            locale: Locale::Fr,
        }
    }

    /// Enters a patient.
    ///
    /// # Panics
    /// When he cannot be entered.
    pub async fn patient(&self, first: &str, last: &str, phone: &str) -> PatientId {
        let new = NewPatient {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            phone: phone.to_owned(),
            ..NewPatient::default()
        };
        clinic::patients::api::create(&self.app, &self.ctx(), new)
            .await
            .expect("a patient")
            .id
    }

    /// Starts the work of the product, and what the simulator reports.
    pub fn start_work(&mut self) {
        let app = &self.app;
        let engine = Engine::start(&app.store, &app.clock, &app.rng, clinic::work(app));
        let played = tokio::spawn(clinic::play_reports(app.clone()));
        self.engine = Some((engine, played));
    }

    /// Stops it.
    pub async fn stop_work(&mut self) {
        if let Some((engine, played)) = self.engine.take() {
            played.abort();
            engine.stop().await;
        }
    }

    /// Calls the router as `token`, or as nobody.
    ///
    /// # Panics
    /// When the request cannot be built.
    pub async fn call_as(
        &self,
        token: Option<&str>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |json| Body::from(json.to_string()));
        self.send(request.body(body).expect("a request")).await
    }

    /// Calls the API as the receptionist.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.call_as(Some(&self.token), method, path, body).await
    }

    /// The same clinic, called with another token of the receptionist's.
    #[must_use]
    pub fn with_token(self, token: String) -> Self {
        Self { token, ..self }
    }

    /// Signs somebody in.
    pub async fn token_of(&self, name: &str) -> String {
        sign_in(&self.app, name).await
    }

    /// The head of the answer; its body may never end, as that of live events.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn begin(&self, mut request: Request<Body>) -> axum::response::Response {
        let here = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9)));
        request.extensions_mut().get_or_insert(here);
        let answer = self.router.clone().oneshot(request).await;
        answer.expect("an answer")
    }

    /// Sends a request through all middleware, from this machine unless it
    /// says from where.
    ///
    /// # Panics
    /// When there is no answer, or one with a code that is not listed.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.begin(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 64 << 20)
            .await
            .expect("a body");
        let answer = Answer {
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.to_vec(),
        };
        answer.assert_listed();
        answer
    }

    /// Calls a webhook as Twilio would, with a signature computed independently of the product.
    pub async fn webhook(&self, kind: &str, params: &[(String, String)]) -> Answer {
        let path = format!("/api/v1/webhooks/twilio/{kind}/");
        let signature =
            twilio::independent_signature(TOKEN, &format!("{PUBLIC_URL}{path}"), params);
        self.webhook_signed(&path, params, Some(&signature)).await
    }

    /// Calls a webhook with any signature, or none.
    ///
    /// # Panics
    /// When the request cannot be built.
    pub async fn webhook_signed(
        &self,
        path: &str,
        params: &[(String, String)],
        signature: Option<&str>,
    ) -> Answer {
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(signature) = signature {
            request = request.header("x-twilio-signature", signature);
        }
        let body = serde_urlencoded::to_string(params).expect("a form");
        self.send(request.body(Body::from(body)).expect("a request"))
            .await
    }

    /// A WhatsApp message from a number, as Twilio writes it.
    #[must_use]
    pub fn whatsapp(&self, from: &str, body: &str) -> Vec<(String, String)> {
        self.text(from, body).whatsapp()
    }

    /// An SMS from a number, as Twilio writes it.
    #[must_use]
    pub fn sms(&self, from: &str, body: &str) -> Vec<(String, String)> {
        self.text(from, body).sms()
    }

    /// A message from a number, to be given media and a channel.
    #[must_use]
    pub fn text(&self, from: &str, body: &str) -> twilio::Inbound {
        let sid = format!("SM{}", self.app.rng.secret(16));
        twilio::Inbound::text(
            &self.app.settings.twilio_account_sid,
            &sid,
            from,
            OURS,
            body,
        )
    }
}

async fn tenant(app: &App, slug: &str, ours: &str) -> TenantId {
    let new = NewTenant {
        slug: slug.to_owned(),
        name: format!("Clinique {slug}"),
        locale: Locale::Fr,
        zone: Zone::named("Africa/Dakar").expect("a zone"),
        country: Country::parse("SN").expect("a country"),
    };
    let tenant = clinic::identity::api::create_tenant(app, new)
        .await
        .expect("a tenant");
    let ours: Phone = ours.parse().expect("a number");
    for channel in send_rules::Channel::NUMBERS {
        clinic::messaging::api::set_sender(app, tenant, channel, &ours)
            .await
            .expect("a sender");
    }
    tenant
}

async fn sign_in(app: &App, name: &str) -> String {
    clinic::identity::api::issue_tokens(app, name, PASSWORD)
        .await
        .expect("tokens")
        .access
}

fn router(app: &App, budgets: webkit::Budgets) -> Router {
    let settings = webkit::Settings {
        budgets,
        ..webkit::Settings::new("Lafiya", PUBLIC_URL)
    };
    let kit = clinic::kit(app, settings);
    webkit::harden(clinic::routes().router.with_state(app.clone()), kit)
}
