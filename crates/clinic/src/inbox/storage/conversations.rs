use kernel::{Phone, TenantId, Timestamp, UserId};
use send_rules::Channel;
use store::{ReadTx, StoreError, WriteTx, params};

use crate::{
    inbox::model::{ConversationId, ConversationRow, ConversationStatus, EntryId, EntryKind},
    messaging::api::MessageId,
    patients::api::PatientId,
};

/// A conversation with its patient's name, for these rows. Of a record that went into
/// another it shows the kept one, as do who is proposed, refused and speaking.
macro_rules! conversation {
    ($rows:literal) => {
        concat!(
            "SELECT c.id AS id, p.id AS patient_id, p.first_name AS first_name, p.last_name AS last_name,
            c.phone AS phone, c.channel AS channel, c.status AS status, c.assigned_to AS assigned_to, c.unread AS unread,
            c.last_entry_at AS last_entry_at, COALESCE(p.restricted, FALSE) AS restricted,
            CASE WHEN p.restricted = TRUE THEN '' ELSE c.preview END AS preview,
            COALESCE((SELECT m.merged_into FROM patient m WHERE m.tenant_id = c.tenant_id AND m.id = c.proposed_patient),
                c.proposed_patient) AS proposed_patient,
            COALESCE((SELECT m.merged_into FROM patient m WHERE m.tenant_id = c.tenant_id AND m.id = c.refused_patient),
                c.refused_patient) AS refused_patient,
            c.asked_at AS asked_at,
            COALESCE((SELECT m.merged_into FROM patient m WHERE m.tenant_id = c.tenant_id AND m.id = c.speaker),
                c.speaker) AS speaker,
            c.speaker_until AS speaker_until, c.version AS version
        FROM conversation c LEFT JOIN patient h ON h.tenant_id = c.tenant_id AND h.id = c.patient_id
        LEFT JOIN patient p ON p.tenant_id = c.tenant_id AND p.id = CASE WHEN h.merged_into IS NULL THEN h.id ELSE h.merged_into END",
            $rows
        )
    };
}

/// Lists a record's conversation with the one of the record that it went into, except
/// while something in it is unread.
macro_rules! listed {
    ($start:expr, $end:literal) => {
        concat!(
            $start,
            "
        WHERE c.tenant_id = $1 AND c.status = $2
            AND (c.unread > 0 OR c.patient_id IS NULL OR c.patient_id NOT IN (SELECT q.id FROM patient q
                JOIN conversation o ON o.tenant_id = q.tenant_id AND o.patient_id = q.merged_into
                WHERE q.tenant_id = $1 AND q.merged_into IS NOT NULL))",
            $end
        )
    };
}

