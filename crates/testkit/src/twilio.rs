//! A Twilio of our own on loopback: the Messages and Calls APIs on their documented
//! wire format, with faults on demand, and webhooks as Twilio sends them.
//!
//! It shares no code with the `ports` crate on purpose: what both get wrong in
//! the same way no test would notice. It uses nothing of the test that starts
//! it, so it can run as a process of its own (see [`FakeTwilio::served`]);
//! then `GET /_fake/accepted` shows what it took and `POST /_fake/faults`
//! takes a script.

mod calls;
mod deliver;
mod forms;
pub(crate) mod listener;
mod messages;
mod server;
mod signature;
mod state;

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use kernel::{Clock, Rng};
use tokio::{net::TcpListener, task::JoinHandle};

pub use calls::FakeCall;
pub use deliver::{deliver, webhook_client};
pub use forms::{Inbound, StatusCallback, form_body};
pub use messages::FakeMessage;
pub use signature::{independent_json_url, independent_signature};
pub use state::Fault;

use listener::CuttableListener;
use state::State;

/// How a [`FakeTwilio`] behaves.
#[derive(Debug, Clone)]
pub struct FakeTwilioConfig {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// Checks requests and signs call-backs.
    pub auth_token: String,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The most messages on one page, whatever `PageSize` asks for.
    pub max_page_size: usize,
    /// Dates messages.
    pub clock: Clock,
    /// Makes SIDs.
    pub rng: Rng,
}

impl Default for FakeTwilioConfig {
    fn default() -> Self {
        Self {
            account_sid: "AC0123456789abcdef0123456789abcdef".into(),
            auth_token: "a-token-that-opens-nothing".into(),
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            max_page_size: 1000,
            clock: Clock::system(),
            rng: Rng::system(),
        }
    }
}

/// A running fake. It stops when dropped.
#[derive(Debug)]
pub struct FakeTwilio {
    base_url: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

/// What a message comes to in the end.
const ENDS: [&str; 4] = ["delivered", "undelivered", "failed", "read"];

impl FakeTwilio {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(FakeTwilioConfig::default()).await
    }

