//! A phone in the browser: plays any patient of the clinic through the same
//! code that a provider's webhook and the outbox run through.

use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{Html, Redirect},
};
use kernel::{PageRequest, Phone, Problem, Role, Timestamp, Zone};
use send_rules::{Category, Channel};
use serde::Deserialize;
use webkit::{Caller, Fault, Form, Policy, Query, Routes, Shell, render};

use super::{simulator_calls::PlayedCall, simulator_faults::Faults};
use crate::{
    App, identity,
    inbox::api::{TwilioForm, WebhookKind, heard_from, receive},
    messaging, patients,
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/simulator", page, Policy::STAFF)
        .page(Method::GET, "/simulator/screen", screen, Policy::STAFF)
        .page(Method::POST, "/simulator/send", send, Policy::STAFF)
}

/// One bubble on the phone.
struct Bubble {
    mine: bool,
    body: String,
    channel: Channel,
    at: Timestamp,
    state: Option<String>,
    call: Option<PlayedCall>,
    /// The key of what was played that became of it.
    played: Option<String>,
}

struct Screen {
    phone: Option<Phone>,
    channel: Channel,
    bubbles: Vec<Bubble>,
    zone: Zone,
}

impl Screen {
    fn when(&self, at: &Timestamp) -> String {
        at.hour_minute(&self.zone)
    }

    fn is_calls(&self) -> bool {
        self.channel == Channel::Voice
    }

    fn is_current(&self, phone: &str) -> bool {
        self.phone
            .as_ref()
            .is_some_and(|current| current.as_e164() == phone)
    }

    fn number(&self) -> &str {
        self.phone.as_ref().map_or("", Phone::as_e164)
    }
}

#[derive(Template)]
#[template(path = "web/simulator.html")]
struct SimulatorPage {
    shell: Shell,
    /// Whether the reader may look at the e-mails that stayed here.
    has_mailbox: bool,
    phones: Vec<(String, String)>,
    screen: Screen,
    /// For who may change how the clinic works.
    faults: Option<Faults>,
}

