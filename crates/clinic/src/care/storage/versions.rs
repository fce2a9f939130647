use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::care::model::{Change, Encounter, EncounterId, VersionRow};

macro_rules! versions {
    ($rows:literal) => {
        concat!(
            "SELECT w.version AS version, w.change AS change, w.status AS status, w.content AS content,
            w.form_version AS form_version, w.reason AS reason, w.author AS author,
            u.first_name || ' ' || u.last_name AS author_name, w.at AS at, w.signed_by AS signed_by,
            w.signed_name AS signed_name, w.signed_hash AS signed_hash
        FROM encounter_version w LEFT JOIN user_account u ON u.id = w.author",
            $rows
        )
    };
}

store::statements! {
    APPEND = "INSERT INTO encounter_version (tenant_id, encounter_id, version, change, status, content, form_version,
            reason, author, at, signed_by, signed_name, signed_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    VERSIONS = versions!(" WHERE w.tenant_id = $1 AND w.encounter_id = $2 ORDER BY w.version DESC");
    VERSION = versions!(" WHERE w.tenant_id = $1 AND w.encounter_id = $2 AND w.version = $3");
    TENANT_OF_HASH = "SELECT tenant_id, encounter_id, version FROM encounter_version
        WHERE signed_hash >= $1 AND signed_hash < $2 LIMIT 2";
}

store::row! {
    /// Where a signature stands.
    pub(in crate::care) struct Place {
        pub(in crate::care) tenant_id: TenantId,
        pub(in crate::care) encounter_id: EncounterId,
        pub(in crate::care) version: i64,
    }
}

/// What a version adds to the record it is of.
#[derive(Debug)]
pub(in crate::care) struct NewVersion<'a> {
    pub(in crate::care) change: Change,
    pub(in crate::care) content: &'a str,
    pub(in crate::care) reason: Option<&'a str>,
    pub(in crate::care) author: Option<UserId>,
    pub(in crate::care) at: Timestamp,
    /// Who signs it, his name and the hash.
    pub(in crate::care) signed: Option<(UserId, &'a str, &'a str)>,
}

/// Keeps the record as it is now as version `version`.
pub(in crate::care) async fn append(
    tx: &mut WriteTx,
    tenant: TenantId,
    record: &Encounter,
    version: i64,
    new: NewVersion<'_>,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        record.id,
        version,
        new.change,
        record.status,
        new.content,
        record.form_version,
        new.reason,
        new.author,
        new.at,
        new.signed.map(|(by, _, _)| by),
        new.signed.map(|(_, name, _)| name),
        new.signed.map(|(_, _, hash)| hash),
    ];
    tx.execute_one(APPEND, values).await
}

/// Every version, newest first.
pub(in crate::care) async fn versions(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: EncounterId,
) -> Result<Vec<VersionRow>, StoreError> {
    tx.all(VERSIONS, params![tenant, id]).await
}

pub(in crate::care) async fn version(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: EncounterId,
    version: i64,
) -> Result<Option<VersionRow>, StoreError> {
    tx.optional(VERSION, params![tenant, id, version]).await
}

/// Where the versions whose signatures begin so stand, in whichever clinic; two
/// at most.
pub(in crate::care) async fn places_of_hash(
    tx: &mut ReadTx,
    start: &str,
) -> Result<Vec<Place>, StoreError> {
    // No digit stands behind "f".
    tx.all(TENANT_OF_HASH, params![start, format!("{start}g")])
        .await
}
