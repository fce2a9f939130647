use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::Rng;
use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderValue, RETRY_AFTER},
};
use tokio::sync::Notify;

use crate::{
    messaging::{
        Accepted, BoxFuture, DeliveryReport, ErrorClass, Found, Lookup, MessageSender, Outgoing,
        SendError, body_sha256,
    },
    twilio::refusal,
};

/// When reports come that come late: longer than anybody waits for them.
const LATE: Duration = Duration::from_secs(60);
/// How long after it was handed over a message is found not to have arrived.
const LATER: Duration = Duration::from_secs(10);
/// Messages whose answer was lost that are remembered: more than a test of this makes.
const REMEMBERED: usize = 1000;

kernel::words! {
    /// What the simulator plays with a message (`spec/messaging.md`, Simulator).
    pub enum PlayedFault {
        /// It takes the message, and its answer is lost.
        TimeOut = "time_out",
        /// Too fast: 429 with `Retry-After`.
        TooFast = "too_fast",
        /// It is down, 503: nothing is taken, and nobody can know.
        Down = "down",
        /// Nobody has this number.
        Refused = "refused",
        /// It takes the message, and reports a minute later.
        Late = "late",
        /// It reports everything twice.
        Doubled = "doubled",
        /// It reports the last step first.
        Unordered = "unordered",
        /// It hands the message over, and ten seconds later reports that it cannot arrive.
        FailedLater = "failed_later",
    }
}

/// What the simulator reports of a message it took, in Twilio's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayedReport {
    /// How long after the message was taken.
    pub after: Duration,
    /// The id that the message was given.
    pub provider_id: String,
    /// As in [`Outgoing::from`].
    pub from: String,
    /// As in [`Outgoing::to`].
    pub to: String,
    /// Whether it was a call.
    pub call: bool,
    /// `MessageStatus`, or `CallStatus` of a call.
    pub status: &'static str,
    /// `ErrorCode`.
    pub error_code: Option<i64>,
}

/// Takes every message and sends none: the default when a channel has no
/// credentials. What the simulated phone shows is the outbox's own row; only the
/// faults that somebody asked for are kept here, in the process's memory.
#[derive(Debug, Clone)]
pub struct Simulated {
    rng: Rng,
    played: Arc<Mutex<Played>>,
    reported: Arc<Notify>,
}

/// What goes wrong, and what came of it.
#[derive(Default)]
struct Played {
    /// By sender, and whether it calls: with how many attempts are left.
    faults: HashMap<(String, bool), (PlayedFault, u32)>,
    /// Messages that were taken without an answer, the newest last.
    lost: VecDeque<Lost>,
    reports: Vec<PlayedReport>,
}

struct Lost {
    provider_id: String,
    from: String,
    to: String,
    call: bool,
    body_sha256: String,
}

impl std::fmt::Debug for Played {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Played").finish_non_exhaustive()
    }
}

impl Simulated {
    /// A sender whose ids come from `rng`.
    #[must_use]
    pub fn new(rng: Rng) -> Self {
        Self {
            rng,
            played: Arc::default(),
            reported: Arc::default(),
        }
    }

    /// Lets so many of the next attempts from this address end so, in place of what was
    /// asked for before. `from` is in the provider's form (`whatsapp:+221…`).
    pub fn play(&self, (from, call): (&str, bool), fault: Option<PlayedFault>, times: u32) {
        let mut played = self.played();
        let sender = (from.to_owned(), call);
        match fault.filter(|_| times > 0) {
            Some(fault) => played.faults.insert(sender, (fault, times)),
            None => played.faults.remove(&sender),
        };
    }

    /// What is played with the next attempts from this address, and with how many.
    #[must_use]
    pub fn left(&self, (from, call): (&str, bool)) -> Option<(PlayedFault, u32)> {
        self.played().faults.get(&(from.to_owned(), call)).copied()
    }

    /// What it has to report that nobody has fetched; waits until there is something.
    pub async fn reports(&self) -> Vec<PlayedReport> {
        loop {
            let reports = mem::take(&mut self.played().reports);
            if !reports.is_empty() {
                return reports;
            }
            self.reported.notified().await;
        }
    }

