//! What was written in conversations.

use kernel::TenantId;
use store::{ReadTx, StoreError, params};

use crate::{
    inbox::model::{ConversationId, EntryRow},
    patients::api::PatientId,
};

/// Lines with their authors and what became of messages, for these rows.
macro_rules! entries {
    ($rows:literal) => {
        concat!(
            "SELECT e.id AS id, e.kind AS kind, e.channel AS channel, e.body AS body, e.author AS author,
            u.first_name AS author_first, u.last_name AS author_last, e.needs_review AS needs_review,
            e.created_at AS created_at, e.message_id AS message_id, m.state AS message_state, m.reason AS message_reason
        FROM conversation_entry e
        LEFT JOIN message m ON m.tenant_id = e.tenant_id AND m.id = e.message_id
        LEFT JOIN user_account u ON u.id = e.author",
            $rows
        )
    };
}

store::statements! {
    ENTRIES = entries!("
        WHERE e.tenant_id = $1 AND e.conversation_id = $2 ORDER BY e.created_at DESC, e.id DESC LIMIT $3");
    /// Of a patient of whom several records went into one.
    ENTRIES_OF_ALL = entries!("
        WHERE e.tenant_id = $1 AND e.conversation_id IN (SELECT c.id FROM conversation c
                WHERE c.tenant_id = $1 AND c.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $2
                    UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $2))
        ORDER BY e.created_at DESC, e.id DESC LIMIT $3");
    CONVERSATIONS_OF_ALL = "SELECT c.id AS value FROM conversation c
        WHERE c.tenant_id = $1 AND c.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $2
            UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $2)";
}

/// The newest `limit` lines, oldest of them first.
pub(in crate::inbox) async fn entries(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: ConversationId,
    limit: i64,
) -> Result<Vec<EntryRow>, StoreError> {
    let mut rows: Vec<EntryRow> = tx.all(ENTRIES, params![tenant, id, limit]).await?;
    rows.reverse();
    Ok(rows)
}

/// The same of all conversations of a patient of whom several records went into one.
pub(in crate::inbox) async fn entries_of_all(
    tx: &mut ReadTx,
    tenant: TenantId,
    kept: PatientId,
    limit: i64,
) -> Result<Vec<EntryRow>, StoreError> {
    let mut rows: Vec<EntryRow> = tx.all(ENTRIES_OF_ALL, params![tenant, kept, limit]).await?;
    rows.reverse();
    Ok(rows)
}

pub(in crate::inbox) async fn conversations_of_all(
    tx: &mut ReadTx,
    tenant: TenantId,
    kept: PatientId,
) -> Result<Vec<ConversationId>, StoreError> {
    tx.all(CONVERSATIONS_OF_ALL, params![tenant, kept]).await
}
