//! Puts the application together from its settings.

use std::{
    fs::{File, TryLockError},
    path::Path,
    sync::Arc,
};

use clinic::{
    App, MIGRATIONS, Parts,
    identity::api::{self as identity, TenantInfo},
    messaging::api::{self as messaging, Channel},
};
use kernel::{Clock, Redacted, Rng};
use ports::{
    FirebaseSender, GatewaySender, MailSender, MessageSender, SendGridSender, Simulated,
    SimulatedMail, SmtpSender,
    email::EventKey,
    twilio::{Account, TwilioSender, media::MediaFetcher},
};
use store::{Scope, Store};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Mail, Push, SendGrid, Twilio},
    failure::Failure,
    private,
    secrets::Secrets,
};

/// Opens everything.
pub async fn open(config: &Config, public_url: String) -> Result<App, Failure> {
    ports::install_tls();
    let rng = Rng::system();
    private::folder(&config.data)?;
    let secrets = Secrets::load_or_create(config, &rng)?;
    let provider = Provider::new(config.twilio.as_ref(), &secrets, &rng)?;
    let gateway = gateway(config)?;
    let push = config.push.as_ref().map(push).transpose()?.map(Arc::new);
    let simulated = provider.sender.is_simulated() && gateway.is_none();
    let [mail, other_mail] = mail(config.mail.as_ref(), simulated)?;
    let blobs = config.blobs();
    let blobs = blobs.map_err(|error| Failure::new("the store for files cannot be used", error))?;
    let store = open_store(config).await?;
    let app = App::new(Parts {
        store,
        clock: Clock::system(),
        rng,
        settings: clinic::Settings {
            public_url,
            jwt_secret: secrets.jwt_secret,
            older_jwt_secrets: secrets.older_jwt_secrets,
            root_key: secrets.root_key,
            twilio_auth_token: provider.auth_token,
            twilio_account_sid: provider.account_sid,
            default_tenant: config.default_tenant.clone(),
            calendar_weeks_ahead: config.calendar_weeks_ahead,
            reminders_cron: config.reminders_cron.clone(),
            mail_events: mail_events(config),
            speeds: config.twilio.as_ref().map(|twilio| twilio.speeds),
            simulated,
        },
        security_post: Arc::new(messaging::SecurityOutbox),
        sender: provider.sender,
        gateway,
        push,
        mail,
        other_mail,
        media: provider.media,
        blobs,
        stop: CancellationToken::new(),
    });
    clinic::carry_over(&app).await.map_err(|problem| {
        Failure::refused(
            "the data of the version before cannot be carried over",
            &problem,
        )
    })?;
    Ok(app)
}

/// Opens the database and brings its schema up to date.
pub async fn open_store(config: &Config) -> Result<Store, Failure> {
    if let Some(folder) = config.sqlite_file().as_deref().and_then(folder_of) {
        private::folder(folder)?;
    }
    let what = match config.sqlite_file() {
        Some(file) => format!("the database {} cannot be opened", file.display()),
        None => "the database of DATABASE_URL cannot be opened".to_owned(),
    };
    Store::open(&config.database(), MIGRATIONS)
        .await
        .map_err(|error| Failure::new(what, error))
}

fn folder_of(file: &Path) -> Option<&Path> {
    file.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
}

/// Holds off a second server on the same SQLite file for as long as it lives.
pub struct OnlyServer {
    _lock: Option<File>,
}