store::statements! {
    OPEN_FOR_PATIENT = "INSERT INTO conversation (tenant_id, id, patient_id, phone, channel, status, unread,
            last_entry_at, preview, version)
        VALUES ($1, $2, $3, $4, $5, 'open', 0, $6, '', 1) ON CONFLICT DO NOTHING";
    OF_PATIENT = conversation!("
        WHERE c.tenant_id = $1 AND c.patient_id = $2");
    OF_NUMBER = conversation!("
        WHERE c.tenant_id = $1 AND c.phone = $2 AND c.patient_id IS NULL");
    CONVERSATION = conversation!("
        WHERE c.tenant_id = $1 AND c.id = $2");
    CONVERSATIONS = listed!(conversation!(""), "
        ORDER BY c.last_entry_at DESC, c.id DESC LIMIT $3 OFFSET $4");
    COUNT_CONVERSATIONS = listed!("SELECT COUNT(*) AS value FROM conversation c", "");
    COUNT_UNREAD = "SELECT COUNT(*) AS value FROM conversation WHERE tenant_id = $1 AND unread > 0";
    INSERT_ENTRY = "INSERT INTO conversation_entry (tenant_id, id, conversation_id, kind, channel, phone, body, author,
            message_id, needs_review, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    HEARD_FROM = "SELECT body, channel, created_at FROM conversation_entry
        WHERE tenant_id = $1 AND phone = $2 AND kind = 'inbound' AND channel IS NOT NULL
        ORDER BY created_at DESC LIMIT 50";
    HEAR = "UPDATE conversation SET unread = unread + 1, status = 'open', phone = CASE WHEN patient_id IS NULL THEN phone ELSE $3 END,
            channel = $4, preview = $5, last_entry_at = CASE WHEN last_entry_at < $6 THEN $6 ELSE last_entry_at END
        WHERE tenant_id = $1 AND id = $2";
    ANSWER = "UPDATE conversation SET unread = 0, preview = $3, last_entry_at = $4, channel = $5, version = version + 1
        WHERE tenant_id = $1 AND id = $2";
    SEEN = "UPDATE conversation SET unread = 0 WHERE tenant_id = $1 AND id = $2 AND unread > 0";
    SET_STATUS = "UPDATE conversation SET status = $3, unread = 0, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND status <> $3";
    ASSIGN = "UPDATE conversation SET assigned_to = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2";
    /// Only one of several messages that arrive together asks.
    ASK = "UPDATE conversation SET asked_at = $3
        WHERE tenant_id = $1 AND id = $2 AND (asked_at IS NULL OR asked_at <= $4)";
    SPEAKS = "UPDATE conversation SET asked_at = NULL, speaker = $3, speaker_until = $4 WHERE tenant_id = $1 AND id = $2";
    PROPOSE = "UPDATE conversation SET proposed_patient = $3 WHERE tenant_id = $1 AND id = $2";
    REFUSE = "UPDATE conversation SET refused_patient = proposed_patient, proposed_patient = NULL, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND COALESCE((SELECT m.merged_into FROM patient m
            WHERE m.tenant_id = $1 AND m.id = conversation.proposed_patient), proposed_patient) = $3";
    REVIEWED = "UPDATE conversation_entry SET needs_review = $3 WHERE tenant_id = $1 AND conversation_id = $2";
    MOVE_ENTRIES = "UPDATE conversation_entry SET conversation_id = $3, needs_review = $4
        WHERE tenant_id = $1 AND conversation_id = $2";
    UNREVIEWED = "SELECT COUNT(*) AS value FROM conversation_entry
        WHERE tenant_id = $1 AND conversation_id = $2 AND kind = 'inbound'";
    AFTER_MOVE = "UPDATE conversation SET unread = 0, preview = '', status = 'closed', proposed_patient = NULL,
            assigned_to = NULL, version = version + 1
        WHERE tenant_id = $1 AND id = $2";
    /// Who has one of the two conversations has what they became.
    RECEIVE_MOVED = "UPDATE conversation SET unread = unread + $3, status = 'open', preview = $4,
            last_entry_at = CASE WHEN last_entry_at < $5 THEN $5 ELSE last_entry_at END,
            assigned_to = CASE WHEN assigned_to IS NULL THEN $6 ELSE assigned_to END, version = version + 1
        WHERE tenant_id = $1 AND id = $2";
}

pub(in crate::inbox) async fn of_patient(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
) -> Result<Option<ConversationRow>, StoreError> {
    tx.optional(OF_PATIENT, params![tenant, patient]).await
}

pub(in crate::inbox) async fn of_number(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Option<ConversationRow>, StoreError> {
    tx.optional(OF_NUMBER, params![tenant, phone]).await
}

/// The conversation of a patient, or of a number when there is none, made on first use.
pub(in crate::inbox) async fn open(
    tx: &mut WriteTx,
    tenant: TenantId,
    fresh: ConversationId,
    patient: Option<PatientId>,
    (phone, channel): (&Phone, Channel),
    now: Timestamp,
) -> Result<ConversationRow, StoreError> {
    tx.execute(
        OPEN_FOR_PATIENT,
        params![tenant, fresh, patient, phone, channel, now],
    )
    .await?;
    let found = match patient {
        Some(patient) => of_patient(tx, tenant, patient).await?,
        None => of_number(tx, tenant, phone).await?,
    };
    found.ok_or(StoreError::RowCount {
        expected: 1,
        actual: 0,
    })
}

pub(in crate::inbox) async fn conversation(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: ConversationId,
) -> Result<Option<ConversationRow>, StoreError> {
    tx.optional(CONVERSATION, params![tenant, id]).await
}

pub(in crate::inbox) async fn conversations(
    tx: &mut ReadTx,
    tenant: TenantId,
    status: ConversationStatus,
    page: kernel::PageRequest,
) -> Result<(i64, Vec<ConversationRow>), StoreError> {
    let count = tx.one(COUNT_CONVERSATIONS, params![tenant, status]).await?;
    Ok((
        count,
        tx.all(
            CONVERSATIONS,
            params![tenant, status, page.size, page.offset()],
        )
        .await?,
    ))
}

pub(in crate::inbox) async fn count_unread(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<i64, StoreError> {
    tx.one(COUNT_UNREAD, params![tenant]).await
}

/// A line to be added to a conversation.
#[derive(Debug)]
pub(in crate::inbox) struct NewEntry<'a> {
    pub id: EntryId,
    pub conversation: ConversationId,
    pub kind: EntryKind,
    pub channel: Option<Channel>,
    pub phone: Option<&'a Phone>,
    pub body: &'a str,
    pub author: Option<UserId>,
    pub message: Option<MessageId>,
    pub needs_review: bool,
    pub at: Timestamp,
}

pub(in crate::inbox) async fn insert_entry(
    tx: &mut WriteTx,
    tenant: TenantId,
    entry: &NewEntry<'_>,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        entry.id,
        entry.conversation,
        entry.kind,
        entry.channel,
        entry.phone,
        entry.body,
        entry.author,
        entry.message,
        entry.needs_review,
        entry.at,
    ];
    tx.execute_one(INSERT_ENTRY, values).await
}

pub(in crate::inbox) async fn hear(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
    (phone, channel): (&Phone, Channel),
    preview: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(HEAR, params![tenant, id, phone, channel, preview, at])
        .await
}

pub(in crate::inbox) async fn answer(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
    preview: &str,
    at: Timestamp,
    channel: Channel,
) -> Result<(), StoreError> {
    tx.execute_one(ANSWER, params![tenant, id, preview, at, channel])
        .await
}

pub(in crate::inbox) async fn seen(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SEEN, params![tenant, id]).await? == 1)
}

