use std::{fmt, ops::Deref, sync::Arc};

use kernel::{Clock, Ctx, EmailAddress, Phone, Redacted, Rng, Timestamp};
use safety_rules::Pack;
use send_rules::{Lines, Speeds};
use store::{Store, StoreError, WriteTx};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use webkit::BoxFuture;

/// What every operation can reach; cheap to clone. It is also the state of the router.
#[derive(Clone)]
pub struct App(Arc<Whole>);

struct Whole {
    parts: Parts,
    rules: Mutex<Option<RulesInUse>>,
    lines: std::sync::Mutex<Lines>,
}

/// The safety rules that this node works with.
pub(crate) struct RulesInUse {
    /// The rules.
    pub(crate) pack: Arc<Pack>,
    /// The tables of the database that are part of them.
    pub(crate) tables: Vec<Uuid>,
    /// When the database was last asked which tables there are.
    pub(crate) looked_at: Timestamp,
}

/// The parts of [`App`].
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub rng: Rng,
    /// Settings of this installation.
    pub settings: Settings,
    /// Takes what guards an account to the outbox.
    pub security_post: Arc<dyn SecurityPost>,
    /// How messages leave.
    pub sender: Arc<dyn ports::MessageSender>,
    /// A local operator that takes text messages to some numbers or to all.
    pub gateway: Option<ports::GatewaySender>,
    /// How notifications leave; none without Firebase's service account.
    pub push: Option<Arc<ports::FirebaseSender>>,
    /// How e-mails leave; none where messages really leave and no mail server is set.
    pub mail: Option<Arc<dyn ports::MailSender>>,
    /// How e-mails leave that the first way certainly did not take.
    pub other_mail: Option<Arc<dyn ports::MailSender>>,
    /// How media that came with a message are fetched; none without Twilio.
    pub media: Option<ports::twilio::media::MediaFetcher>,
    /// Where files lie.
    pub blobs: ports::BlobStore,
    /// Cancelled when the server shuts down, so that live streams end.
    pub stop: CancellationToken,
}

/// A code or a link that guards an account.
#[derive(Debug, Clone)]
pub struct SecurityMessage {
    /// The number it goes to.
    pub phone: Phone,
    /// The text, with the secret in it.
    pub body: Redacted<String>,
    /// One word for this message: the same never goes twice.
    pub key: String,
    /// When the secret opens nothing any more.
    pub expires_at: Timestamp,
}

/// An e-mail that guards an account.
#[derive(Debug, Clone)]
pub struct SecurityMail {
    /// The address it goes to.
    pub to: EmailAddress,
    /// One line, without the secret.
    pub subject: String,
    /// The text, with the secret in it.
    pub body: Redacted<String>,
    /// One word for this mail: the same never goes twice.
    pub key: String,
    /// When it loses its use.
    pub expires_at: Timestamp,
}

/// The outbox as the accounts see it: they stand below it and may not name it.
pub trait SecurityPost: Send + Sync + 'static {
    /// Writes the message in the caller's transaction.
    fn enqueue<'a>(
        &'a self,
        tx: &'a mut WriteTx,
        app: &'a App,
        ctx: &'a Ctx,
        message: SecurityMessage,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// The same for an e-mail.
    fn enqueue_mail<'a>(
        &'a self,
        tx: &'a mut WriteTx,
        app: &'a App,
        ctx: &'a Ctx,
        mail: SecurityMail,
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// Settings of an installation that domains need.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people and providers reach the server, without a trailing slash.
    pub public_url: String,
    /// The key that signs access tokens, at least 32 bytes.
    pub jwt_secret: Redacted<Vec<u8>>,
    /// Earlier keys, whose tokens may still be about.
    pub older_jwt_secrets: Vec<OlderSecret>,
    /// The installation's own key, at least 32 bytes, never changed: keys that seal
    /// and derive what is stored follow from it. All nodes share it.
    pub root_key: Redacted<Vec<u8>>,
    /// Twilio's auth token, with which it signs webhooks.
    pub twilio_auth_token: Redacted<String>,
    /// The key with which reports of e-mails are signed; without it none is believed.
    pub mail_events: Option<ports::email::EventKey>,
    /// Twilio's account.
    pub twilio_account_sid: String,
    /// The clinic that gets messages for a number no clinic has claimed; without
    /// it the only clinic there is.
    pub default_tenant: Option<String>,
    /// How many weeks ahead calendars for download and feeds reach, 1 to 52.
    pub calendar_weeks_ahead: u16,
    /// When due reminders are sent, a cron expression of five fields in UTC; each at its
    /// own time without one.
    pub reminders_cron: Option<String>,
    /// How fast the clinics' numbers may send; without it as fast as they can.
    pub speeds: Option<Speeds>,
    /// Whether messages really leave, or stay in the simulator.
    pub simulated: bool,
}

/// A key that signs no more.
#[derive(Debug, Clone)]
pub struct OlderSecret {
    /// The key.
    pub secret: Redacted<Vec<u8>>,
    /// Until when its tokens are believed.
    pub until: Timestamp,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Whole {
            parts,
            rules: Mutex::new(None),
            lines: std::sync::Mutex::default(),
        }))
    }

    /// The safety rules in use; nothing before they are first asked for.
    pub(crate) fn rules_in_use(&self) -> &Mutex<Option<RulesInUse>> {
        &self.0.rules
    }

    /// The ways to the providers as this process sees them.
    pub(crate) fn lines(&self) -> &std::sync::Mutex<Lines> {
        &self.0.lines
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