    fn played(&self) -> MutexGuard<'_, Played> {
        self.played.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, message: &Outgoing) -> Result<Accepted, SendError> {
        let provider_id = format!("SIM{}", self.rng.secret(16));
        let mut played = self.played();
        match played.next(message) {
            Some(PlayedFault::TimeOut) => {
                played.lose(message, provider_id);
                let why = "played: no answer in time";
                return Err(SendError::silence(ErrorClass::Unknown, why));
            }
            Some(PlayedFault::TooFast) => return Err(answer(429, Some(20429))),
            Some(PlayedFault::Down) => return Err(answer(503, None)),
            Some(PlayedFault::Refused) => return Err(answer(400, Some(21211))),
            Some(fault) => {
                let reports = reports(fault, message, &provider_id);
                played.reports.extend(reports);
                self.reported.notify_one();
            }
            None => {}
        }
        Ok(Accepted {
            provider_id,
            simulated: true,
        })
    }
}

impl Played {
    fn next(&mut self, message: &Outgoing) -> Option<PlayedFault> {
        let sender = (message.from.clone(), message.call.is_some());
        let (fault, left) = self.faults.get_mut(&sender)?;
        let fault = *fault;
        *left -= 1;
        if *left == 0 {
            self.faults.remove(&sender);
        }
        Some(fault)
    }

    fn lose(&mut self, message: &Outgoing, provider_id: String) {
        if self.lost.len() == REMEMBERED {
            self.lost.pop_front();
        }
        self.lost.push_back(Lost {
            provider_id,
            from: message.from.clone(),
            to: message.to.clone(),
            call: message.call.is_some(),
            body_sha256: body_sha256(&message.body),
        });
    }
}

impl Lost {
    /// As Twilio is asked: by numbers and text, of a call by numbers alone.
    fn is(&self, lookup: &Lookup) -> bool {
        let same_text = self.call || self.body_sha256 == lookup.body_sha256;
        let ends = (&self.from, &self.to, self.call);
        ends == (&lookup.from, &lookup.to, lookup.call)
            && same_text
            && !lookup.known_ids.contains(&self.provider_id)
    }
}

/// What an answer of Twilio's with this status and error code means.
fn answer(status: u16, code: Option<i64>) -> SendError {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut headers = HeaderMap::new();
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    let body = code.map_or_else(String::new, |code| format!("{{\"code\":{code}}}"));
    let error = refusal(status, &headers, body.as_bytes());
    SendError {
        detail: format!("played: {}", error.detail),
        ..error
    }
}

/// What is reported of a message in Twilio's words
/// (<https://www.twilio.com/docs/messaging/api/message-resource#message-status-values>,
/// <https://www.twilio.com/docs/voice/api/call-resource#call-status-values>).
fn reports(fault: PlayedFault, message: &Outgoing, provider_id: &str) -> Vec<PlayedReport> {
    let call = message.call.is_some();
    let [first, sent, delivered, failed] = match call {
        true => ["initiated", "in-progress", "completed", "failed"],
        false => ["queued", "sent", "delivered", "undelivered"],
    };
    let now = Duration::ZERO;
    let steps = match fault {
        PlayedFault::Late => vec![(LATE, sent), (LATE, delivered)],
        PlayedFault::Doubled => [sent, sent, delivered, delivered]
            .map(|step| (now, step))
            .to_vec(),
        PlayedFault::Unordered => [delivered, sent, first].map(|step| (now, step)).to_vec(),
        PlayedFault::FailedLater => vec![(now, sent), (LATER, failed)],
        PlayedFault::TimeOut | PlayedFault::TooFast | PlayedFault::Down | PlayedFault::Refused => {
            Vec::new()
        }
    };
    let report = |(after, status)| PlayedReport {
        after,
        provider_id: provider_id.to_owned(),
        from: message.from.clone(),
        to: message.to.clone(),
        call,
        status,
        error_code: (status == failed).then(|| unreachable(message)),
    };
    steps.into_iter().map(report).collect()
}

/// Twilio's code for a phone that cannot get it, by each way.
fn unreachable(message: &Outgoing) -> i64 {
    match message.call.is_some() {
        true => 13224,
        false if message.to.starts_with("whatsapp:") => 63024,
        false => 30005,
    }
}

