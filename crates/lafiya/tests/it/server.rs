//! The real binary as a process, with a loopback Twilio: what the tests share
//! that start, stop and kill it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
    time::Duration,
};

use kernel::{Rng, TenantId, Timestamp};
use reqwest::{Client, Method};
use serde_json::Value;
use store::{Database, Durability, EngineKind, Scope, Sql, Store, params};
use tempfile::TempDir;
use testkit::{
    db::{empty, eventually},
    twilio::{FakeTwilio, Inbound, deliver},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// How long a start or a single answer may take, restarts in between included.
pub const LIMIT: Duration = Duration::from_secs(60);
/// The clinic's number on WhatsApp.
pub const OURS: &str = "+221338210001";
/// Patients of the demo who share their number with nobody.
pub const PATIENTS: [&str; 5] = [
    "+221771234502",
    "+221781234503",
    "+221761234504",
    "+243812345601",
    "+237671234501",
];

const TENANT: Sql = Sql::new("SELECT id AS value FROM tenant ORDER BY id LIMIT 1");
const ANSWERS: Sql = Sql::new(
    "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND category = 'answer' AND state = $2",
);
const NOT_FINAL: Sql = Sql::new(
    "SELECT channel, category, state, reason, provider_id, work_error, work_due_at, work_held_by, work_attempts,
        work_deaths FROM message
    WHERE tenant_id = $1 AND (work_due_at IS NOT NULL
        OR (category = 'answer' AND state IN ('queued', 'sending', 'accepted', 'sent')))
    ORDER BY id LIMIT 10",
);
const UNHEARD: Sql = Sql::new(
    "SELECT external_id, content, processing_status, processing_error, work_error, work_due_at, work_held_by,
        work_attempts, work_deaths FROM webhook_event
    WHERE tenant_id = $1 AND processing_status <> 'processed' ORDER BY id DESC LIMIT 10",
);

store::row! {
    /// A message that something is still to become of.
    pub struct NotFinal {
        channel: String,
        category: String,
        state: String,
        reason: Option<String>,
        provider_id: Option<String>,
        work_error: Option<String>,
        work_due_at: Option<Timestamp>,
        work_held_by: Option<uuid::Uuid>,
        work_attempts: i32,
        work_deaths: i32,
    }
}

store::row! {
    /// A call-back that moved no message.
    pub struct Unheard {
        external_id: String,
        content: String,
        processing_status: String,
        processing_error: Option<String>,
        work_error: Option<String>,
        work_due_at: Option<Timestamp>,
        work_held_by: Option<uuid::Uuid>,
        work_attempts: i32,
        work_deaths: i32,
    }
}

/// How the binary is started, each time in the same way.
pub struct Site {
    pub folder: TempDir,
    pub address: SocketAddr,
    pub postgres: Option<String>,
    pub twilio: FakeTwilio,
    pub client: Client,
    /// Settings of one test, beside those that are always the same.
    pub settings: Vec<(&'static str, String)>,
}

impl Site {
    pub async fn new(kind: EngineKind) -> Self {
        ports::install_tls();
        let postgres = match empty(kind).await.0 {
            Database::Postgres { url, .. } => Some(url),
            Database::Sqlite { .. } => None,
        };
        Self {
            folder: tempfile::tempdir().unwrap(),
            address: free_address(),
            postgres,
            twilio: FakeTwilio::start().await.unwrap(),
            client: Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(10))
                .build()
                .unwrap(),
            settings: Vec::new(),
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// A command of the binary with the settings that are always the same.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lafiya"));
        command
            .arg(name)
            .current_dir(&self.folder)
            .env_clear()
            .env("LAFIYA_LISTEN", self.address.to_string())
            .env("LAFIYA_DATA", self.folder.path().join("data"))
            .env("LAFIYA_LOG", "warn")
            .env("LAFIYA_DATABASE_CONNECTIONS", "8")
            .env("LAFIYA_TWILIO_API_URL", self.twilio.base_url())
            .env("TWILIO_ACCOUNT_SID", self.twilio.account_sid())
            .env("TWILIO_AUTH_TOKEN", self.twilio.auth_token())
            .env("TWILIO_WHATSAPP_NUMBER", OURS)
            .env("TWILIO_PHONE_NUMBER", "+221338210002")
            // Not how long a test takes.
            .env("TWILIO_SMS_PER_SECOND", "1000")
            .envs(self.settings.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(url) = &self.postgres {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Starts the server and waits until it says that it is ready.
    pub async fn start(&self) -> Child {
        self.started(self.command("demo")).await
    }

    /// Starts another one on the same database and folder, at an address of its own.
    pub async fn start_beside(&self) -> (Child, SocketAddr) {
        let address = free_address();
        let mut command = self.command("serve");
        command.env("LAFIYA_LISTEN", address.to_string());
        (self.started(command).await, address)
    }

    async fn started(&self, mut command: Command) -> Child {
        let log = self.folder.path().join("log");
        let log = fs::File::options().create(true).append(true).open(log);
        command.stdout(Stdio::piped()).stderr(log.unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(LIMIT, lines.next_line()).await;
        let ready = matches!(&first, Ok(Ok(Some(line))) if line.starts_with("Lafiya is ready"));
        assert!(ready, "no start: {first:?}\n{}", self.log());
        child
    }

    /// The server's database, opened beside it.
    pub async fn store(&self) -> Store {
        let database = match &self.postgres {
            Some(url) => Database::Postgres {
                url: url.clone(),
                max_connections: 2,
            },
            None => Database::Sqlite {
                path: self.folder.path().join("data/lafiya.db"),
                durability: Durability::PowerCut,
            },
        };
        Store::open(&database, clinic::MIGRATIONS).await.unwrap()
    }

    /// How many answers of the staff are in one of these states. The demo writes reminders
    /// of its own, by the hour of the day: they are not counted.
    pub async fn answers(&self, store: &Store, states: &[&str]) -> i64 {
        let tenant = tenant(store).await;
        let mut tx = store.read(tenant).await.unwrap();
        let mut count = 0;
        for state in states {
            let values = params![tenant, *state];
            count += tx.one::<i64>(ANSWERS, values).await.unwrap();
        }
        count
    }

    /// Messages that are not final with what is known of their work, and call-backs that
    /// moved none: for who waited for them in vain.
    pub async fn unfinished(&self) -> (Vec<NotFinal>, Vec<Unheard>) {
        let store = self.store().await;
        let found = {
            let tenant = tenant(&store).await;
            let mut tx = store.read(tenant).await.unwrap();
            let messages = tx.all(NOT_FINAL, params![tenant]).await.unwrap();
            (messages, tx.all(UNHEARD, params![tenant]).await.unwrap())
        };
        store.close().await;
        found
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What the demo wrote down for people to sign in with.
    pub fn credentials(&self) -> Value {
        let path = self.folder.path().join("data/demo-credentials.json");
        serde_json::from_str(&read(&path)).unwrap()
    }

    /// A receptionist's token; it outlives the server.
    pub async fn sign_in(&self) -> String {
        self.sign_in_as("agent").await
    }

    /// The token of somebody of the demo.
    pub async fn sign_in_as(&self, who: &str) -> String {
        let answer = self
            .client
            .post(self.url("/api/v1/auth/token/"))
            .json(&self.credentials()["users"][who])
            .send();
        let tokens: Value = answer.await.unwrap().json().await.unwrap();
        tokens["access"].as_str().expect("a token").to_owned()
    }

    /// Calls the API; `None` when no answer came.
    pub async fn call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let mut request = self.client.request(method, self.url(path));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.bearer_auth(token).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.unwrap_or_default()))
    }

    /// All rows of a list. `path` ends with its query.
    pub async fn list(&self, token: &str, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        for page in 1.. {
            let path = format!("{path}page_size=100&page={page}");
            let answer = self.call(token, Method::GET, &path, None).await;
            let (status, body) = answer.expect("an answer");
            assert_eq!(status, 200, "{body}");
            rows.extend(body["results"].as_array().unwrap().iter().cloned());
            if body["next"].is_null() {
                break;
            }
        }
        rows
    }

    pub async fn count(&self, token: &str, path: &str) -> Option<i64> {
        let (_, body) = self.call(token, Method::GET, path, None).await?;
        body["count"].as_i64()
    }

    /// A patient writes; Twilio delivers it until it is acknowledged.
    pub async fn patient_writes(&self, sid: &str, from: &str) {
        let message = self.message(sid, from);
        eventually("a webhook's acknowledgement", LIMIT, || async {
            (self.deliver(&message).await? == 200).then_some(())
        })
        .await;
    }

    /// What a patient writes.
    pub fn message(&self, sid: &str, from: &str) -> Inbound {
        Inbound::text(self.twilio.account_sid(), sid, from, OURS, "Bonjour")
    }

    /// Delivers a message once, as Twilio does; `None` when no answer came.
    pub async fn deliver(&self, message: &Inbound) -> Option<u16> {
        let (to, params) = (
            self.url("/api/v1/webhooks/twilio/whatsapp/"),
            message.whatsapp(),
        );
        let answer = deliver(&self.client, &to, &to, self.twilio.auth_token(), &params).await;
        Some(answer.ok()?.status().as_u16())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let end = lines.len().saturating_sub(20);
            eprintln!("the server's last words:\n{}", lines[end..].join("\n"));
        }
    }
}

/// The clinic of the demo.
pub async fn tenant(store: &Store) -> TenantId {
    let mut tx = store.read(Scope::System).await.unwrap();
    tx.one(TENANT, params![]).await.unwrap()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// A free port that no outgoing connection takes while the server is dead: they
/// come from 32768 upwards, and one could even connect to itself.
fn free_address() -> SocketAddr {
    let rng = Rng::system();
    let candidates = std::iter::repeat_with(|| 20_000 + rng.below(12_000)).take(1_000);
    candidates
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, u16::try_from(port).unwrap())))
        .find(|address| TcpListener::bind(address).is_ok())
        .expect("a free port")
}

/// Sends a signal to a running server.
pub async fn signal(server: &Child, name: &str) {
    let id = server.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-s", name, &id]).status().await;
    assert!(sent.unwrap().success());
}

/// Waits until a server has ended; its exit code.
pub async fn ended(server: &mut Child) -> Option<i32> {
    let ended = tokio::time::timeout(LIMIT, server.wait()).await;
    ended.expect("an end in bounded time").unwrap().code()
}

/// Declares tests that run once on each engine, on a database of the server's own.
#[macro_export]
macro_rules! servers_on_both_engines {
    ($($name:ident: $body:ident;)+) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$body(store::EngineKind::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::$body(store::EngineKind::Postgres).await;
            }
        }
    )+};
}
