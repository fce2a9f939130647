//! What a clinic and its provider wait for, on a demo server in a process of its own.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use kernel::Rng;
use serde_json::Value;
use store::{Database, EngineKind};
use tempfile::TempDir;
use testkit::{
    db::{empty, eventually},
    twilio::{Inbound, deliver, webhook_client},
};
use tokio::task::JoinSet;

use crate::{
    Failure,
    meter::{Meter, count, percentile},
    say,
};

/// Every figure of a server on this engine.
pub async fn figures(kind: EngineKind) -> Result<(), Failure> {
    say(&format!("server on {kind:?}"));
    let server = Server::start(kind).await?;
    server.first_page().await?;
    server.settle().await?;
    server.paced().await?;
    server.visible().await?;
    server.flood().await
}

/// A demo server in a process of its own.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub base: String,
    token: String,
    /// What the demo says of its accounts.
    pub credentials: Value,
    database: Option<String>,
    _data: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts one, twice: the first start makes the demo.
    pub async fn start(kind: EngineKind) -> Result<Self, Failure> {
        let data = tempfile::tempdir()?;
        let program = env!("CARGO_BIN_EXE_lafiya");
        let size = fs::metadata(program)?.len();
        let listen = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let database = match empty(kind).await.0 {
            Database::Sqlite { .. } => None,
            Database::Postgres { url, .. } => Some(url),
        };
        let spawn = || {
            Command::new(program)
                .args(["demo", "--listen", &listen.to_string(), "--data"])
                .arg(data.path())
                .env_remove("DATABASE_URL")
                .envs(database.iter().map(|url| ("DATABASE_URL", url)))
                .env("LAFIYA_LOG", "warn")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        };
        let base = format!("http://{listen}");
        // The first start makes the demo clinic; the second is what a restart costs.
        let mut child = spawn()?;
        ready(&base).await;
        child.kill()?;
        child.wait()?;
        let started = Instant::now();
        let child = spawn()?;
        ready(&base).await;
        let cold = started.elapsed();
        let credentials: Value =
            serde_json::from_slice(&fs::read(data.path().join("demo-credentials.json"))?)?;
        let token = credentials["twilio_auth_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let server = Self {
            child,
            base,
            token,
            credentials,
            database,
            _data: data,
        };
        say(&format!(
            "  cold start {} ms (target 1000)",
            cold.as_millis()
        ));
        say(&format!(
            "  idle memory {} MB (target 80)",
            server.memory()? / 1024
        ));
        say(&format!("  binary {} MB (target 60)", size / 1_000_000));
        Ok(server)
    }

    /// Resident kilobytes.
    pub fn memory(&self) -> Result<u64, Failure> {
        self.kilobytes("VmRSS:")
    }

    /// The most there were since [`Server::forget_peak`].
    pub fn peak(&self) -> Result<u64, Failure> {
        self.kilobytes("VmHWM:")
    }

    /// Sets the highest mark back to what there is now (proc(5)).
    pub fn forget_peak(&self) -> Result<(), Failure> {
        Ok(fs::write(
            format!("/proc/{}/clear_refs", self.child.id()),
            "5",
        )?)
    }

    fn kilobytes(&self, of: &str) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find(|line| line.starts_with(of))
            .unwrap_or_default();
        Ok(line.split_whitespace().nth(1).unwrap_or("0").parse()?)
    }

    /// A token of one of the demo's accounts.
    pub async fn signed_in(&self, role: &str) -> Result<String, Failure> {
        let user = &self.credentials["users"][role];
        let body = serde_json::json!({"username": user["username"], "password": user["password"]});
        let answer = reqwest::Client::new()
            .post(format!("{}/api/v1/auth/token/", self.base))
            .json(&body)
            .send()
            .await?;
        let tokens: Value = answer.json().await?;
        Ok(tokens["access"].as_str().unwrap_or_default().to_owned())
    }

    /// What a phone downloads before it sees the sign-in page.
    async fn first_page(&self) -> Result<(), Failure> {
        let client = reqwest::Client::builder().build()?;
        let get = async |path: &str| -> Result<(usize, String), Failure> {
            let request = client
                .get(format!("{}{path}", self.base))
                .header("accept-encoding", "gzip");
            let body = request.send().await?.bytes().await?;
            let plain = client
                .get(format!("{}{path}", self.base))
                .send()
                .await?
                .text()
                .await
                .unwrap_or_default();
            Ok((body.len(), plain))
        };
        let (mut bytes, html) = get("/sign-in").await?;
        for piece in html
            .split('"')
            .filter(|piece| piece.starts_with("/assets/"))
        {
            bytes += get(piece).await?.0;
        }
        say(&format!(
            "  first page load {:.1} kB compressed (target 60)",
            count(u64::try_from(bytes)?) / 1000.0
        ));
        Ok(())
    }

    fn provider(&self) -> Result<Provider, Failure> {
        Ok(Provider {
            client: webhook_client()?,
            url: format!("{}/api/v1/webhooks/twilio/whatsapp/", self.base),
            token: self.token.clone(),
        })
    }

    /// Gives PostgreSQL the statistics that its autovacuum gathers within a minute
    /// of a clinic's first messages; without any it plans as for empty tables.
    async fn settle(&self) -> Result<(), Failure> {
        let provider = self.provider()?;
        for number in 800_000..800_300 {
            provider.webhook(number).await?;
        }
        if let Some(url) = &self.database {
            let status = Command::new("psql")
                .args([url, "-qc", "ANALYZE"])
                .status()?;
            if !status.success() {
                return Err("psql could not run ANALYZE".into());
            }
        }
        Ok(())
    }

    async fn paced(&self) -> Result<(), Failure> {
        let provider = self.provider()?;
        let meter = Meter::of(self.child.id())?;
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        let mut calls = JoinSet::new();
        for number in 0..2000_u64 {
            tick.tick().await;
            let provider = provider.clone();
            calls.spawn(async move { provider.webhook(number).await });
        }
        let mut waits = Vec::new();
        while let Some(wait) = calls.join_next().await {
            waits.push(wait??);
        }
        say(&format!(
            "  webhook to acknowledgement at 200/s: p50 {:.1} ms, p99 {:.1} ms (target 50), {}",
            percentile(&mut waits, 50),
            percentile(&mut waits, 99),
            meter.cpu_each(2000)?,
        ));
        Ok(())
    }

    /// From the call to the line in the inbox, one message after the other.
    async fn visible(&self) -> Result<(), Failure> {
        let provider = self.provider()?;
        let http = reqwest::Client::new();
        let access = self.signed_in("agent").await?;
        let mut waits = Vec::new();
        for number in 900_000..900_100_u64 {
            let started = Instant::now();
            provider.webhook(number).await?;
            let wanted = format!("Message {number}");
            eventually(
                "the message in the inbox",
                Duration::from_secs(10),
                || async {
                    let url = format!("{}/api/v1/inbox/conversations/?page_size=1", self.base);
                    let list: Value = http
                        .get(url)
                        .bearer_auth(&access)
                        .send()
                        .await
                        .ok()?
                        .json()
                        .await
                        .ok()?;
                    (list["results"][0]["preview"] == wanted.as_str()).then_some(())
                },
            )
            .await;
            waits.push(started.elapsed());
        }
        say(&format!(
            "  webhook to visible in the inbox: p50 {:.0} ms, p95 {:.0} ms (target 500; looked every 20 ms)",
            percentile(&mut waits, 50),
            percentile(&mut waits, 95),
        ));
        Ok(())
    }

    async fn flood(&self) -> Result<(), Failure> {
        let provider = self.provider()?;
        let meter = Meter::of(self.child.id())?;
        let until = Instant::now() + Duration::from_secs(10);
        let connections = (0..64_u64).map(|connection| {
            let provider = &provider;
            async move {
                let mut done = 0_u64;
                while Instant::now() < until {
                    provider.webhook(connection * 1_000_000 + done).await?;
                    done += 1;
                }
                Ok::<u64, Failure>(done)
            }
        });
        let mut total = 0;
        for done in futures_util::future::join_all(connections).await {
            total += done?;
        }
        say(&format!(
            "  webhooks signed, stored and acknowledged with 64 connections: {:.0}/s (target on SQLite 2000), {}",
            meter.per_second(total),
            meter.cpu_each(total)?,
        ));
        Ok(())
    }
}

/// Delivers signed messages as the provider does.
#[derive(Clone)]
struct Provider {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Provider {
    /// One of 500 phones writes; how long until the acknowledgement.
    async fn webhook(&self, number: u64) -> Result<Duration, Failure> {
        let from = format!("+22177{:07}", 1_000_000 + number % 500);
        let sid = format!("SM{}", Rng::system().secret(16));
        let text = format!("Message {number}");
        let form = Inbound::text("AC0", &sid, &from, "+221338210001", &text).whatsapp();
        let started = Instant::now();
        let answer = deliver(&self.client, &self.url, &self.url, &self.token, &form).await?;
        if !answer.status().is_success() {
            return Err(format!("a webhook was answered with {}", answer.status()).into());
        }
        Ok(started.elapsed())
    }
}

async fn ready(base: &str) {
    let client = reqwest::Client::new();
    let url = format!("{base}/readyz");
    eventually("the server", Duration::from_secs(60), || async {
        client
            .get(&url)
            .send()
            .await
            .ok()
            .filter(|answer| answer.status().is_success())
            .map(drop)
    })
    .await;
}