impl MessageSender for Simulated {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async { self.take(message) })
    }

    /// Only a message whose answer was lost is found: any other was not taken.
    fn find<'a>(&'a self, lookup: &'a Lookup) -> BoxFuture<'a, Result<Vec<Found>, SendError>> {
        Box::pin(async {
            let played = self.played();
            let found = played.lost.iter().filter(|lost| lost.is(lookup));
            let found = found.map(|lost| Found {
                provider_id: lost.provider_id.clone(),
                report: DeliveryReport::Accepted,
                error_code: None,
            });
            Ok(found.collect())
        })
    }

    fn simulated(&self) -> Option<&Simulated> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Redacted, Timestamp};

    use super::*;

    const SMS: (&str, bool) = ("+221000", false);

    fn message() -> Outgoing {
        Outgoing {
            from: "+221000".into(),
            to: "+221001".into(),
            body: Redacted("Bonjour".into()),
            content: None,
            status_callback: None,
            call: None,
        }
    }

    fn lookup(body: &str) -> Lookup {
        Lookup {
            from: "+221000".into(),
            to: "+221001".into(),
            since: Timestamp::from_micros(0),
            body_sha256: body_sha256(body),
            call: false,
            known_ids: Vec::new(),
        }
    }

    #[tokio::test]
    async fn takes_everything_and_says_that_it_is_not_real() {
        let sender: Box<dyn MessageSender> = Box::new(Simulated::new(Rng::seeded(1)));
        let message = message();
        let first = sender.send(&message).await.unwrap();
        let second = sender.send(&message).await.unwrap();
        assert!(first.simulated && sender.is_simulated());
        assert!(first.provider_id.starts_with("SIM") && first.provider_id.len() == 35);
        assert_ne!(first.provider_id, second.provider_id);
        assert_eq!(sender.find(&lookup("Bonjour")).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_message_whose_answer_was_lost_is_found() {
        let sender = Simulated::new(Rng::seeded(1));
        sender.play(SMS, Some(PlayedFault::TimeOut), 1);
        sender.play(("+221000", true), Some(PlayedFault::Refused), 9);
        let lost = sender.send(&message()).await.unwrap_err();
        assert_eq!((lost.class, lost.silent), (ErrorClass::Unknown, true));
        assert_eq!(sender.left(SMS), None, "one and no more");
        assert!(
            sender.send(&message()).await.is_ok(),
            "calls are another sender"
        );
        let found = sender.find(&lookup("Bonjour")).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(sender.find(&lookup("Bonsoir")).await.unwrap(), []);
        let mut known = lookup("Bonjour");
        known.known_ids = vec![found[0].provider_id.clone()];
        assert_eq!(sender.find(&known).await.unwrap(), []);
    }

    #[tokio::test]
    async fn answers_are_those_of_twilio() {
        let sender = Simulated::new(Rng::seeded(1));
        for (fault, class, code, silent) in [
            (
                PlayedFault::TooFast,
                ErrorClass::RateLimited,
                Some(20429),
                false,
            ),
            (PlayedFault::Down, ErrorClass::Unknown, None, true),
            (
                PlayedFault::Refused,
                ErrorClass::BadNumber,
                Some(21211),
                false,
            ),
        ] {
            sender.play(SMS, Some(fault), 1);
            let error = sender.send(&message()).await.unwrap_err();
            assert_eq!(
                (error.class, error.code, error.silent),
                (class, code, silent)
            );
            assert_eq!(error.retry_after.is_some(), fault == PlayedFault::TooFast);
            assert!(error.detail.starts_with("played: HTTP "), "{error}");
        }
        sender.play(SMS, Some(PlayedFault::Down), 20);
        assert_eq!(sender.left(SMS), Some((PlayedFault::Down, 20)));
        sender.play(SMS, None, 1);
        assert_eq!(sender.left(SMS), None);
    }

    #[tokio::test]
    async fn reports_are_as_they_were_asked_for() {
        let sender = Simulated::new(Rng::seeded(1));
        for (fault, expected) in [
            (PlayedFault::Late, vec!["sent", "delivered"]),
            (
                PlayedFault::Doubled,
                vec!["sent", "sent", "delivered", "delivered"],
            ),
            (PlayedFault::Unordered, vec!["delivered", "sent", "queued"]),
            (PlayedFault::FailedLater, vec!["sent", "undelivered"]),
        ] {
            sender.play(SMS, Some(fault), 1);
            let accepted = sender.send(&message()).await.unwrap();
            let reports = sender.reports().await;
            let words: Vec<_> = reports.iter().map(|report| report.status).collect();
            assert_eq!(words, expected);
            assert!(
                reports
                    .iter()
                    .all(|it| it.provider_id == accepted.provider_id)
            );
            let last = reports.last().unwrap();
            assert_eq!(last.error_code.is_some(), fault == PlayedFault::FailedLater);
        }
    }
}
