use kernel::{PageRequest, TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::identity::model::oauth::{
    ClientId, ClientRow, NewClient, NewServiceToken, ServiceTokenId, ServiceTokenRow, ShownService,
};

store::statements! {
    INSERT_CLIENT = "INSERT INTO oauth_client (tenant_id, id, name, kind, secret_hash, redirect_uris, scopes, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CLIENT = "SELECT id, name, kind, secret_hash, redirect_uris, scopes, created_at, revoked_at FROM oauth_client
        WHERE tenant_id = $1 AND id = $2";
    CLIENTS = "SELECT id, name, kind, secret_hash, redirect_uris, scopes, created_at, revoked_at FROM oauth_client
        WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3";
    COUNT_CLIENTS = "SELECT COUNT(*) AS value FROM oauth_client WHERE tenant_id = $1";
    TENANT_OF_CLIENT = "SELECT tenant_id AS value FROM oauth_client WHERE id = $1";
    SET_CLIENT_SECRET = "UPDATE oauth_client SET secret_hash = $3
        WHERE tenant_id = $1 AND id = $2 AND kind = 'confidential' AND revoked_at IS NULL";
    REVOKE_CLIENT = "UPDATE oauth_client SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    INSERT_SERVICE = "INSERT INTO service_token (tenant_id, id, token_hash, name, scopes, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SERVICE = "SELECT id, name, scopes, created_at, expires_at, last_used_at, revoked_at FROM service_token
        WHERE tenant_id = $1 AND id = $2";
    SERVICES = "SELECT id, name, scopes, created_at, expires_at, last_used_at, revoked_at FROM service_token
        WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3";
    COUNT_SERVICES = "SELECT COUNT(*) AS value FROM service_token WHERE tenant_id = $1";
    REVOKE_SERVICE = "UPDATE service_token SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    SHOWN_SERVICE = "SELECT tenant_id, id, name, scopes, expires_at, last_used_at FROM service_token
        WHERE token_hash = $1 AND revoked_at IS NULL";
    NOTE_USE = "UPDATE service_token SET last_used_at = $3
        WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at <= $4)";
}

pub(in crate::identity) async fn insert_client(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ClientId,
    (new, secret_hash): (&NewClient, Option<&str>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        id,
        new.name,
        new.kind,
        secret_hash.map(str::to_owned),
        new.redirect_uris.join("\n"),
        new.scopes.join(" "),
        now,
    ];
    tx.execute_one(INSERT_CLIENT, values).await
}

pub(in crate::identity) async fn client(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: ClientId,
) -> Result<Option<ClientRow>, StoreError> {
    tx.optional(CLIENT, params![tenant, id]).await
}

pub(in crate::identity) async fn clients(
    tx: &mut ReadTx,
    tenant: TenantId,
    page: PageRequest,
) -> Result<(i64, Vec<ClientRow>), StoreError> {
    let count = tx.one(COUNT_CLIENTS, params![tenant]).await?;
    let rows = tx.all(CLIENTS, params![tenant, page.size, page.offset()]);
    Ok((count, rows.await?))
}

/// With which clinic a program is registered.
pub(in crate::identity) async fn tenant_of_client(
    tx: &mut ReadTx,
    id: ClientId,
) -> Result<Option<TenantId>, StoreError> {
    tx.optional(TENANT_OF_CLIENT, params![id]).await
}

/// False for a public client, and for one that is shut out.
pub(in crate::identity) async fn set_client_secret(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ClientId,
    hash: &str,
) -> Result<bool, StoreError> {
    let values = params![tenant, id, hash];
    Ok(tx.execute(SET_CLIENT_SECRET, values).await? == 1)
}

/// False when it was shut out before.
pub(in crate::identity) async fn revoke_client(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ClientId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REVOKE_CLIENT, params![tenant, id, now]).await? == 1)
}

pub(in crate::identity) async fn insert_service(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ServiceTokenId,
    (new, hash): (&NewServiceToken, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        id,
        hash,
        new.name,
        new.scopes.join(" "),
        now,
        new.expires_at,
    ];
    tx.execute_one(INSERT_SERVICE, values).await
}

pub(in crate::identity) async fn service(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: ServiceTokenId,
) -> Result<Option<ServiceTokenRow>, StoreError> {
    tx.optional(SERVICE, params![tenant, id]).await
}

pub(in crate::identity) async fn services(
    tx: &mut ReadTx,
    tenant: TenantId,
    page: PageRequest,
) -> Result<(i64, Vec<ServiceTokenRow>), StoreError> {
    let count = tx.one(COUNT_SERVICES, params![tenant]).await?;
    let rows = tx.all(SERVICES, params![tenant, page.size, page.offset()]);
    Ok((count, rows.await?))
}

/// False when it was shut out before.
pub(in crate::identity) async fn revoke_service(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ServiceTokenId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REVOKE_SERVICE, params![tenant, id, now]).await? == 1)
}

/// The service token with this fingerprint, unless it was revoked.
pub(in crate::identity) async fn shown_service(
    tx: &mut ReadTx,
    hash: &str,
) -> Result<Option<ShownService>, StoreError> {
    tx.optional(SHOWN_SERVICE, params![hash]).await
}

/// Notes a use, unless one was noted after `before`.
pub(in crate::identity) async fn note_use(
    tx: &mut WriteTx,
    (tenant, id): (TenantId, Uuid),
    now: Timestamp,
    before: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, id, now, before];
    tx.execute(NOTE_USE, values).await.map(drop)
}
