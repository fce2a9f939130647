//! A browser for tests: headless Chromium, driven by Debian's chromedriver.

use std::{
    io,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::db::eventually;

const LIMIT: Duration = Duration::from_secs(15);

/// A process that ends with the test, also with a failed one.
pub struct Running(Child);

impl Running {
    /// Starts it, silently.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
        silent.stdin(Stdio::null()).spawn().map(Self)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port of this machine that nobody listens on.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// One window with its own cookies.
pub struct Browser {
    client: Client,
    driver: String,
    // Fields are dropped in this order: the driver before its files.
    _driver: Running,
    profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A test that fails never closes its window, and Chromium outlives its driver.
        let _ = Command::new("pkill")
            .arg("--full")
            .arg(self.profile.path())
            .status();
    }
}

impl Browser {
    /// Opens a window; without scripts the pages must work too.
    ///
    /// # Panics
    /// When there is no Chromium.
    pub async fn open(scripts: bool) -> Self {
        Self::start(scripts, None).await
    }

    /// Opens a window as narrow as a small phone: so many CSS pixels.
    ///
    /// # Panics
    /// When there is no Chromium.
    pub async fn narrow(scripts: bool, width: u32) -> Self {
        Self::start(scripts, Some(width)).await
    }

    async fn start(scripts: bool, width: Option<u32>) -> Self {
        let port = free_port().expect("a free port");
        let profile = TempDir::new().expect("a folder for the browser");
        let driver =
            Running::start(Command::new("/usr/bin/chromedriver").arg(format!("--port={port}")))
                .expect("Debian's chromedriver");
        let folder = format!("--user-data-dir={}", profile.path().display());
        let mut options = json!({"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--accept-lang=fr", "--window-size=1280,900", folder,
        ]});
        if !scripts {
            options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
        }
        if let Some(width) = width {
            // A finger's taps wait for scripts in chromedriver; clicks do not.
            let metrics = json!({"width": width, "height": 640, "pixelRatio": 1.0, "touch": false});
            options["mobileEmulation"] = json!({"deviceMetrics": metrics});
        }
        let mut wanted = serde_json::Map::new();
        wanted.insert("goog:chromeOptions".into(), options);
        let address = format!("http://127.0.0.1:{port}");
        let client = eventually("the browser", LIMIT, || async {
            ClientBuilder::new(HttpConnector::new())
                .capabilities(wanted.clone())
                .connect(&address)
                .await
                .ok()
        })
        .await;
        Self {
            client,
            driver: address,
            _driver: driver,
            profile,
        }
    }

    /// Goes to an address.
    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.expect(url);
    }

    /// What the whole page shows.
    pub async fn text(&self) -> String {
        self.text_of("body").await
    }

    /// What one part shows; nothing where it is missing.
    pub async fn text_of(&self, css: &str) -> String {
        match self.client.find(Locator::Css(css)).await {
            Ok(part) => part.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until a part of the page shows a text.
    pub async fn shows(&self, css: &str, text: &str) {
        let waiting = async {
            let mut tick = tokio::time::interval(Duration::from_millis(50));
            while !self.text_of(css).await.contains(text) {
                tick.tick().await;
            }
        };
        if tokio::time::timeout(LIMIT, waiting).await.is_err() {
            let page = self.text().await;
            panic!("waited {LIMIT:?} for {css} to show {text:?}; the page shows:\n{page}");
        }
    }

    /// Types into a field, in place of what it holds.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.client.find(Locator::Css(css)).await.expect(css);
        field.clear().await.expect(css);
        field.send_keys(text).await.expect(css);
    }

    /// Clicks on something, brought where nothing lies over it as a person would.
    pub async fn click(&self, css: &str) {
        let target = self.client.find(Locator::Css(css)).await.expect(css);
        let scroll = "arguments[0].scrollIntoView({block: 'center'})";
        let what = serde_json::to_value(&target).expect(css);
        self.client.execute(scroll, vec![what]).await.expect(css);
        target.click().await.expect(css);
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        let result = self.client.execute(script, Vec::new()).await;
        result.expect(script)
    }

    /// Takes the network away, or gives it back.
    pub async fn offline(&self, offline: bool) {
        self.network(json!({"offline": offline, "latency": 0, "throughput": -1}))
            .await;
    }

    /// A slow network: so many kilobits a second, so many milliseconds to and fro.
    pub async fn slow(&self, kilobits: u32, latency: u32) {
        let bytes = kilobits * 1000 / 8;
        self.network(json!({"offline": false, "latency": latency, "throughput": bytes}))
            .await;
    }

    async fn network(&self, conditions: Value) {
        let session = self.client.session_id().await.expect("a session");
        let session = session.expect("a session");
        let url = format!(
            "{}/session/{session}/chromium/network_conditions",
            self.driver
        );
        let client = crate::twilio::webhook_client().expect("a client");
        let body = json!({"network_conditions": conditions});
        let answer = client.post(url).json(&body).send().await;
        let status = answer.expect("the driver").status();
        assert!(status.is_success(), "the network's conditions: {status}");
    }

    /// Closes the window.
    pub async fn close(self) {
        // Dropping it closes it as well.
        let _ = self.client.clone().close().await;
    }
}
