use kernel::{PageRequest, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::care::model::{EncounterId, NoteId, NoteRow};

macro_rules! notes {
    ($rows:literal) => {
        concat!(
            "SELECT n.id AS id, n.author AS author, COALESCE(x.name, u.first_name || ' ' || u.last_name, '') AS author_name,
            COALESCE(x.staff, COALESCE(m.role, 'patient') <> 'patient') AS by_staff, n.body AS body, n.created_at AS created_at
        FROM encounter_message n LEFT JOIN user_account u ON u.id = n.author
        LEFT JOIN encounter_person x ON x.tenant_id = n.tenant_id AND x.id = n.author
        LEFT JOIN membership m ON m.tenant_id = n.tenant_id AND m.user_id = n.author
        WHERE n.tenant_id = $1 AND n.encounter_id = $2",
            $rows
        )
    };
}

store::statements! {
    INSERT = "INSERT INTO encounter_message (tenant_id, id, encounter_id, author, body, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    NOTES = notes!(" ORDER BY n.created_at, n.id LIMIT $3 OFFSET $4");
    NOTE = notes!(" AND n.id = $3");
    COUNT = "SELECT COUNT(*) AS value FROM encounter_message WHERE tenant_id = $1 AND encounter_id = $2";
}

/// What is written on a record.
#[derive(Debug)]
pub(in crate::care) struct NewNote<'a> {
    pub(in crate::care) id: NoteId,
    pub(in crate::care) author: UserId,
    pub(in crate::care) body: &'a str,
    pub(in crate::care) at: Timestamp,
}

pub(in crate::care) async fn insert_note(
    tx: &mut WriteTx,
    tenant: TenantId,
    encounter: EncounterId,
    note: NewNote<'_>,
) -> Result<(), StoreError> {
    let values = params![tenant, note.id, encounter, note.author, note.body, note.at];
    tx.execute_one(INSERT, values).await
}

/// One page of them, oldest first.
pub(in crate::care) async fn notes(
    tx: &mut ReadTx,
    tenant: TenantId,
    encounter: EncounterId,
    page: PageRequest,
) -> Result<(i64, Vec<NoteRow>), StoreError> {
    let count = tx.one(COUNT, params![tenant, encounter]).await?;
    let values = params![tenant, encounter, page.size, page.offset()];
    Ok((count, tx.all(NOTES, values).await?))
}

pub(in crate::care) async fn note(
    tx: &mut ReadTx,
    tenant: TenantId,
    encounter: EncounterId,
    id: Uuid,
) -> Result<Option<NoteRow>, StoreError> {
    tx.optional(NOTE, params![tenant, encounter, id]).await
}
