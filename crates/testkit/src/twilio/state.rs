use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::{FakeTwilioConfig, calls::FakeCall, messages::FakeMessage};

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Nothing: it goes well.
    None,
    /// The message is taken, but no answer ever comes.
    AcceptThenHang,
    /// The message is taken, then the connection is closed without an answer.
    AcceptThenClose,
    /// The message is taken, but the answer is no JSON.
    AcceptThenGarbage,
    /// The message is taken, the answer is 500.
    ErrorAfterAccepting,
    /// Nothing is taken and no answer comes.
    HangWithoutAccepting,
    /// Nothing is taken, the connection is closed without an answer.
    CloseWithoutAccepting,
    /// Nothing is taken, the answer is 500.
    ErrorBeforeAccepting,
    /// Nothing is taken, the answer is 429 with `Retry-After`.
    TooManyRequests {
        /// Seconds.
        retry_after: u32,
    },
    /// Nothing is taken, the answer is this status with one of Twilio's codes.
    Refuse {
        /// HTTP status, 400 as a rule.
        status: u16,
        /// E.g. 21211.
        code: i64,
    },
    /// The message is taken and the answer comes after a while.
    Slow {
        /// Milliseconds.
        millis: u64,
    },
}

/// Faults still to happen.
#[derive(Debug, Default)]
pub(super) struct Script(Mutex<VecDeque<Fault>>);

impl Script {
    pub(super) fn extend(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.0).extend(faults);
    }

    pub(super) fn next(&self) -> Fault {
        lock(&self.0).pop_front().unwrap_or(Fault::None)
    }
}

/// What has happened so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) attempts: usize,
    pub(super) accepted: usize,
    pub(super) lookups: usize,
}

/// What stands behind a media address.
#[derive(Debug, Clone)]
pub(super) enum Media {
    File {
        content_type: String,
        content: Vec<u8>,
    },
    Redirect(String),
    Broken(u16),
    Silent,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) config: FakeTwilioConfig,
    base_url: String,
    pub(super) sends: Script,
    pub(super) lookups: Script,
    pub(super) counts: watch::Sender<Counts>,
    messages: Mutex<Vec<FakeMessage>>,
    contents: Mutex<HashMap<String, String>>,
    calls: Mutex<Vec<FakeCall>>,
    media: Mutex<HashMap<String, Media>>,
    media_requests: Mutex<Vec<Option<String>>>,
}

impl State {
    pub(super) fn new(config: FakeTwilioConfig, base_url: String) -> Self {
        Self {
            config,
            base_url,
            sends: Script::default(),
            lookups: Script::default(),
            counts: watch::Sender::new(Counts::default()),
            messages: Mutex::default(),
            contents: Mutex::default(),
            calls: Mutex::default(),
            media: Mutex::default(),
            media_requests: Mutex::default(),
        }
    }

    pub(super) fn messages(&self) -> MutexGuard<'_, Vec<FakeMessage>> {
        lock(&self.messages)
    }

    /// `SM` and 32 hexadecimal digits, as documented.
    pub(super) fn sid(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.config.rng.secret(16))
    }

    pub(super) fn insert(&self, message: FakeMessage) {
        self.messages().push(message);
        self.counts.send_modify(|counts| counts.accepted += 1);
    }

    pub(super) fn calls(&self) -> MutexGuard<'_, Vec<FakeCall>> {
        lock(&self.calls)
    }

    pub(super) fn insert_call(&self, call: FakeCall) {
        self.calls().push(call);
        self.counts.send_modify(|counts| counts.accepted += 1);
    }

    /// Changes a call's state; the call as it is then.
    pub(super) fn set_call_status(&self, sid: &str, status: &str) -> Option<FakeCall> {
        let now = self.config.clock.now();
        let mut calls = self.calls();
        let call = calls.iter_mut().find(|call| call.sid == sid)?;
        status.clone_into(&mut call.status);
        if status != "queued" {
            call.start_time.get_or_insert(now);
        }
        Some(call.clone())
    }

    pub(super) fn set_status(&self, sid: &str, status: &str, error_code: Option<i64>) -> bool {
        let now = self.config.clock.now();
        let mut messages = self.messages();
        let Some(message) = messages.iter_mut().find(|m| m.sid == sid) else {
            return false;
        };
        status.clone_into(&mut message.status);
        message.error_code = error_code;
        if status != "queued" && message.date_sent.is_none() {
            message.date_sent = Some(now);
        }
        true
    }

    pub(super) fn add_content(&self, text: &str) -> String {
        let sid = self.sid("HX");
        lock(&self.contents).insert(sid.clone(), text.to_owned());
        sid
    }

    pub(super) fn content(&self, sid: &str) -> Option<String> {
        lock(&self.contents).get(sid).cloned()
    }

    pub(super) fn add_media(&self, media: Media) -> String {
        let path = format!(
            "/2010-04-01/Accounts/{}/Messages/{}/Media/{}",
            self.config.account_sid,
            self.sid("MM"),
            self.sid("ME"),
        );
        lock(&self.media).insert(path.clone(), media);
        format!("{}{path}", self.base_url)
    }

    pub(super) fn set_media(&self, url: &str, media: Media) {
        let path = url.strip_prefix(&self.base_url).unwrap_or(url);
        lock(&self.media).insert(path.to_owned(), media);
    }

    pub(super) fn media(&self, path: &str, authorization: Option<String>) -> Option<Media> {
        lock(&self.media_requests).push(authorization);
        lock(&self.media).get(path).cloned()
    }

    pub(super) fn media_requests(&self) -> Vec<Option<String>> {
        lock(&self.media_requests).clone()
    }
}

/// A test that panicked elsewhere is no reason to hide what was counted.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