    /// Starts one as told.
    ///
    /// # Errors
    /// When it cannot listen there.
    pub async fn start_with(config: FakeTwilioConfig) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State::new(config, base_url.clone()));
        let service = server::router(Arc::clone(&state))
            .into_make_service_with_connect_info::<listener::Peer>();
        let task = tokio::spawn(async move {
            // Serving ends only with the task.
            let _ = axum::serve(CuttableListener(listener), service).await;
        });
        Ok(Self {
            base_url,
            state,
            task,
        })
    }

    /// Waits for as long as it serves: for ever, in a process of its own.
    pub async fn served(mut self) {
        // Only its end matters.
        let _ = (&mut self.task).await;
    }

    /// `http://127.0.0.1:<port>`, to be configured as the API's base.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The account it knows.
    #[must_use]
    pub fn account_sid(&self) -> &str {
        &self.state.config.account_sid
    }

    /// The token it expects and signs with.
    #[must_use]
    pub fn auth_token(&self) -> &str {
        &self.state.config.auth_token
    }

    /// What happens to the next attempts to send, in this order; later ones go well.
    pub fn script(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.sends.extend(faults);
    }

    /// The same for the next lists that are asked for.
    pub fn script_lookups(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.lookups.extend(faults);
    }

    /// Every message it took, oldest first.
    #[must_use]
    pub fn accepted(&self) -> Vec<FakeMessage> {
        self.state.messages().clone()
    }

    /// Every call it took, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<FakeCall> {
        self.state.calls().clone()
    }

    /// Puts a call into the account as if it had been made some other way.
    pub fn insert_call(&self, call: FakeCall) {
        self.state.insert_call(call);
    }

    /// The call-back for a call it took, e.g. `busy`; `None` for an unknown SID. Also
    /// remembers the state.
    #[must_use]
    pub fn call_status(&self, sid: &str, status: &str) -> Option<Vec<(String, String)>> {
        let call = self.state.set_call_status(sid, status)?;
        Some(call.status_params(self.account_sid()))
    }

    /// What is posted when somebody presses a key during a call; `None` for an unknown
    /// SID.
    #[must_use]
    pub fn key_press(&self, sid: &str, digits: &str) -> Option<Vec<(String, String)>> {
        let call = self.calls().into_iter().find(|call| call.sid == sid)?;
        Some(call.key_params(self.account_sid(), digits))
    }

    /// How often each text was taken: the proof of "exactly once".
    #[must_use]
    pub fn accepted_by_body(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for message in self.state.messages().iter() {
            *counts.entry(message.body.clone()).or_default() += 1;
        }
        counts
    }

    /// How many attempts to send have come, taken or not.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.state.counts.borrow().attempts
    }

    /// How many pages of lists were asked for.
    #[must_use]
    pub fn lookups(&self) -> usize {
        self.state.counts.borrow().lookups
    }

    /// Waits until so many attempts to send have come. Put a time limit around it.
    pub async fn wait_for_attempts(&self, attempts: usize) {
        let mut counts = self.state.counts.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = counts.wait_for(|c| c.attempts >= attempts).await;
    }

    /// Waits until so many messages were taken. Put a time limit around it.
    pub async fn wait_for_accepted(&self, accepted: usize) {
        let mut counts = self.state.counts.subscribe();
        let _ = counts.wait_for(|c| c.accepted >= accepted).await;
    }

    /// Changes a message's state as later seen in lists; `false` for an unknown SID.
    pub fn set_status(&self, sid: &str, status: &str, error_code: Option<i64>) -> bool {
        self.state.set_status(sid, status, error_code)
    }

    /// Puts a message into the account as if it had been sent some other way.
    pub fn insert(&self, message: FakeMessage) {
        self.state.insert(message);
    }

    /// Keeps an approved text with numbered variables and returns its `HX…`.
    #[must_use]
    pub fn add_content(&self, text: &str) -> String {
        self.state.add_content(text)
    }

    /// Keeps a file and returns the address a webhook would name.
    #[must_use]
    pub fn add_media(&self, content_type: &str, content: impl Into<Vec<u8>>) -> String {
        self.state.add_media(state::Media::File {
            content_type: content_type.to_owned(),
            content: content.into(),
        })
    }

    /// A media address that redirects elsewhere, as Twilio's do.
    #[must_use]
    pub fn add_redirect(&self, to: &str) -> String {
        self.state.add_media(state::Media::Redirect(to.to_owned()))
    }

    /// A media address that answers with this status, e.g. 404 or 503.
    #[must_use]
    pub fn add_broken_media(&self, status: u16) -> String {
        self.state.add_media(state::Media::Broken(status))
    }

    /// A media address that never answers.
    #[must_use]
    pub fn add_silent_media(&self) -> String {
        self.state.add_media(state::Media::Silent)
    }

    /// Changes what stands behind a media address to a file.
    pub fn mend_media(&self, url: &str, content_type: &str, content: impl Into<Vec<u8>>) {
        let file = state::Media::File {
            content_type: content_type.to_owned(),
            content: content.into(),
        };
        self.state.set_media(url, file);
    }

    /// The `Authorization` headers with which media were asked for, in order.
    #[must_use]
    pub fn media_requests(&self) -> Vec<Option<String>> {
        self.state.media_requests()
    }

    /// The call-back for a message it took, e.g. `delivered`, or `undelivered`
    /// with an error code; `None` for an unknown SID. Also remembers the state, unless the
    /// call-back comes late: what has arrived stays so in the account.
    #[must_use]
    pub fn status_callback(
        &self,
        sid: &str,
        status: &str,
        error_code: Option<i64>,
    ) -> Option<Vec<(String, String)>> {
        let find = || self.state.messages().iter().find(|m| m.sid == sid).cloned();
        let message = find()?;
        if !ENDS.contains(&message.status.as_str()) || ENDS.contains(&status) {
            self.set_status(sid, status, error_code);
        }
        let callback = StatusCallback {
            account_sid: self.account_sid().to_owned(),
            sid: sid.to_owned(),
            from: message.from.unwrap_or_default(),
            to: message.to,
            status: status.to_owned(),
            error_code,
            done_date: None,
        };
        Some(callback.params())
    }
}

impl Drop for FakeTwilio {
    fn drop(&mut self) {
        self.task.abort();
    }
}
