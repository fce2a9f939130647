//! Which record went into which, and what was moved.

use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::patients::model::{MergeRow, PatientId};

/// Lines of the history with the other record's name, for these rows.
macro_rules! merges {
    ($rows:literal) => {
        concat!(
            "SELECT m.id AS id, m.patient_id AS patient_id, m.into_id AS into_id, m.reason AS reason,
            m.merged_at AS merged_at, m.fields AS fields, m.account AS account, m.made_restricted AS made_restricted,
            p.first_name AS first_name, p.last_name AS last_name
        FROM patient_merge m JOIN patient p ON p.tenant_id = m.tenant_id AND p.id = m.patient_id",
            $rows
        )
    };
}

store::statements! {
    /// Whoever comes second waits here and then sees what the first one did.
    TURN = "INSERT INTO patient_merge_turn (tenant_id, turns) VALUES ($1, 1)
        ON CONFLICT (tenant_id) DO UPDATE SET turns = patient_merge_turn.turns + 1";
    /// Changes nothing, but nobody else changes the record before the commit.
    HOLD_RECORD = "UPDATE patient SET filed = filed WHERE tenant_id = $1 AND id = $2";
    KEPT = "SELECT COALESCE(merged_into, id) AS value FROM patient WHERE tenant_id = $1 AND id = $2";
    GROUP = "SELECT g.id AS value FROM (
            SELECT id, 0 AS place FROM patient WHERE tenant_id = $1 AND id = $2
            UNION ALL SELECT id, 1 AS place FROM patient WHERE tenant_id = $1 AND merged_into = $2) AS g
        ORDER BY g.place, g.id";
    INSERT_MERGE = "INSERT INTO patient_merge (tenant_id, id, patient_id, into_id, reason, merged_by, merged_at, fields,
            former_name, account, made_restricted)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    INSERT_PART = "INSERT INTO patient_merge_part (tenant_id, merge_id, kind, part_id, was_primary, was_there)
        VALUES ($1, $2, $3, $4, $5, $6)";
    MERGE_OF = merges!("
        WHERE m.tenant_id = $1 AND m.patient_id = $2 AND m.undone_at IS NULL");
    MERGES_INTO = merges!("
        WHERE m.tenant_id = $1 AND m.into_id = $2 AND m.undone_at IS NULL ORDER BY m.merged_at DESC, m.id DESC");
    MERGES_EVER = "SELECT COUNT(*) AS value FROM patient_merge WHERE tenant_id = $1 AND patient_id = $2";
    FORMER_NAMES = "SELECT former_name AS value FROM patient_merge
        WHERE tenant_id = $1 AND into_id = $2 AND undone_at IS NULL AND former_name IS NOT NULL";
    PARTS = "SELECT part_id, was_primary, was_there FROM patient_merge_part
        WHERE tenant_id = $1 AND merge_id = $2 AND kind = $3 ORDER BY part_id";
    UNDONE = "UPDATE patient_merge SET undone_by = $3, undone_at = $4
        WHERE tenant_id = $1 AND id = $2 AND undone_at IS NULL";
    POINT = "UPDATE patient SET merged_into = $3, version = version + 1, updated_at = $4
        WHERE tenant_id = $1 AND id = $2";
    /// Those who had gone into the one go with it.
    FOLLOW = "UPDATE patient SET merged_into = $3, version = version + 1 WHERE tenant_id = $1 AND merged_into = $2";
    GO_BACK = "UPDATE patient SET merged_into = $4, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND merged_into = $3";
    LINKS = "SELECT l.contact_point_id AS part_id, l.is_primary AS was_primary,
            EXISTS (SELECT 1 FROM patient_contact o WHERE o.tenant_id = $1 AND o.patient_id = $3
                AND o.contact_point_id = l.contact_point_id) AS was_there
        FROM patient_contact l WHERE l.tenant_id = $1 AND l.patient_id = $2 ORDER BY l.created_at, l.contact_point_id";
    LINK_AGAIN = "INSERT INTO patient_contact (tenant_id, patient_id, contact_point_id, is_primary, created_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, patient_id, contact_point_id) DO NOTHING";
    UNLINK = "DELETE FROM patient_contact WHERE tenant_id = $1 AND patient_id = $2 AND contact_point_id = $3";
    /// A number that somebody made the primary one meanwhile stays.
    UNLINK_MOVED = "DELETE FROM patient_contact
        WHERE tenant_id = $1 AND patient_id = $2 AND contact_point_id = $3 AND is_primary = FALSE";
    UNNAME = "DELETE FROM patient_access
        WHERE tenant_id = $1 AND patient_id = $2 AND user_id = $3 AND expires_at IS NULL";
}

kernel::words! {
    /// What of a record was moved.
    pub(in crate::patients) enum PartKind {
        /// A number.
        Contact = "contact",
        /// A record that had gone into this one.
        Record = "record",
        /// Somebody named for the record.
        Named = "named",
    }
}

store::row! {
    /// Something that was moved.
    pub(in crate::patients) struct Part {
        pub part_id: Uuid,
        pub was_primary: bool,
        pub was_there: bool,
    }
}

/// A new line of the history.
pub(in crate::patients) struct NewMerge<'a> {
    pub id: Uuid,
    pub from: PatientId,
    pub into: PatientId,
    pub reason: Option<&'a str>,
    pub by: Option<UserId>,
    pub at: Timestamp,
    pub fields: String,
    pub former_name: Option<String>,
    pub account: Option<UserId>,
    pub made_restricted: bool,
}

