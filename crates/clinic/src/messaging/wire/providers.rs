use kernel::{Timestamp, Zone};
use send_rules::Channel;
use serde::Serialize;
use utoipa::ToSchema;
use webkit::Texts;

use crate::messaging::model::{MessageView, Provider, Way};

/// A way that messages leave by.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"channel": "sms", "providers": [{"name": "twilio", "status": "healthy", "since": null, "retry_at": null, "silent_at": null, "silent_class": null}], "sender": "+221338210000", "credentials": true, "simulated": false, "per_second": 10, "sent": 41, "failed": 1, "waiting": 0, "simulated_count": 0, "test": null}))]
pub(in crate::messaging) struct SendingWayBody {
    /// `whatsapp`, `sms`, `voice`, `push` or `email`.
    channel: &'static str,
    /// Who carries it, the first to be tried at the beginning.
    providers: Vec<SendingProviderBody>,
    /// The number that the clinic writes from; of e-mails the domain. Null without one.
    sender: Option<String>,
    /// Whether the provider's credentials are set. They are never shown.
    credentials: bool,
    /// Whether what goes by it reaches nobody.
    simulated: bool,
    /// How many a second leave from this number; null where nobody limits it.
    per_second: Option<u32>,
    /// Of the messages of the last 24 hours, those that a provider took.
    sent: i64,
    /// Of these, given up or without use before they could leave.
    failed: i64,
    /// Of these, still to leave.
    waiting: i64,
    /// Of these, gone to the simulator and to nobody.
    simulated_count: i64,
    /// The caller's newest test.
    test: Option<SendingTestBody>,
}

/// A provider as this node sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::messaging) struct SendingProviderBody {
    /// `twilio`, `gateway`, `firebase`, `sendgrid`, `smtp` or `simulator`.
    name: &'static str,
    /// `healthy`, `degraded` (the next message tries it again) or `unhealthy`.
    status: &'static str,
    /// Since when: RFC 3339 in the clinic's zone. Null while it has been well since the start.
    since: Option<String>,
    /// When it is tried again.
    retry_at: Option<String>,
    /// The last attempt without an answer.
    silent_at: Option<String>,
    /// Its class: `transient`, `unknown` or `account`.
    silent_class: Option<&'static str>,
}

/// A message that somebody sent himself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "recipient": "+221771234567", "state": "failed", "reason": "bad_number", "reason_text": "Ce numéro n’est pas joignable par ce canal. Vérifiez-le avec le patient.", "advice": "Vérifiez votre numéro dans votre compte.", "error_code": 21211, "help": "https://www.twilio.com/docs/api/errors/21211", "created_at": "2026-03-01T09:30:00+00:00", "updated_at": "2026-03-01T09:30:02+00:00"}))]
pub(in crate::messaging) struct SendingTestBody {
    /// The message in the outbox.
    id: String,
    /// The caller's own number or address.
    recipient: String,
    /// As in the outbox.
    state: &'static str,
    /// Stable code of why it is there.
    reason: Option<String>,
    /// The same as a sentence in the caller's language.
    reason_text: Option<String>,
    /// What to do about it.
    advice: Option<String>,
    /// The provider's error code.
    error_code: Option<i64>,
    /// The provider's page about that code.
    help: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
}

impl SendingWayBody {
    pub(in crate::messaging) fn new(way: Way, zone: &Zone, texts: Texts) -> Self {
        Self {
            channel: way.channel.as_str(),
            simulated: way.is_simulated(),
            credentials: way.has_credentials(),
            sender: way.sender,
            per_second: way.per_second.map(Into::into),
            sent: way.day.sent,
            failed: way.day.failed,
            waiting: way.day.waiting,
            simulated_count: way.day.simulated,
            providers: way
                .providers
                .into_iter()
                .map(|it| SendingProviderBody::new(it, zone))
                .collect(),
            test: way.test.map(|test| SendingTestBody::new(test, zone, texts)),
        }
    }
}

impl SendingProviderBody {
    fn new(provider: Provider, zone: &Zone) -> Self {
        let at = |time: Timestamp| time.rfc3339(zone);
        let standing = provider.standing;
        let (silent_at, silent_class) = match standing.last {
            Some((time, silence)) => (Some(at(time)), Some(silence.class)),
            None => (None, None),
        };
        Self {
            name: provider.name,
            status: standing.health.as_str(),
            since: standing.since.map(at),
            retry_at: standing.until.map(at),
            silent_at,
            silent_class,
        }
    }
}

impl SendingTestBody {
    pub(in crate::messaging) fn new(test: MessageView, zone: &Zone, texts: Texts) -> Self {
        let reason = test.reason.as_ref();
        Self {
            id: test.id.to_string(),
            recipient: test.recipient.as_str().to_owned(),
            state: test.state.as_str(),
            reason_text: reason.map(|word| texts.get(&format!("reason-{word}"))),
            advice: advice(&test, texts),
            help: help(&test),
            reason: test.reason,
            error_code: test.error_code,
            created_at: test.created_at.rfc3339(zone),
            updated_at: test.updated_at.rfc3339(zone),
        }
    }
}

/// What to do about a test that did not arrive, where there is something.
pub(in crate::messaging) fn advice(test: &MessageView, texts: Texts) -> Option<String> {
    let reason = test.reason.as_deref()?;
    texts.try_with(&format!("provider-do-{reason}"), &[])
}

/// The provider's page about the error, where it is one of Twilio's.
pub(in crate::messaging) fn help(test: &MessageView) -> Option<String> {
    let of_twilio = Channel::NUMBERS.contains(&test.channel);
    let code = test.error_code.filter(|_| of_twilio)?;
    Some(ports::twilio::doc_url(code))
}