impl OnlyServer {
    /// Takes the lock that lies beside the file; PostgreSQL needs none.
    pub fn claim(config: &Config) -> Result<Self, Failure> {
        let Some(file) = config.sqlite_file() else {
            return Ok(Self { _lock: None });
        };
        let folder = folder_of(&file).unwrap_or(Path::new("."));
        private::folder(folder)?;
        let path = folder.join("lafiya.lock");
        let failed =
            |error| Failure::new(format_args!("{} cannot be locked", path.display()), error);
        let lock = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(Failure::Other(format!(
                "another server already uses {}; stop it, give this one another folder with --data, or share \
                 a PostgreSQL server with DATABASE_URL",
                file.display()
            ))),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// How messages leave.
pub struct Provider {
    /// Sends.
    pub sender: Arc<dyn MessageSender>,
    media: Option<MediaFetcher>,
    account_sid: String,
    auth_token: Redacted<String>,
}

impl Provider {
    /// Twilio's, or the simulator without an account.
    pub fn new(twilio: Option<&Twilio>, secrets: &Secrets, rng: &Rng) -> Result<Self, Failure> {
        let Some(twilio) = twilio else {
            return Ok(Self {
                sender: Arc::new(Simulated::new(rng.clone())),
                media: None,
                account_sid: String::new(),
                auth_token: secrets.simulator_auth_token.clone(),
            });
        };
        let account = Account::new(&twilio.account_sid, &twilio.auth_token.0, &twilio.api_url)
            .map_err(|error| Failure::new("the Twilio settings are wrong", error))?;
        let unusable = |error| Failure::new("no connection to Twilio can be made", error);
        Ok(Self {
            sender: Arc::new(TwilioSender::new(account.clone()).map_err(unusable)?),
            media: Some(MediaFetcher::new(account).map_err(unusable)?),
            account_sid: twilio.account_sid.clone(),
            auth_token: twilio.auth_token.clone(),
        })
    }
}

/// The local operator for text messages.
fn gateway(config: &Config) -> Result<Option<GatewaySender>, Failure> {
    let sender = config.sms_gateway.clone().map(GatewaySender::new);
    let failed = |error| Failure::new("no connection to the SMS gateway can be made", error);
    sender.transpose().map_err(failed)
}

/// Firebase.
pub fn push(push: &Push) -> Result<FirebaseSender, Failure> {
    let sender = FirebaseSender::new(push.account.clone(), &push.base_url, Clock::system());
    sender.map_err(|error| Failure::new("no connection to Firebase can be made", error))
}

/// How e-mails leave, and the way for those that the first one did not take; without any
/// they stay in the simulator where messages do too, and else there are none.
fn mail(mail: Option<&Mail>, simulated: bool) -> Result<[Option<Arc<dyn MailSender>>; 2], Failure> {
    let Some(mail) = mail else {
        let simulator = || Arc::new(SimulatedMail) as Arc<dyn MailSender>;
        return Ok([simulated.then(simulator), None]);
    };
    let smtp = smtp(mail)?.map(|sender| Arc::new(sender) as Arc<dyn MailSender>);
    let sendgrid = sendgrid(mail)?.map(|sender| Arc::new(sender) as Arc<dyn MailSender>);
    Ok(match sendgrid {
        Some(sendgrid) => [Some(sendgrid), smtp],
        None => [smtp, None],
    })
}

/// What SendGrid's events are signed with.
fn mail_events(config: &Config) -> Option<EventKey> {
    let sendgrid = config.mail.as_ref()?.sendgrid.as_ref()?;
    sendgrid.events.clone()
}

/// The mail server.
pub fn smtp(mail: &Mail) -> Result<Option<SmtpSender>, Failure> {
    let server = mail.server.clone();
    let sender = server.map(|server| SmtpSender::new(server, mail.from.clone()));
    let failed = |error| Failure::new("no connection to the mail server can be made", error);
    sender.transpose().map_err(failed)
}

/// SendGrid.
pub fn sendgrid(mail: &Mail) -> Result<Option<SendGridSender>, Failure> {
    let sender = mail.sendgrid.as_ref().map(|SendGrid { key, api_url, .. }| {
        SendGridSender::new(key.clone(), api_url, mail.from.clone())
    });
    let failed = |error| Failure::new("no connection to SendGrid can be made", error);
    sender.transpose().map_err(failed)
}

/// The clinics there are.
pub async fn tenants(app: &App) -> Result<Vec<TenantInfo>, Failure> {
    let failed = |error| Failure::new("the clinics cannot be read", error);
    let mut tx = app.store.read(Scope::System).await.map_err(failed)?;
    identity::tenants(&mut tx).await.map_err(failed)
}

/// A clinic by its short name.
pub async fn tenant(app: &App, slug: &str) -> Result<TenantInfo, Failure> {
    let tenants = tenants(app).await?;
    let known: Vec<_> = tenants.iter().map(|tenant| tenant.slug.clone()).collect();
    tenants
        .into_iter()
        .find(|tenant| tenant.slug == slug)
        .ok_or_else(|| {
            let known = if known.is_empty() {
                "there is none yet".to_owned()
            } else {
                known.join(", ")
            };
            Failure::Other(format!("there is no clinic {slug:?}; known: {known}"))
        })
}

/// Gives the configured numbers to the default clinic, or to the only one.
pub async fn claim_senders(app: &App, config: &Config) -> Result<(), Failure> {
    let Some(twilio) = &config.twilio else {
        return Ok(());
    };
    let tenant = match &config.default_tenant {
        Some(slug) => tenant(app, slug).await?,
        None => match tenants(app).await?.as_slice() {
            [only] => only.clone(),
            [] => {
                tracing::warn!("there is no clinic yet; make one with: lafiya tenant create");
                return Ok(());
            }
            _ => {
                tracing::warn!(
                    "there are several clinics and no default_tenant: the configured numbers belong to none"
                );
                return Ok(());
            }
        },
    };
    for (channel, number) in [
        (Channel::Sms, &twilio.sms),
        (Channel::Whatsapp, &twilio.whatsapp),
        (Channel::Voice, &twilio.voice),
    ] {
        if let Some(number) = number {
            let set = messaging::set_sender(app, tenant.id, channel, number).await;
            set.map_err(|problem| {
                Failure::refused(
                    format_args!("the {} number cannot be used", channel.as_str()),
                    &problem,
                )
            })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Inputs;

    #[test]
    fn a_second_server_on_the_same_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").display().to_string();
        let inputs = Inputs {
            flags: vec![("data", Some(data))],
            env: &|_| None,
            file: (Path::new("/nowhere"), false),
        };
        let config = Config::read(inputs).unwrap();
        let first = OnlyServer::claim(&config).unwrap();
        let failure = OnlyServer::claim(&config)
            .err()
            .expect("refused")
            .to_string();
        assert!(failure.contains("another server already uses"), "{failure}");
        drop(first);
        OnlyServer::claim(&config).unwrap();
    }
}
