use kernel::{Ctx, PageRequest, Phone, Problem, TenantId, Timestamp};
use send_rules::{Category, Channel, Decision};
use store::{ReadTx, StoreError};

use crate::{
    App, audit,
    audit::api::Event,
    identity::{self, api::StaffMember},
    inbox::{
        model::{
            ConversationId, ConversationRow, ConversationStatus, EntryRow, EventId, EventQuery,
            EventRow, MediaRow,
        },
        storage,
    },
    messaging,
    patients::{
        self,
        api::{Closed, Summary},
    },
};

/// Lines of a conversation shown at once.
const LINES: i64 = 200;

/// A conversation with all that a person needs to answer it.
#[derive(Debug)]
pub struct Thread {
    /// The conversation.
    pub conversation: ConversationRow,
    /// Its newest lines, oldest first.
    pub entries: Vec<EntryRow>,
    /// The files that hang on them.
    pub media: Vec<MediaRow>,
    /// Who shares the number, when nobody is chosen.
    pub candidates: Vec<Summary>,
    /// Whose number it resembles.
    pub proposal: Option<Summary>,
    /// Who can look after it.
    pub staff: Vec<StaffMember>,
    /// What an answer by WhatsApp would meet now.
    pub whatsapp: Decision,
    /// What an answer by SMS would meet now.
    pub sms: Decision,
    /// Whether the owner of the number wants no messages.
    pub opted_out: bool,
}

/// A page of conversations, newest first, and how many there are.
///
/// # Errors
/// The database's.
pub async fn conversations(
    app: &App,
    ctx: &Ctx,
    status: ConversationStatus,
    page: PageRequest,
) -> Result<(i64, Vec<ConversationRow>), Problem> {
    audit::api::listed(app, ctx, "conversation.list", "conversation_list").await?;
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::conversations(&mut tx, ctx.tenant, status, page).await?)
}

/// Conversations with something nobody has seen.
///
/// # Errors
/// The database's.
pub async fn unread(app: &App, ctx: &Ctx) -> Result<i64, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::count_unread(&mut tx, ctx.tenant).await?)
}

/// One conversation; that staff looked is on record before it is answered.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn thread(app: &App, ctx: &Ctx, id: ConversationId) -> Result<Thread, Problem> {
    let thread = load(app, ctx, id).await?;
    let patient = thread.conversation.patient_id;
    let event = Event {
        action: "conversation.read",
        object_type: "conversation",
        object_id: id.uuid(),
        patient: patient.map(|patient| patient.uuid()),
        detail: None,
    };
    audit::api::seen(app, ctx, event).await?;
    Ok(thread)
}

async fn load(app: &App, ctx: &Ctx, id: ConversationId) -> Result<Thread, Problem> {
    let tenant = ctx.tenant;
    let mut tx = app.store.read(ctx).await?;
    let conversation = storage::conversation(&mut tx, tenant, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    if let Some(patient) = conversation.patient_id {
        patients::api::may_open(&mut tx, app, ctx, patient).await?;
    }
    let candidates = match conversation.patient_id {
        Some(_) => Vec::new(),
        None => patients::api::by_phone(&mut tx, tenant, &conversation.phone).await?,
    };
    let candidates = patients::api::visible(&mut tx, app, ctx, candidates).await?;
    let proposal = match conversation.proposed_patient {
        Some(patient) => patients::api::summary(&mut tx, tenant, patient).await?,
        None => None,
    };
    let proposal = proposal.into_iter().collect();
    let proposal = patients::api::visible(&mut tx, app, ctx, proposal)
        .await?
        .pop();
    let (entries, media) = lines(&mut tx, tenant, &conversation).await?;
    let phone = &conversation.phone;
    let by = |channel: Channel| (channel, Category::Answer);
    let (whatsapp, sms) = (by(Channel::Whatsapp), by(Channel::Sms));
    Ok(Thread {
        entries,
        media,
        candidates,
        proposal,
        staff: identity::api::staff(&mut tx, tenant).await?,
        whatsapp: messaging::api::decision(&mut tx, app, tenant, phone, whatsapp).await?,
        sms: messaging::api::decision(&mut tx, app, tenant, phone, sms).await?,
        opted_out: messaging::api::every(&mut tx, tenant, phone, false).await?,
        conversation,
    })
}

/// What was written in a conversation, and in those of a patient's other records
/// that went into one.
async fn lines(
    tx: &mut ReadTx,
    tenant: TenantId,
    conversation: &ConversationRow,
) -> Result<(Vec<EntryRow>, Vec<MediaRow>), StoreError> {
    let id = conversation.id;
    let records = match conversation.patient_id {
        Some(patient) => patients::api::group(tx, tenant, patient).await?,
        None => Vec::new(),
    };
    let [kept, _, ..] = records.as_slice() else {
        let entries = storage::entries(tx, tenant, id, LINES).await?;
        return Ok((entries, storage::media_of(tx, tenant, id).await?));
    };
    let mut media = Vec::new();
    for conversation in storage::conversations_of_all(tx, tenant, *kept).await? {
        media.extend(storage::media_of(tx, tenant, conversation).await?);
    }
    Ok((
        storage::entries_of_all(tx, tenant, *kept, LINES).await?,
        media,
    ))
}

/// A page of the log of webhooks, newest first; of restricted patients who wrote
/// and when.
///
/// # Errors
/// The database's.
pub async fn events(
    app: &App,
    ctx: &Ctx,
    query: &EventQuery,
    page: PageRequest,
) -> Result<(i64, Vec<EventRow>), Problem> {
    let mut tx = app.store.read(ctx).await?;
    let (count, rows) = storage::events(&mut tx, ctx.tenant, query, page).await?;
    let closed = patients::api::closed(&mut tx, ctx.tenant).await?;
    let rows = rows.into_iter().map(|row| shown(row, &closed)).collect();
    Ok((count, rows))
}

/// One call of a provider.
///
/// # Errors
/// 404.
pub async fn event(app: &App, ctx: &Ctx, id: EventId) -> Result<EventRow, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let row = storage::event(&mut tx, ctx.tenant, id.uuid()).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    Ok(shown(
        row,
        &patients::api::closed(&mut tx, ctx.tenant).await?,
    ))
}

/// What the log shows of a restricted patient's call: nothing that was said.
fn shown(row: EventRow, closed: &Closed) -> EventRow {
    let of = |number: &str| closed.covers(number, row.related_patient);
    match of(&row.sender_phone) || of(&row.recipient_phone) {
        false => row,
        true => EventRow {
            content: String::new(),
            media: "[]".to_owned(),
            raw_payload: "{}".to_owned(),
            ..row
        },
    }
}

/// The newest fifty messages that came from a number: text, channel and time.
///
/// # Errors
/// The database's.
pub async fn heard_from(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<(String, Channel, Timestamp)>, StoreError> {
    storage::heard_from(tx, tenant, phone).await
}
