//! Settings: defaults, then `lafiya.toml`, then the environment, then flags.

mod files;
mod mail;
mod push;
mod read;
mod settings;
mod sms;
#[cfg(test)]
mod tests;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clinic::messaging::api::Speeds;
use kernel::{Phone, Redacted};
use ports::{Description, blob::S3};
use store::{Database, Durability};
use webkit::TrustedProxies;

pub use mail::{Mail, SendGrid};
pub use push::Push;
pub use read::{Fault, Inputs};
pub use settings::DatabaseUrl;

use read::Reader;

/// Everything that can be set, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The folder for everything that is kept.
    pub data: PathBuf,
    /// The file of secrets that nodes share, if one is named.
    pub secrets: Option<PathBuf>,
    /// Which database, if one is named.
    pub database: Option<DatabaseUrl>,
    /// Connections to PostgreSQL.
    pub connections: u32,
    /// The bucket for files, if they do not lie in the data folder.
    pub bucket: Option<S3>,
    /// Where people reach the server, if it is said.
    pub public_url: Option<String>,
    /// The messaging provider, if there is one.
    pub twilio: Option<Twilio>,
    /// The local operator for text messages, if there is one.
    pub sms_gateway: Option<Description>,
    /// Whose devices get notifications, if they do.
    pub push: Option<Push>,
    /// How e-mails leave, if they do.
    pub mail: Option<Mail>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The clinic that gets what no clinic has claimed.
    pub default_tenant: Option<String>,
    /// How many weeks ahead calendars reach.
    pub calendar_weeks_ahead: u16,
    /// When due reminders are sent, if not each at its own time.
    pub reminders_cron: Option<String>,
    /// What is logged.
    pub log: String,
}

/// A Twilio account and its senders, at least one.
#[derive(Debug, Clone)]
pub struct Twilio {
    /// The account.
    pub account_sid: String,
    /// Its token.
    pub auth_token: Redacted<String>,
    /// The number for text messages.
    pub sms: Option<Phone>,
    /// The number for WhatsApp.
    pub whatsapp: Option<Phone>,
    /// The number for calls, where it is another than that for text messages.
    pub voice: Option<Phone>,
    /// Where its API is.
    pub api_url: String,
    /// How fast the numbers may send.
    pub speeds: Speeds,
}

impl Config {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn read(inputs: Inputs<'_>) -> Result<Self, Vec<Fault>> {
        let env = inputs.env;
        let mut reader = Reader::new(inputs);
        let listen = reader.read(&settings::LISTEN);
        let data = reader.read(&settings::DATA);
        let secrets = reader.read(&settings::SECRETS_FILE);
        let connections = reader.read(&settings::DATABASE_CONNECTIONS);
        let trusted_proxies = reader.read(&settings::TRUSTED_PROXIES);
        let log = reader.read(&settings::LOG);
        let weeks = reader.read(&settings::CALENDAR_WEEKS_AHEAD);
        let database = reader.read(&settings::DATABASE_URL);
        let public_url = reader.read(&settings::PUBLIC_URL);
        let bucket = files::bucket(&mut reader);
        let default_tenant = reader.read(&settings::DEFAULT_TENANT);
        let reminders_cron = reader.read(&settings::REMINDERS_CRON);
        let twilio = twilio(&mut reader);
        let sms_gateway = sms::gateway(&mut reader, env);
        let push = push::firebase(&mut reader);
        let mail = mail::ways(&mut reader);
        match (listen, data, connections, trusted_proxies, log, weeks) {
            (
                Some(listen),
                Some(data),
                Some(connections),
                Some(trusted_proxies),
                Some(log),
                Some(weeks),
            ) if reader.faults.is_empty() => Ok(Self {
                listen,
                data,
                secrets,
                database,
                connections,
                bucket,
                public_url,
                twilio,
                sms_gateway,
                push,
                mail,
                trusted_proxies,
                default_tenant,
                calendar_weeks_ahead: weeks,
                reminders_cron,
                log,
            }),
            _ => Err(reader.faults),
        }
    }

    /// The file of secrets.
    #[must_use]
    pub fn secrets_file(&self) -> PathBuf {
        let own = || self.data.join("secrets.json");
        self.secrets.clone().unwrap_or_else(own)
    }

    /// The database as the store wants it.
    #[must_use]
    pub fn database(&self) -> Database {
        let sqlite = |path: PathBuf| Database::Sqlite {
            path,
            durability: Durability::PowerCut,
        };
        match &self.database {
            Some(DatabaseUrl::Postgres(url)) => Database::Postgres {
                url: url.clone(),
                max_connections: self.connections,
            },
            Some(DatabaseUrl::Sqlite(path)) => sqlite(path.clone()),
            None => sqlite(self.data.join("lafiya.db")),
        }
    }

