//! What goes where others could read it: that something waits, and a link behind which it
//! stands (`spec/messaging.md`, shared phones). Decided when a message is written, and once
//! more when it has waited: its number may be somebody else's too by then.

use std::time::Duration;

use kernel::{Locale, Phone, TenantId};
use send_rules::{Channel, Values};
use store::{ReadTx, StoreError, WriteTx};

use super::content::Unsaid;
use crate::{
    App,
    messaging::{
        model::{MessageId, Recipient, TextKey, ToSend, stored_values},
        rules::{
            events::{self, Event},
            wording::body,
        },
        storage::{self, Instead, Sealed},
    },
    patients::api::{self as patients, PatientId, Wording},
};

/// How long such a link leads anywhere.
const OPENS: Duration = Duration::from_secs(7 * 24 * 3600);
/// What was decided so lately is not asked again.
const LATELY: Duration = Duration::from_secs(60);

/// What values may hold beside an event's variables: the page on which its reader sees for
/// himself what it is about, who has proved there that the number is his. Then nothing is
/// kept behind a PIN, which who only came there has not.
pub const OWN_PAGE: &str = "page";

/// A message about an event that would say it openly.
pub(in crate::messaging) struct Open<'a> {
    pub event: &'static Event,
    pub locale: Locale,
    pub values: &'a Values,
    pub channel: Channel,
    pub to: (PatientId, &'a Phone),
}

/// What is said in its place.
pub(in crate::messaging) struct Covert {
    pub event: &'static Event,
    pub values: Values,
    /// The secret of the link, and what is read there; nothing where a call tells of no link.
    link: Option<(String, String)>,
    of: (PatientId, Locale),
}

impl Covert {
    /// Keeps for its reader what the message does not say.
    pub(in crate::messaging) async fn seal(
        self,
        tx: &mut WriteTx,
        app: &App,
        tenant: TenantId,
        id: MessageId,
    ) -> Result<(), StoreError> {
        let Some((token, body)) = self.link else {
            return Ok(());
        };
        let (patient, locale) = self.of;
        let now = app.clock.now();
        let sealed = Sealed {
            id,
            token_hash: crate::identity::api::fingerprint(&token),
            patient,
            body,
            locale,
            expires_at: now.plus(OPENS),
        };
        storage::seal(tx, tenant, &sealed, now).await
    }
}

/// What a message says where others could read it; nothing where it may speak openly.
///
/// # Errors
/// The variable that what is read behind the link lacks; the database's.
pub(in crate::messaging) async fn covert(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    open: Open<'_>,
) -> Result<Option<Covert>, Unsaid> {
    let Some(event) = open.event.covert_by(open.channel) else {
        return Ok(None);
    };
    let (patient, phone) = open.to;
    if patients::wording(tx, tenant, patient, phone).await? == Wording::Overt {
        return Ok(None);
    }
    let mut values = open.values.clone();
    values.retain(|name, _| name == "clinic");
    let mut link = None;
    let has_link = event.variables.contains(&"link");
    if let Some(page) = open.values.get(OWN_PAGE).filter(|_| has_link) {
        values.insert("link".to_owned(), page.clone());
    } else if has_link {
        let token = app.rng.short_secret();
        let address = format!("{}/p/{token}", app.settings.public_url);
        values.insert("link".to_owned(), address);
        // A page has room: what it would have said on a phone of his own by WhatsApp.
        let key = TextKey {
            event: open.event,
            channel: Channel::Whatsapp,
            locale: open.locale,
        };
        link = Some((token, said(tx, tenant, key, open.values).await?));
    }
    let of = (patient, open.locale);
    Ok(Some(Covert {
        event,
        values,
        link,
        of,
    }))
}

/// What a message about an event says, in the clinic's words.
///
/// # Errors
/// The variable it lacks; the database's.
pub(in crate::messaging) async fn said(
    tx: &mut ReadTx,
    tenant: TenantId,
    key: TextKey,
    values: &Values,
) -> Result<String, Unsaid> {
    let own = storage::text(tx, tenant, key).await?;
    let own = own.and_then(|row| row.body);
    let way = (key.channel, key.locale);
    let said = body(key.event, way, own.as_deref(), values);
    said.map_err(|missing| Unsaid::Missing(missing.0))
}

/// Makes a message covert that was written openly and waited, where others can read what
/// comes to its number by now.
///
/// # Errors
/// As [`covert`].
pub(super) async fn look_again(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    message: &mut ToSend,
) -> Result<(), Unsaid> {
    let event = message.event.as_deref().and_then(events::named);
    let of = (event, message.language, message.patient_id);
    let (Some(event), Some(locale), Some(patient)) = of else {
        return Ok(());
    };
    let Recipient::Phone(phone) = &message.recipient else {
        return Ok(());
    };
    if message.created_at.plus(LATELY) > app.clock.now() {
        return Ok(());
    }
    let open = Open {
        event,
        locale,
        values: &stored_values(message.variables.as_deref()),
        channel: message.channel,
        to: (patient, phone),
    };
    let Some(instead) = covert(tx, app, job.tenant, open).await? else {
        return Ok(());
    };
    let key = TextKey {
        event: instead.event,
        channel: message.channel.in_words_of(),
        locale,
    };
    let text = said(tx, job.tenant, key, &instead.values).await?;
    let variables = serde_json::json!(instead.values).to_string();
    let new = Instead {
        event: instead.event.key,
        variables: &variables,
        body: &text,
    };
    storage::say_instead(tx, job, new).await?;
    message.event = Some(instead.event.key.to_owned());
    message.variables = Some(variables);
    message.body_sha256 = ports::messaging::body_sha256(&text);
    message.body = text;
    (message.content_sid, message.content_variables) = (None, None);
    let id = MessageId::from_uuid(message.id);
    Ok(instead.seal(tx, app, job.tenant, id).await?)
}
