//! The table of settings: what there is, how it is named and what it may be.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
};

use axum::http::Uri;
use kernel::{Phone, Redacted};
use ports::email::{EventKey, Sender, SmtpUrl};
use tracing_subscriber::EnvFilter;
use webkit::TrustedProxies;

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting<T: 'static> {
    /// Its names and what is said about it.
    pub entry: Entry,
    /// Reads it; the error ends the sentence "`value` is …".
    pub parse: fn(&str) -> Result<T, String>,
}

/// What there is to say about a setting whatever its type.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name in `lafiya.toml`; with dashes also the flag's.
    pub key: &'static str,
    /// Its names in the environment, the strongest first.
    pub env: &'static [&'static str],
    /// Its value when nobody gives one; `None`: it stays unset.
    pub default: Option<&'static str>,
    /// A good value.
    pub example: &'static str,
    /// Whether its value must never be repeated.
    pub secret: bool,
}

const fn entry(key: &'static str, env: &'static [&'static str], example: &'static str) -> Entry {
    Entry {
        key,
        env,
        default: None,
        example,
        secret: false,
    }
}

impl Entry {
    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

macro_rules! settings {
    ($($(#[$meta:meta])* $name:ident: $kind:ty = ($entry:expr, $parse:expr);)+) => {
        $($(#[$meta])* pub static $name: Setting<$kind> = Setting { entry: $entry, parse: $parse };)+
        /// All of them.
        pub static ALL: &[&Entry] = &[$(&$name.entry),+];
    };
}

settings! {
    /// Where the server listens.
    LISTEN: SocketAddr = (
        entry("listen", &["LAFIYA_LISTEN"], "127.0.0.1:8080").or("127.0.0.1:8080"), listen);
    /// The folder for everything that is kept.
    DATA: PathBuf = (entry("data", &["LAFIYA_DATA"], "./data").or("./data"), data);
    /// The file of secrets; unset: `secrets.json` in the data folder. Several nodes
    /// share one.
    SECRETS_FILE: PathBuf = (
        entry("secrets_file", &["LAFIYA_SECRETS_FILE"], "/run/secrets/lafiya.json"), data);
    /// Where the data lives; unset: a SQLite file in the data folder.
    DATABASE_URL: DatabaseUrl = (
        entry("database_url", &["DATABASE_URL", "LAFIYA_DATABASE_URL"],
            "postgres://lafiya:password@db.example.org:5432/lafiya").secret(), database_url);
    /// Connections that this node may hold to PostgreSQL.
    DATABASE_CONNECTIONS: u32 = (
        entry("database_connections", &["LAFIYA_DATABASE_CONNECTIONS"], "16").or("16"), connections);
    /// Where files lie; unset: the folder `blobs` in the data folder.
    BLOBS_URL: Bucket = (
        entry("blobs_url", &["LAFIYA_BLOBS_URL"], "s3://clinic-files/lafiya"), bucket);
    /// The server of a bucket that is not Amazon's.
    BLOBS_ENDPOINT: String = (
        entry("blobs_endpoint", &["LAFIYA_BLOBS_ENDPOINT"], "https://s3.example.org"), api_url);
    /// The bucket's region.
    BLOBS_REGION: String = (
        entry("blobs_region", &["LAFIYA_BLOBS_REGION", "AWS_REGION"], "us-east-1").or("us-east-1"), region);
    /// The name of the key to the bucket.
    BLOBS_ACCESS_KEY_ID: String = (
        entry("blobs_access_key_id", &["LAFIYA_BLOBS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"],
            "the name of a key that may read, write and list the bucket"), word);
    /// The key to the bucket.
    BLOBS_SECRET_ACCESS_KEY: Redacted<String> = (
        entry("blobs_secret_access_key", &["LAFIYA_BLOBS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"],
            "the key itself").secret(), auth_token);
    /// Where people and providers reach the server; unset: `http://<listen>`.
    PUBLIC_URL: String = (
        entry("public_url", &["LAFIYA_PUBLIC_URL"], "https://clinic.example.org"), public_url);
    /// The Twilio account.
    TWILIO_ACCOUNT_SID: String = (
        entry("twilio_account_sid", &["TWILIO_ACCOUNT_SID"],
            "AC0123456789abcdef0123456789abcdef"), account_sid);
    /// The account's auth token.
    TWILIO_AUTH_TOKEN: Redacted<String> = (
        entry("twilio_auth_token", &["TWILIO_AUTH_TOKEN"],
            "the auth token of the account, from Twilio's console").secret(), auth_token);
    /// The number text messages leave from.
    TWILIO_PHONE_NUMBER: Phone = (
        entry("twilio_phone_number", &["TWILIO_PHONE_NUMBER"], "+221338210001"), sender);
    /// The number WhatsApp messages leave from.
    TWILIO_WHATSAPP_NUMBER: Phone = (
        entry("twilio_whatsapp_number", &["TWILIO_WHATSAPP_NUMBER"],
            "whatsapp:+221338210002"), sender);
    /// The number calls are made from; unset: that of text messages.
    TWILIO_VOICE_NUMBER: Phone = (
        entry("twilio_voice_number", &["TWILIO_VOICE_NUMBER"], "+221338210003"), sender);
    /// Text messages a second from the number; unset: what Twilio says of the number.
    TWILIO_SMS_PER_SECOND: NonZeroU32 = (
        entry("twilio_sms_per_second", &["TWILIO_SMS_PER_SECOND"], "10"), per_second);
    /// WhatsApp messages a second from the number.
    TWILIO_WHATSAPP_PER_SECOND: NonZeroU32 = (
        entry("twilio_whatsapp_per_second", &["TWILIO_WHATSAPP_PER_SECOND"], "80").or("80"), per_second);
    /// Calls that are begun a second.
    TWILIO_CALLS_PER_SECOND: NonZeroU32 = (
        entry("twilio_calls_per_second", &["TWILIO_CALLS_PER_SECOND"], "1").or("1"), per_second);
    /// Twilio's API.
    TWILIO_API_URL: String = (
        entry("twilio_api_url", &["LAFIYA_TWILIO_API_URL"], ports::twilio::API_BASE)
            .or(ports::twilio::API_BASE), api_url);
    /// The file that describes a local operator for text messages; unset: there is none.
    SMS_GATEWAY: PathBuf = (
        entry("sms_gateway", &["LAFIYA_SMS_GATEWAY"], "/etc/lafiya/sms.toml"), data);
    /// The key file of Firebase's service account; unset: there are no notifications.
    FIREBASE_KEY_FILE: PathBuf = (
        entry("firebase_key_file", &["LAFIYA_FIREBASE_KEY_FILE"], "/etc/lafiya/firebase.json"), data);
    /// Firebase's API.
    FIREBASE_BASE_URL: String = (
        entry("firebase_base_url", &["LAFIYA_FIREBASE_BASE_URL"], ports::push::API_BASE)
            .or(ports::push::API_BASE), api_url);
    /// The mail server, with its account.
    SMTP_URL: SmtpUrl = (
        entry("smtp_url", &["SMTP_URL"],
            "smtps://user:password@mail.example.org").secret(), smtp_url);
    /// SendGrid's key, with the right to send mails.
    SENDGRID_API_KEY: Redacted<String> = (
        entry("sendgrid_api_key", &["SENDGRID_API_KEY"],
            "a key with the permission Mail Send, from SendGrid's settings").secret(), auth_token);
    /// The key with which SendGrid signs its events; unset: none is believed.
    SENDGRID_WEBHOOK_KEY: EventKey = (
        entry("sendgrid_webhook_key", &["SENDGRID_WEBHOOK_KEY"],
            "the verification key of the Event Webhook, from SendGrid's settings"), event_key);
    /// SendGrid's API.
    SENDGRID_API_URL: String = (
        entry("sendgrid_api_url", &["LAFIYA_SENDGRID_API_URL"], ports::email::sendgrid::API_BASE)
            .or(ports::email::sendgrid::API_BASE), api_url);
    /// Who e-mails come from.
    MAIL_FROM: Sender = (
        entry("mail_from", &["MAIL_FROM"], "Lafiya <noreply@clinic.example.org>"), mail_from);
    /// Whose `X-Forwarded-For` is believed.
    TRUSTED_PROXIES: TrustedProxies = (
        entry("trusted_proxies", &["LAFIYA_TRUSTED_PROXIES"], "127.0.0.1, 10.0.0.0/8").or(""), proxies);
    /// The clinic that gets what no clinic has claimed.
    DEFAULT_TENANT: String = (
        entry("default_tenant", &["LAFIYA_DEFAULT_TENANT"], "dakar"), slug);
    /// How many weeks ahead doctors' calendars for download and feeds reach.
    CALENDAR_WEEKS_AHEAD: u16 = (
        entry("calendar_weeks_ahead", &["CALENDAR_WEEKS_AHEAD", "LAFIYA_CALENDAR_WEEKS_AHEAD"], "12").or("12"), weeks);
    /// When due reminders are sent, in UTC; unset: each at its own time.
    REMINDERS_CRON: String = (
        entry("reminders_cron", &["LAFIYA_REMINDERS_CRON"], "0 * * * *"), cron);
    /// What is logged.
    LOG: String = (
        entry("log", &["LAFIYA_LOG"], "info,store=debug").or("info"), log);
}

/// What a database URL names.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server; the URL may hold a password.
    Postgres(String),
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    if let Some(port) = text
        .strip_prefix("localhost:")
        .and_then(|port| port.parse().ok())
    {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse()
        .map_err(|_| "not an IP address and a port".to_owned())
}

fn data(text: &str) -> Result<PathBuf, String> {
    if text.trim().is_empty() {
        Err("not a path".into())
    } else {
        Ok(text.into())
    }
}

fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(':') {
            return Err("a SQLite URL without the path of a file".into());
        }
        return Ok(DatabaseUrl::Sqlite(path.into()));
    }
    let rest = text
        .strip_prefix("postgres://")
        .or_else(|| text.strip_prefix("postgresql://"));
    match rest {
        Some(rest) if !rest.is_empty() => Ok(DatabaseUrl::Postgres(text.to_owned())),
        Some(_) => Err("a PostgreSQL URL that names no server".into()),
        None => Err("neither a postgres:// or postgresql:// URL nor sqlite: with a path".into()),
    }
}

/// A bucket and what every key in it begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Without slashes at its ends; may be empty.
    pub prefix: String,
}

fn bucket(text: &str) -> Result<Bucket, String> {
    let wrong = || "not s3:// with a bucket and, if need be, a folder in it".to_owned();
    let rest = text.strip_prefix("s3://").ok_or_else(wrong)?;
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = prefix.trim_end_matches('/');
    let plain = |text: &str, also: &[u8]| {
        let good = |b: u8| b.is_ascii_alphanumeric() || also.contains(&b);
        text.bytes().all(good)
    };
    let inside = prefix.is_empty()
        || !prefix
            .split('/')
            .any(|part| matches!(part, "" | "." | ".."));
    if name.is_empty() || !plain(name, b"-.") || !plain(prefix, b"-_./") || !inside {
        return Err(wrong());
    }
    let (name, prefix) = (name.to_owned(), prefix.to_owned());
    Ok(Bucket { name, prefix })
}

fn region(text: &str) -> Result<String, String> {
    slug(text).map_err(|_| "not a region (a to z, 0 to 9, -)".to_owned())
}

fn word(text: &str) -> Result<String, String> {
    auth_token(text).map(|text| text.0)
}

fn connections(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(count @ 2..=1000) => Ok(count),
        _ => Err("not a number from 2 to 1000".into()),
    }
}

fn weeks(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(count @ 1..=52) => Ok(count),
        _ => Err("not a number from 1 to 52".into()),
    }
}

fn per_second(text: &str) -> Result<NonZeroU32, String> {
    match text.parse::<NonZeroU32>() {
        Ok(count) if count.get() <= 10_000 => Ok(count),
        _ => Err("not a number from 1 to 10000".into()),
    }
}

fn cron(text: &str) -> Result<String, String> {
    let epoch = kernel::Timestamp::from_micros(0);
    match jobs::next_tick(text, epoch) {
        Ok(_) if text.split_whitespace().count() == 5 => Ok(text.to_owned()),
        _ => Err("not a cron expression: minute, hour, day, month, weekday".into()),
    }
}

fn public_url(text: &str) -> Result<String, String> {
    let wrong = || "not http:// or https:// with a host and nothing behind it".to_owned();
    let uri = web_address(text).ok_or_else(wrong)?;
    if uri.path() != "/" || uri.query().is_some() || text.contains('#') {
        return Err(wrong());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn account_sid(text: &str) -> Result<String, String> {
    let right = text
        .strip_prefix("AC")
        .is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    if right {
        Ok(text.to_owned())
    } else {
        Err("not AC followed by 32 hexadecimal digits".into())
    }
}

fn auth_token(text: &str) -> Result<Redacted<String>, String> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("not a token: there is white space in it".into());
    }
    Ok(Redacted(text.to_owned()))
}

fn sender(text: &str) -> Result<Phone, String> {
    text.strip_prefix("whatsapp:")
        .unwrap_or(text)
        .parse()
        .map_err(|_| "not a number in international form".to_owned())
}

fn api_url(text: &str) -> Result<String, String> {
    let wrong = || "not an https:// address (http:// only on loopback)".to_owned();
    let uri = web_address(text).ok_or_else(wrong)?;
    if uri.scheme_str() == Some("https") || is_loopback(&uri) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(wrong())
    }
}

fn smtp_url(text: &str) -> Result<SmtpUrl, String> {
    text.parse()
}

fn event_key(text: &str) -> Result<EventKey, String> {
    text.parse()
}

fn mail_from(text: &str) -> Result<Sender, String> {
    text.parse()
}

fn proxies(text: &str) -> Result<TrustedProxies, String> {
    text.parse()
        .map_err(|_| "not a list of addresses and networks, separated by commas".to_owned())
}

fn slug(text: &str) -> Result<String, String> {
    let right = !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if right {
        Ok(text.to_owned())
    } else {
        Err("not a clinic's short name (a to z, 0 to 9, -)".into())
    }
}

fn log(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|_| {
            "not a level (error, warn, info, debug, trace) or list of target=level".to_owned()
        })
}

/// An `http` or `https` address without credentials.
fn web_address(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority()?;
    let good = known && !authority.host().is_empty() && !authority.as_str().contains('@');
    good.then_some(uri)
}

/// Whether an address leads to this machine alone.
pub fn is_loopback(uri: &Uri) -> bool {
    uri.host().is_some_and(|host| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    })
}