    /// The file of an embedded database.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        match self.database() {
            Database::Sqlite { path, .. } => Some(path),
            Database::Postgres { .. } => None,
        }
    }

    /// Where people reach a server that listens on `address`.
    #[must_use]
    pub fn public_url(&self, address: SocketAddr) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{address}"))
    }

    /// Combinations that work and are not safe, as sentences.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.listen.ip().is_loopback() && self.public_url(self.listen).starts_with("http://") {
            warnings.push(format!(
                "the server listens on {} for everybody and public_url is not https://: passwords and \
                 messages cross the network unencrypted; put a TLS proxy in front and set public_url",
                self.listen
            ));
        }
        warnings
    }

    /// Why these settings are no demo's, if so: it is for one machine alone.
    #[must_use]
    pub fn faults_of_demo(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !self.listen.ip().is_loopback() {
            faults.push(Fault(format!(
                "listen: {} is not on loopback, and a demo has patients and passwords for everybody to \
                 play with; a good value: 127.0.0.1:8080",
                self.listen
            )));
        }
        faults.extend(self.mail.as_ref().and_then(Mail::fault_of_demo));
        faults.extend(self.sms_gateway.as_ref().and_then(sms::fault_of_demo));
        faults.extend(self.push.as_ref().and_then(Push::fault_of_demo));
        let outside = |twilio: &&Twilio| {
            twilio
                .api_url
                .parse()
                .is_ok_and(|uri| !settings::is_loopback(&uri))
        };
        if self.twilio.as_ref().filter(outside).is_some() {
            faults.push(Fault(
                "twilio_api_url: a demo must not write to real people; unset TWILIO_ACCOUNT_SID and the \
                 other TWILIO_ settings, or name a Twilio on loopback; a good value: http://127.0.0.1:9000"
                    .into(),
            ));
        }
        faults
    }
}

/// All of an account or nothing of it.
fn twilio(reader: &mut Reader) -> Option<Twilio> {
    let given = reader.is_given(&settings::TWILIO_ACCOUNT_SID)
        || reader.is_given(&settings::TWILIO_AUTH_TOKEN)
        || reader.is_given(&settings::TWILIO_PHONE_NUMBER)
        || reader.is_given(&settings::TWILIO_WHATSAPP_NUMBER)
        || reader.is_given(&settings::TWILIO_VOICE_NUMBER);
    let api_url = reader.read(&settings::TWILIO_API_URL);
    let (sms_speed, whatsapp_speed, calls_speed) = (
        reader.read(&settings::TWILIO_SMS_PER_SECOND),
        reader.read(&settings::TWILIO_WHATSAPP_PER_SECOND),
        reader.read(&settings::TWILIO_CALLS_PER_SECOND),
    );
    if !given {
        return None;
    }
    let why =
        "other settings of Twilio are there, and messages leave with all of them or with none";
    if !reader.is_given(&settings::TWILIO_ACCOUNT_SID) {
        reader.missing(&settings::TWILIO_ACCOUNT_SID, why);
    }
    if !reader.is_given(&settings::TWILIO_AUTH_TOKEN) {
        reader.missing(&settings::TWILIO_AUTH_TOKEN, why);
    }
    if !reader.is_given(&settings::TWILIO_PHONE_NUMBER)
        && !reader.is_given(&settings::TWILIO_WHATSAPP_NUMBER)
    {
        reader.missing(
            &settings::TWILIO_WHATSAPP_NUMBER,
            "a number to send from is needed, this one or twilio_phone_number",
        );
    }
    let (sms, whatsapp, voice) = (
        reader.read(&settings::TWILIO_PHONE_NUMBER),
        reader.read(&settings::TWILIO_WHATSAPP_NUMBER),
        reader.read(&settings::TWILIO_VOICE_NUMBER),
    );
    let account_sid = reader.read(&settings::TWILIO_ACCOUNT_SID);
    let auth_token = reader.read(&settings::TWILIO_AUTH_TOKEN);
    Some(Twilio {
        account_sid: account_sid?,
        auth_token: auth_token?,
        sms,
        whatsapp,
        voice,
        api_url: api_url?,
        speeds: Speeds {
            sms: sms_speed,
            whatsapp: whatsapp_speed?,
            calls: calls_speed?,
        },
    })
}

/// Where settings are looked for when nobody says so.
#[must_use]
pub fn default_file() -> &'static Path {
    Path::new("lafiya.toml")
}
