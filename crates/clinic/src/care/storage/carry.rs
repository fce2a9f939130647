//! Records out of files and into them.

use kernel::{TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::care::model::{Change, EncounterId, Status};

store::statements! {
    /// Its words are of the person as the file or, first, as this clinic knows him.
    PERSON = "SELECT id, name, staff FROM encounter_person WHERE tenant_id = $1 AND id = $2";
    ACCOUNT = "SELECT u.id AS id, u.first_name || ' ' || u.last_name AS name,
            COALESCE(m.role, 'patient') <> 'patient' AS staff
        FROM user_account u LEFT JOIN membership m ON m.tenant_id = $1 AND m.user_id = u.id WHERE u.id = $2";
    INSERT_PERSON = "INSERT INTO encounter_person (tenant_id, id, name, staff) VALUES ($1, $2, $3, $4)";
    ELSEWHERE = "SELECT version, from_tenant, from_clinic, change, status, signed_by, signed_name, signed_hash
        FROM encounter_elsewhere WHERE tenant_id = $1 AND encounter_id = $2 ORDER BY version";
    INSERT_ELSEWHERE = "INSERT INTO encounter_elsewhere (tenant_id, encounter_id, version, from_tenant, from_clinic, change,
            status, signed_by, signed_name, signed_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    IMPORTED = "SELECT sha256 AS value FROM encounter_import WHERE tenant_id = $1 AND encounter_id = $2";
    INSERT_IMPORT = "INSERT INTO encounter_import (tenant_id, encounter_id, sha256, imported_at) VALUES ($1, $2, $3, $4)";
    /// Deleted ones too: their ids and numbers are taken.
    TAKEN = "SELECT id, number, deleted_at FROM encounter WHERE tenant_id = $1 AND (id = $2 OR number = $3)";
    /// The next number of that day is none that came with a file.
    RAISE_DAY = "INSERT INTO encounter_day (tenant_id, day, last) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, day) DO UPDATE
        SET last = CASE WHEN encounter_day.last < excluded.last THEN excluded.last ELSE encounter_day.last END";
}

store::row! {
    /// Somebody whom a record names.
    pub(in crate::care) struct PersonRow {
        pub(in crate::care) id: Uuid,
        pub(in crate::care) name: String,
        pub(in crate::care) staff: bool,
    }
}

store::row! {
    /// A signature of another clinic.
    pub(in crate::care) struct ElsewhereRow {
        pub(in crate::care) version: i64,
        pub(in crate::care) from_tenant: Uuid,
        pub(in crate::care) from_clinic: String,
        pub(in crate::care) change: Change,
        pub(in crate::care) status: Status,
        pub(in crate::care) signed_by: Uuid,
        pub(in crate::care) signed_name: String,
        pub(in crate::care) signed_hash: String,
    }
}

store::row! {
    /// A record that has the id or the number already.
    pub(in crate::care) struct TakenRow {
        pub(in crate::care) id: EncounterId,
        pub(in crate::care) number: String,
        pub(in crate::care) deleted_at: Option<Timestamp>,
    }
}

/// Who this is: as a file said, else as his account says now.
pub(in crate::care) async fn person(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<PersonRow>, StoreError> {
    match tx.optional(PERSON, params![tenant, id]).await? {
        Some(known) => Ok(Some(known)),
        None => tx.optional(ACCOUNT, params![tenant, id]).await,
    }
}

pub(in crate::care) async fn insert_person(
    tx: &mut WriteTx,
    tenant: TenantId,
    p: &PersonRow,
) -> Result<(), StoreError> {
    tx.execute_one(INSERT_PERSON, params![tenant, p.id, p.name, p.staff])
        .await
}

pub(in crate::care) async fn elsewhere(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: EncounterId,
) -> Result<Vec<ElsewhereRow>, StoreError> {
    tx.all(ELSEWHERE, params![tenant, id]).await
}

pub(in crate::care) async fn insert_elsewhere(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: EncounterId,
    e: &ElsewhereRow,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        id,
        e.version,
        e.from_tenant,
        e.from_clinic,
        e.change,
        e.status,
        e.signed_by,
        e.signed_name,
        e.signed_hash,
    ];
    tx.execute_one(INSERT_ELSEWHERE, values).await
}

/// SHA-256 of the file that a record came from.
pub(in crate::care) async fn imported(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: EncounterId,
) -> Result<Option<String>, StoreError> {
    tx.optional(IMPORTED, params![tenant, id]).await
}

pub(in crate::care) async fn insert_import(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: EncounterId,
    sha256: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(INSERT_IMPORT, params![tenant, id, sha256, now])
        .await
}

/// What stands in the way of a record with this id and number.
pub(in crate::care) async fn taken_by(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: EncounterId,
    number: &str,
) -> Result<Vec<TakenRow>, StoreError> {
    tx.all(TAKEN, params![tenant, id, number]).await
}

/// Leaves the numbers of a day up to this one to others.
pub(in crate::care) async fn raise_day(
    tx: &mut WriteTx,
    tenant: TenantId,
    day: &str,
    last: i64,
) -> Result<(), StoreError> {
    tx.execute_one(RAISE_DAY, params![tenant, day, last]).await
}
