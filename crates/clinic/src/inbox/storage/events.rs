use kernel::{PageRequest, TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::{
    blobs::api::BlobId,
    inbox::{
        model::{
            Announced, EntryId, EventId, EventQuery, EventRow, MediaId, MediaRow, MediaState,
            NewEvent, ProcessingStatus,
        },
        rules,
    },
    patients::api::PatientId,
};

/// The engine's statements for events.
pub(crate) const EVENT_WORK: jobs::WorkSql = jobs::work_table!("webhook_event");
/// The engine's statements for files to fetch.
pub(crate) const MEDIA_WORK: jobs::WorkSql = jobs::work_table!("inbound_media");

/// A file with its conversation and what its bytes are, for these rows.
macro_rules! media {
    ($rows:literal) => {
        concat!(
            "SELECT m.id AS id, m.entry_id AS entry_id, e.conversation_id AS conversation_id,
            m.declared_type AS declared_type, m.state AS state, m.blob_id AS blob_id,
            b.content_type AS content_type, b.size AS size
        FROM inbound_media m
        JOIN conversation_entry e ON e.tenant_id = m.tenant_id AND e.id = m.entry_id
        LEFT JOIN blob b ON b.tenant_id = m.tenant_id AND b.id = m.blob_id",
            $rows
        )
    };
}

/// The events that a query asks for. What a restricted patient said is hidden, so
/// no search may tell that it is there: his are found by their numbers only.
macro_rules! wanted {
    ($columns:literal, $end:literal) => {
        concat!(
            $columns,
            "
        FROM webhook_event e
        WHERE e.tenant_id = $1 AND (CAST($2 AS TEXT) IS NULL OR e.processing_status = $2)
          AND (CAST($3 AS TEXT) IS NULL OR e.event_type = $3)
          AND (CAST($4 AS BIGINT) IS NULL OR e.received_at >= $4) AND (CAST($5 AS BIGINT) IS NULL OR e.received_at < $5)
          AND (CAST($6 AS TEXT) IS NULL OR e.sender_phone LIKE $7 OR e.recipient_phone LIKE $7
            OR (e.search LIKE $6 OR e.search LIKE $7) AND NOT EXISTS (SELECT 1 FROM patient p
                LEFT JOIN patient_contact l ON l.tenant_id = p.tenant_id AND l.patient_id = p.id
                LEFT JOIN contact_point c ON c.tenant_id = l.tenant_id AND c.id = l.contact_point_id
                WHERE p.tenant_id = $1 AND p.restricted = TRUE
                    AND (p.id = e.related_patient OR c.phone = e.sender_phone OR c.phone = e.recipient_phone)))",
            $end
        )
    };
}

store::statements! {
    INSERT_EVENT = "INSERT INTO webhook_event (tenant_id, id, event_type, external_id, dedupe_key, sender_phone,
            recipient_phone, content, media, raw_payload, processing_status, received_at, work_due_at, search)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', $11, $11, $12)
        ON CONFLICT (tenant_id, dedupe_key) DO NOTHING";
    EVENT = "SELECT id, event_type, external_id, sender_phone, recipient_phone, content, media, raw_payload,
            processing_status, processing_error, related_patient, created_entry, received_at, processed_at
        FROM webhook_event WHERE tenant_id = $1 AND id = $2";
    EVENTS = wanted!("SELECT id, event_type, external_id, sender_phone, recipient_phone, content, media, raw_payload,
            processing_status, processing_error, related_patient, created_entry, received_at, processed_at", "
        ORDER BY received_at DESC, id DESC LIMIT $8 OFFSET $9");
    COUNT_EVENTS = wanted!("SELECT COUNT(*) AS value", "");
    END_EVENT = "UPDATE webhook_event SET processing_status = $3, processing_error = $4, related_patient = $5,
            created_entry = $6, processed_at = $7
        WHERE tenant_id = $1 AND id = $2";
    SETTLE_EVENT = "UPDATE webhook_event SET processing_status = 'processed', related_patient = $3
        WHERE tenant_id = $1 AND processing_status IN ('needs_review', 'ignored')
          AND created_entry IN (SELECT id FROM conversation_entry WHERE tenant_id = $1 AND conversation_id = $2)";
    INSERT_MEDIA = "INSERT INTO inbound_media (tenant_id, id, entry_id, position, url, declared_type, state, work_due_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7)";
    MEDIA_URL = "SELECT url AS value FROM inbound_media WHERE tenant_id = $1 AND id = $2 AND state = 'pending'";
    END_MEDIA = "UPDATE inbound_media SET state = $3, blob_id = $4 WHERE tenant_id = $1 AND id = $2";
    MEDIA_AGAIN = "UPDATE inbound_media SET state = 'pending' WHERE tenant_id = $1 AND id = $2 AND state = 'failed'";
    MEDIA_OF = media!("
        WHERE m.tenant_id = $1 AND m.entry_id IN (SELECT c.id FROM conversation_entry c
            WHERE c.tenant_id = $1 AND c.conversation_id = $2) ORDER BY m.entry_id, m.position");
    MEDIA = media!("
        WHERE m.tenant_id = $1 AND m.id = $2");
}

/// Stores an event; false when it was there already.
pub(in crate::inbox) async fn insert_event(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: EventId,
    event: &NewEvent,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let media =
        serde_json::to_string(&event.media).map_err(|e| StoreError::Internal(e.to_string()))?;
    let values = params![
        tenant,
        id,
        event.event_type,
        event.external_id,
        event.dedupe_key,
        event.sender,
        event.recipient,
        event.content,
        media,
        event.raw_payload,
        now,
        rules::searched(event),
    ];
    Ok(tx.execute(INSERT_EVENT, values).await? == 1)
}

pub(in crate::inbox) async fn event(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<EventRow>, StoreError> {
    tx.optional(EVENT, params![tenant, id]).await
}

pub(in crate::inbox) async fn events(
    tx: &mut ReadTx,
    tenant: TenantId,
    query: &EventQuery,
    page: PageRequest,
) -> Result<(i64, Vec<EventRow>), StoreError> {
    let (whole, digits) = query.search.as_deref().map_or((None, None), |words| {
        let (whole, digits) = rules::patterns(words);
        (Some(whole), Some(digits))
    });
    let mut values = params![
        tenant,
        query.status,
        query.event_type,
        query.from,
        query.until,
        whole,
        digits
    ];
    let count = tx.one(COUNT_EVENTS, values.clone()).await?;
    values.extend(params![page.size, page.offset()]);
    Ok((count, tx.all(EVENTS, values).await?))
}

/// What became of an event.
#[derive(Debug, Default)]
pub(in crate::inbox) struct EventEnd<'a> {
    pub error: Option<&'a str>,
    pub patient: Option<PatientId>,
    pub entry: Option<EntryId>,
}

pub(in crate::inbox) async fn end_event(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    status: ProcessingStatus,
    end: EventEnd<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, id, status, end.error, end.patient, end.entry, now];
    tx.execute_one(END_EVENT, values).await
}

/// The events behind the entries of a conversation are this patient's after all.
pub(in crate::inbox) async fn settle_events(
    tx: &mut WriteTx,
    tenant: TenantId,
    conversation: super::super::model::ConversationId,
    patient: PatientId,
) -> Result<u64, StoreError> {
    tx.execute(SETTLE_EVENT, params![tenant, conversation, patient])
        .await
}

pub(in crate::inbox) async fn insert_media(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MediaId,
    entry: EntryId,
    (position, media): (i64, &Announced),
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        id,
        entry,
        position,
        media.url,
        media.content_type,
        now
    ];
    tx.execute_one(INSERT_MEDIA, values).await
}

pub(in crate::inbox) async fn media_url(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<String>, StoreError> {
    tx.optional(MEDIA_URL, params![tenant, id]).await
}

pub(in crate::inbox) async fn end_media(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    blob: Option<BlobId>,
) -> Result<(), StoreError> {
    let state = match blob {
        Some(_) => MediaState::Stored,
        None => MediaState::Failed,
    };
    tx.execute_one(END_MEDIA, params![tenant, id, state, blob])
        .await
}

/// False when it has not failed.
pub(in crate::inbox) async fn media_again(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MediaId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(MEDIA_AGAIN, params![tenant, id]).await? == 1)
}

pub(in crate::inbox) async fn media_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    conversation: super::super::model::ConversationId,
) -> Result<Vec<MediaRow>, StoreError> {
    tx.all(MEDIA_OF, params![tenant, conversation]).await
}

pub(in crate::inbox) async fn media(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: MediaId,
) -> Result<Option<MediaRow>, StoreError> {
    tx.optional(MEDIA, params![tenant, id]).await
}
