//! The server dies without a word, again and again: what it acknowledged is
//! there afterwards, and what it sent it sent once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use kernel::Rng;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use store::{Database, EngineKind};
use tempfile::TempDir;
use testkit::{
    db::{empty, eventually},
    twilio::{FakeTwilio, Fault, Inbound, deliver},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::Semaphore,
};

/// How long a start or a single answer may take, restarts in between included.
const LIMIT: Duration = Duration::from_secs(60);
/// How long everything may take to come to rest: an attempt that a kill cut off
/// is looked up, and "not there" is believed only 30 s after it began.
const REST: Duration = Duration::from_secs(120);
/// The clinic's number on WhatsApp.
const OURS: &str = "+221338210001";
/// Patients of the demo who share their number with nobody.
const PATIENTS: [&str; 5] = [
    "+221771234502",
    "+221781234503",
    "+221761234504",
    "+243812345601",
    "+237671234501",
];
/// Callers at the same time.
const CLIENTS: usize = 8;

/// How the binary is started, each time in the same way.
struct Clinic {
    folder: TempDir,
    address: SocketAddr,
    postgres: Option<String>,
    twilio: FakeTwilio,
    client: Client,
    rng: Rng,
}

impl Clinic {
    async fn new(kind: EngineKind) -> Self {
        ports::install_tls();
        let seed = match std::env::var("LAFIYA_TEST_SEED") {
            Ok(seed) => seed.parse().expect("LAFIYA_TEST_SEED is a number"),
            Err(_) => Rng::system().below(1 << 32),
        };
        eprintln!("again with LAFIYA_TEST_SEED={seed}");
        let rng = Rng::seeded(seed);
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
            rng,
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Starts the server and waits until it says that it is ready.
    async fn start(&self) -> Child {
        let log = self.folder.path().join("log");
        let log = fs::File::options().create(true).append(true).open(log);
        let mut command = Command::new(env!("CARGO_BIN_EXE_lafiya"));
        command
            .arg("demo")
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
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.unwrap())
            .kill_on_drop(true);
        if let Some(url) = &self.postgres {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(LIMIT, lines.next_line()).await;
        let ready = matches!(&first, Ok(Ok(Some(line))) if line.starts_with("Lafiya is ready"));
        assert!(ready, "no start: {first:?}\n{}", self.log());
        child
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A receptionist's token; it outlives the server.
    async fn sign_in(&self) -> String {
        let path = self.folder.path().join("data/demo-credentials.json");
        let people: Value = serde_json::from_str(&read(&path)).unwrap();
        let answer = self
            .client
            .post(self.url("/api/v1/auth/token/"))
            .json(&people["users"]["agent"])
            .send();
        let tokens: Value = answer.await.unwrap().json().await.unwrap();
        tokens["access"].as_str().expect("a token").to_owned()
    }

    /// Calls the API; `None` when no answer came.
    async fn call(
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
    async fn list(&self, token: &str, path: &str) -> Vec<Value> {
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

    async fn count(&self, token: &str, path: &str) -> Option<i64> {
        let (_, body) = self.call(token, Method::GET, path, None).await?;
        body["count"].as_i64()
    }

    /// A patient writes; Twilio delivers it until it is acknowledged.
    async fn patient_writes(&self, sid: &str, from: &str) {
        let account = self.twilio.account_sid();
        let params = Inbound::text(account, sid, from, OURS, "Bonjour").whatsapp();
        let to = self.url("/api/v1/webhooks/twilio/whatsapp/");
        eventually("a webhook's acknowledgement", LIMIT, || async {
            let answer = deliver(&self.client, &to, &to, self.twilio.auth_token(), &params).await;
            (answer.ok()?.status() == 200).then_some(())
        })
        .await;
    }
}

impl Drop for Clinic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let end = lines.len().saturating_sub(20);
            eprintln!("the server's last words:\n{}", lines[end..].join("\n"));
        }
    }
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

async fn acknowledged_webhooks(kind: EngineKind) {
    let begun = Instant::now();
    let clinic = Clinic::new(kind).await;
    let mut server = clinic.start().await;
    let (acknowledged, stop) = (Mutex::new(BTreeSet::new()), AtomicBool::new(false));
    let count = || acknowledged.lock().unwrap().len();

    let clients = join_all((0..CLIENTS).map(|client| {
        let (clinic, acknowledged, stop) = (&clinic, &acknowledged, &stop);
        async move {
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let sid = format!("SM{client:016x}{number:016x}");
                clinic
                    .patient_writes(&sid, PATIENTS[number % PATIENTS.len()])
                    .await;
                acknowledged.lock().unwrap().insert(sid);
            }
        }
    }));
    let killer = async {
        for _ in 0..4 {
            let until = count() + usize::try_from(clinic.rng.below(80)).unwrap();
            eventually("webhooks between two kills", LIMIT, || async {
                (count() > until).then_some(())
            })
            .await;
            server.kill().await.unwrap();
            server = clinic.start().await;
        }
        stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(clients, killer);

    let token = clinic.sign_in().await;
    eventually("all webhooks to be processed", REST, || async {
        let pending = "/api/v1/webhooks/?status=pending";
        (clinic.count(&token, pending).await == Some(0)).then_some(())
    })
    .await;
    let events = clinic.list(&token, "/api/v1/webhooks/?").await;
    let mut stored = BTreeMap::<String, usize>::new();
    for event in &events {
        assert_eq!(event["processing_status"], "processed", "{event}");
        let sid = event["external_id"].as_str().unwrap().to_owned();
        *stored.entry(sid).or_default() += 1;
    }
    let expected: BTreeMap<_, _> = acknowledged
        .lock()
        .unwrap()
        .iter()
        .map(|sid| (sid.clone(), 1))
        .collect();
    assert_eq!(stored, expected);
    eprintln!("{} webhooks in {:?}", events.len(), begun.elapsed());
}

const REPLIES: usize = 500;
const KILLS: usize = 20;

async fn five_hundred_replies(kind: EngineKind) {
    let begun = Instant::now();
    let clinic = Clinic::new(kind).await;
    // Answers that take a while leave more for a kill to cut off.
    let slow = || Fault::Slow {
        millis: clinic.rng.below(40),
    };
    clinic.twilio.script((0..2 * REPLIES).map(|_| slow()));
    let mut server = clinic.start().await;
    let token = clinic.sign_in().await;
    for (number, from) in PATIENTS.iter().enumerate() {
        clinic
            .patient_writes(&format!("SM{number:032x}"), from)
            .await;
    }
    let open = "/api/v1/inbox/conversations/";
    eventually("the conversations", LIMIT, || async {
        (clinic.count(&token, open).await == Some(5)).then_some(())
    })
    .await;
    let conversations: Vec<_> = clinic
        .list(&token, "/api/v1/inbox/conversations/?")
        .await
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();

    let (next, permits) = (AtomicUsize::new(1), Semaphore::new(0));
    let clients = join_all((0..CLIENTS).map(|_| async {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number > REPLIES {
                break;
            }
            // Some for every round, or the later kills would meet no request.
            permits.acquire().await.unwrap().forget();
            let conversation = &conversations[number % conversations.len()];
            let path = format!("/api/v1/inbox/conversations/{conversation}/reply/");
            let reply =
                json!({"body": format!("Réponse {number}"), "reply_id": number.to_string()});
            eventually("a reply's acknowledgement", LIMIT, || async {
                let answer = clinic
                    .call(&token, Method::POST, &path, Some(&reply))
                    .await?;
                // A request may meet the end of the server; it never is at fault itself.
                assert!(answer.0 == 202 || answer.0 >= 500, "{answer:?}");
                (answer.0 == 202).then_some(())
            })
            .await;
        }
    }));
    let killer = async {
        for round in 1..=KILLS {
            permits.add_permits(REPLIES / KILLS);
            if round % 5 == 0 {
                // Long enough for what the kills before cut off to be taken over.
                let lookups = clinic.twilio.lookups();
                eventually("an attempt to be looked up", LIMIT, || async {
                    (clinic.twilio.lookups() > lookups).then_some(())
                })
                .await;
            } else {
                let further = usize::try_from(clinic.rng.below(21)).unwrap();
                let until = clinic.twilio.accepted().len() + further;
                let waiting = clinic.twilio.wait_for_accepted(until);
                let waited = tokio::time::timeout(LIMIT, waiting).await;
                waited.expect("messages at the provider between two kills");
            }
            server.kill().await.unwrap();
            server = clinic.start().await;
        }
        let (at, taken) = (begun.elapsed(), clinic.twilio.accepted().len());
        eprintln!("killed {KILLS} times after {at:?}, {taken} messages at the provider");
    };
    tokio::join!(clients, killer);

    eventually("all messages to be accepted", REST, || async {
        let accepted = "/api/v1/outbox/?state=accepted";
        (clinic.count(&token, accepted).await == Some(500)).then_some(())
    })
    .await;
    let outbox = clinic.list(&token, "/api/v1/outbox/?").await;
    assert_eq!(outbox.len(), REPLIES, "no reply became two messages");
    assert!(outbox.iter().all(|message| message["state"] == "accepted"));
    let expected: BTreeMap<_, _> = (1..=REPLIES)
        .map(|number| (format!("Réponse {number}"), 1))
        .collect();
    assert_eq!(clinic.twilio.accepted_by_body(), expected);
    let (attempts, lookups) = (clinic.twilio.attempts(), clinic.twilio.lookups());
    eprintln!(
        "{attempts} attempts, {lookups} lookups in {:?}",
        begun.elapsed()
    );
}

/// Declares a test that runs once on each engine, on a database of the server's own.
macro_rules! kills_on_both_engines {
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

kills_on_both_engines! {
    acknowledged_webhooks_survive: acknowledged_webhooks;
    five_hundred_replies_arrive_exactly_once: five_hundred_replies;
}