/// False when it already is.
pub(in crate::inbox) async fn set_status(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
    status: ConversationStatus,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SET_STATUS, params![tenant, id, status]).await? == 1)
}

pub(in crate::inbox) async fn assign(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
    user: Option<UserId>,
) -> Result<(), StoreError> {
    tx.execute_one(ASSIGN, params![tenant, id, user]).await
}

/// True for the one caller that may ask "who is writing?" now.
pub(in crate::inbox) async fn may_ask(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
    now: Timestamp,
    forgotten: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(ASK, params![tenant, id, now, forgotten]).await? == 1)
}

pub(in crate::inbox) async fn speaks(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
    patient: PatientId,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(SPEAKS, params![tenant, id, patient, until])
        .await
}

pub(in crate::inbox) async fn propose(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
    patient: PatientId,
) -> Result<(), StoreError> {
    tx.execute_one(PROPOSE, params![tenant, id, patient]).await
}

/// False when somebody has decided already.
pub(in crate::inbox) async fn refuse(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ConversationId,
    patient: PatientId,
) -> Result<bool, StoreError> {
    if tx.execute(REFUSE, params![tenant, id, patient]).await? != 1 {
        return Ok(false);
    }
    tx.execute(REVIEWED, params![tenant, id, false]).await?;
    Ok(true)
}

/// Moves every line of a number's conversation to a patient's.
pub(in crate::inbox) async fn move_entries(
    tx: &mut WriteTx,
    tenant: TenantId,
    from: &ConversationRow,
    to: ConversationId,
) -> Result<(), StoreError> {
    tx.execute(MOVE_ENTRIES, params![tenant, from.id, to, false])
        .await?;
    tx.execute_one(AFTER_MOVE, params![tenant, from.id]).await?;
    let values = params![
        tenant,
        to,
        from.unread,
        from.preview,
        from.last_entry_at,
        from.assigned_to
    ];
    tx.execute_one(RECEIVE_MOVED, values).await
}

pub(in crate::inbox) async fn has_inbound(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: ConversationId,
) -> Result<bool, StoreError> {
    let count: i64 = tx.one(UNREVIEWED, params![tenant, id]).await?;
    Ok(count > 0)
}

store::row! {
    struct HeardRow {
        body: String,
        channel: Channel,
        created_at: Timestamp,
    }
}

pub(in crate::inbox) async fn heard_from(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<(String, Channel, Timestamp)>, StoreError> {
    let rows: Vec<HeardRow> = tx.all(HEARD_FROM, params![tenant, phone]).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.body, row.channel, row.created_at))
        .collect())
}