#[derive(Template)]
#[template(path = "web/screen.html")]
struct ScreenPart {
    shell: Shell,
    screen: Screen,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    phone: Option<String>,
    channel: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn page(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(choice): Query<Choice>,
) -> Result<Html<String>, Fault> {
    only_simulated(&app)?;
    let phones = phones(&app, &caller).await?;
    let screen = load(&app, &caller, &choice).await?;
    let is_admin = caller.role().is_some_and(Role::is_admin);
    let faults = match is_admin && screen.phone.is_some() {
        true => Some(Faults::of(&app, &caller, screen.channel, screen.number()).await?),
        false => None,
    };
    let simulated = app.mail.as_ref().is_some_and(|mail| mail.is_simulated());
    render(&SimulatorPage {
        shell,
        has_mailbox: simulated && is_admin,
        phones,
        screen,
        faults,
    })
}

async fn screen(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(choice): Query<Choice>,
) -> Result<Html<String>, Fault> {
    only_simulated(&app)?;
    let screen = load(&app, &caller, &choice).await?;
    render(&ScreenPart { shell, screen })
}

/// Playing patients makes sense only where nothing really leaves.
pub(super) fn only_simulated(app: &App) -> Result<(), Problem> {
    if app.settings.simulated {
        Ok(())
    } else {
        Err(Problem::not_found())
    }
}

/// The numbers of the clinic's patients with the names of those who share them.
async fn phones(app: &App, caller: &Caller) -> Result<Vec<(String, String)>, Problem> {
    let first = PageRequest { page: 1, size: 100 };
    let (_, found) = patients::api::search(app, &caller.ctx, "", first).await?;
    let mut tx = app.store.read(&caller.ctx).await?;
    let mut phones: Vec<(String, String)> = Vec::new();
    for patient in found {
        for phone in patients::api::phones(&mut tx, caller.ctx.tenant, patient.id).await? {
            let name = patient.full_name();
            match phones
                .iter_mut()
                .find(|(number, _)| number == phone.as_e164())
            {
                Some((_, names)) => {
                    names.push_str(", ");
                    names.push_str(&name);
                }
                None => phones.push((phone.as_e164().to_owned(), name)),
            }
        }
    }
    phones.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(phones)
}

async fn load(app: &App, caller: &Caller, choice: &Choice) -> Result<Screen, Problem> {
    let channel = choice
        .channel
        .as_deref()
        .and_then(Channel::parse_number)
        .unwrap_or(Channel::Whatsapp);
    let zone = caller.zone.clone();
    let Some(phone) = &choice.phone else {
        return Ok(Screen {
            phone: None,
            channel,
            bubbles: Vec::new(),
            zone,
        });
    };
    let mut tx = app.store.read(&caller.ctx).await?;
    let tenant = caller.ctx.tenant;
    let country = identity::api::tenant(&mut tx, tenant).await?.country;
    let phone =
        Phone::parse(phone, country).map_err(|_| Problem::invalid("phone", "not-a-phone"))?;
    // A code opens an account of higher rank than that of most who play with the phone.
    let shows_codes = caller.role().is_some_and(Role::is_admin);
    let sent = heard_from(&mut tx, tenant, &phone)
        .await?
        .into_iter()
        .map(|(body, channel, at)| Bubble {
            mine: true,
            body,
            channel,
            at,
            state: None,
            call: None,
            played: None,
        });
    let got = messaging::api::to_number(&mut tx, tenant, &phone)
        .await?
        .into_iter()
        .filter(|message| shows_codes || message.category != Category::Security)
        .map(|message| Bubble {
            mine: false,
            call: PlayedCall::of(&message),
            played: message.played.as_ref().map(|word| format!("played-{word}")),
            body: message.body,
            channel: message.channel,
            at: message.created_at,
            state: Some(format!("message-state-{}", message.state)),
        });
    let mut bubbles: Vec<Bubble> = sent
        .chain(got)
        // Notifications light up where text messages do.
        .filter(|bubble| bubble.channel.in_words_of() == channel)
        .collect();
    bubbles.sort_by_key(|bubble| bubble.at);
    Ok(Screen {
        phone: Some(phone),
        channel,
        bubbles,
        zone,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    phone: String,
    channel: String,
    #[serde(default)]
    body: String,
}

/// Sends as the patient's phone would: a signed form of Twilio's, checked and
/// received by the webhook's own code.
async fn send(
    State(app): State<App>,
    caller: Caller,
    Form(message): Form<Message>,
) -> Result<Redirect, Fault> {
    only_simulated(&app)?;
    let no_phone = || Problem::invalid("channel", "not-a-choice");
    let channel = Channel::parse_text(&message.channel).ok_or_else(no_phone)?;
    let (phone, ours) = {
        let mut tx = app.store.read(&caller.ctx).await?;
        let country = identity::api::tenant(&mut tx, caller.ctx.tenant)
            .await?
            .country;
        let phone = Phone::parse(&message.phone, country);
        let ours = messaging::api::sender(&mut tx, caller.ctx.tenant, channel).await?;
        (
            phone.map_err(|_| Problem::invalid("phone", "not-a-phone"))?,
            ours,
        )
    };
    let ours = ours.ok_or_else(|| Problem::conflict("no-sender"))?;
    let (kind, path, prefix) = match channel {
        Channel::Whatsapp => (WebhookKind::Whatsapp, "whatsapp", "whatsapp:"),
        Channel::Sms => (WebhookKind::Sms, "sms", ""),
        Channel::Voice | Channel::Push | Channel::Email => return Err(no_phone().into()),
    };
    let fields = [
        ("MessageSid", format!("SM{}", app.rng.secret(16))),
        ("AccountSid", app.settings.twilio_account_sid.clone()),
        ("From", format!("{prefix}{}", phone.as_e164())),
        ("To", format!("{prefix}{ours}")),
        ("Body", message.body),
        ("NumMedia", "0".to_owned()),
    ];
    let form = signed(&app, &format!("{path}/"), fields)?;
    receive(&app, kind, &form).await?;
    let number = phone.as_e164().trim_start_matches('+');
    Ok(Redirect::to(&format!(
        "/simulator?phone=%2B{number}&channel={channel}"
    )))
}

/// The form that a provider would post to this address of its webhooks, signed and
/// checked as theirs are.
pub(in crate::web) fn signed(
    app: &App,
    path: &str,
    fields: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<TwilioForm, Problem> {
    let named = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let form: Vec<(String, String)> = named.collect();
    let address = format!("{}/api/v1/webhooks/twilio/{path}", app.settings.public_url);
    let token = &app.settings.twilio_auth_token;
    let signature = ports::twilio::signature::sign(token, &address, &form);
    if !ports::twilio::signature::verify(token, &address, &form, &signature) {
        return Err(Problem::new(kernel::ProblemKind::BadSignature));
    }
    Ok(TwilioForm(form))
}