/// Waits until nobody else merges in this clinic, then holds these records.
pub(in crate::patients) async fn hold(
    tx: &mut WriteTx,
    tenant: TenantId,
    records: &[PatientId],
) -> Result<(), StoreError> {
    tx.execute_one(TURN, params![tenant]).await?;
    let mut records = records.to_vec();
    records.sort_unstable();
    for id in records {
        tx.execute(HOLD_RECORD, params![tenant, id]).await?;
    }
    Ok(())
}

pub(in crate::patients) async fn kept(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<PatientId>, StoreError> {
    tx.optional(KEPT, params![tenant, id]).await
}

/// The kept record first.
pub(in crate::patients) async fn group(
    tx: &mut ReadTx,
    tenant: TenantId,
    kept: PatientId,
) -> Result<Vec<PatientId>, StoreError> {
    tx.all(GROUP, params![tenant, kept]).await
}

pub(in crate::patients) async fn insert(
    tx: &mut WriteTx,
    tenant: TenantId,
    merge: NewMerge<'_>,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        merge.id,
        merge.from,
        merge.into,
        merge.reason,
        merge.by,
        merge.at,
        merge.fields,
        merge.former_name,
        merge.account,
        merge.made_restricted,
    ];
    tx.execute_one(INSERT_MERGE, values).await
}

pub(in crate::patients) async fn insert_part(
    tx: &mut WriteTx,
    tenant: TenantId,
    merge: Uuid,
    kind: PartKind,
    part: &Part,
) -> Result<(), StoreError> {
    let kind = kind.as_str();
    let values = params![
        tenant,
        merge,
        kind,
        part.part_id,
        part.was_primary,
        part.was_there
    ];
    tx.execute_one(INSERT_PART, values).await
}

pub(in crate::patients) async fn parts(
    tx: &mut ReadTx,
    tenant: TenantId,
    merge: Uuid,
    kind: PartKind,
) -> Result<Vec<Part>, StoreError> {
    tx.all(PARTS, params![tenant, merge, kind.as_str()]).await
}

/// The merge that a record is in now.
pub(in crate::patients) async fn merge_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<MergeRow>, StoreError> {
    tx.optional(MERGE_OF, params![tenant, id]).await
}

/// What went into a record and still is there, the newest first.
pub(in crate::patients) async fn merges_into(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Vec<MergeRow>, StoreError> {
    tx.all(MERGES_INTO, params![tenant, id]).await
}

/// Whether a record ever went into another.
pub(in crate::patients) async fn ever_merged(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<bool, StoreError> {
    let count: i64 = tx.one(MERGES_EVER, params![tenant, id]).await?;
    Ok(count > 0)
}

/// Folded names that a kept record had before it took the other's.
pub(in crate::patients) async fn former_names(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Vec<String>, StoreError> {
    tx.all(FORMER_NAMES, params![tenant, id]).await
}

/// False when somebody has undone it.
pub(in crate::patients) async fn set_undone(
    tx: &mut WriteTx,
    tenant: TenantId,
    merge: Uuid,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(UNDONE, params![tenant, merge, by, now]).await? == 1)
}

/// Makes a record point to the kept one, or stand for itself.
pub(in crate::patients) async fn point(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PatientId,
    into: Option<PatientId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(POINT, params![tenant, id, into, now]).await
}

/// Whoever pointed to the one points to the other.
pub(in crate::patients) async fn follow(
    tx: &mut WriteTx,
    tenant: TenantId,
    from: PatientId,
    into: PatientId,
) -> Result<(), StoreError> {
    tx.execute(FOLLOW, params![tenant, from, into]).await?;
    Ok(())
}

/// A record that came along points to the one again that it had gone into.
pub(in crate::patients) async fn go_back(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    (kept, from): (PatientId, PatientId),
) -> Result<(), StoreError> {
    tx.execute(GO_BACK, params![tenant, id, kept, from]).await?;
    Ok(())
}

/// The numbers of the one, and whether the other has them too.
pub(in crate::patients) async fn links(
    tx: &mut ReadTx,
    tenant: TenantId,
    from: PatientId,
    into: PatientId,
) -> Result<Vec<Part>, StoreError> {
    tx.all(LINKS, params![tenant, from, into]).await
}

/// Gives a number of the one to the other.
pub(in crate::patients) async fn move_link(
    tx: &mut WriteTx,
    tenant: TenantId,
    (from, into): (PatientId, PatientId),
    link: &Part,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(UNLINK, params![tenant, from, link.part_id])
        .await?;
    let values = params![tenant, into, link.part_id, false, now];
    tx.execute(LINK_AGAIN, values).await?;
    Ok(())
}

/// Gives a moved number back.
pub(in crate::patients) async fn return_link(
    tx: &mut WriteTx,
    tenant: TenantId,
    (from, into): (PatientId, PatientId),
    link: &Part,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, from, link.part_id, link.was_primary, now];
    tx.execute(LINK_AGAIN, values).await?;
    if !link.was_there {
        tx.execute(UNLINK_MOVED, params![tenant, into, link.part_id])
            .await?;
    }
    Ok(())
}

pub(in crate::patients) async fn unname(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PatientId,
    user: Uuid,
) -> Result<(), StoreError> {
    tx.execute(UNNAME, params![tenant, id, user]).await?;
    Ok(())
}
