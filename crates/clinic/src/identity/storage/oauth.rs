use kernel::{Role, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::identity::model::oauth::{
    ClientId, CodeRow, LetInRow, ShownAccess, TokenKind, TokenRow,
};

store::statements! {
    INSERT_GRANT = "INSERT INTO oauth_grant (tenant_id, id, client_id, user_id, role, token_version, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    REVOKE_GRANT = "UPDATE oauth_grant SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    /// As long as one of its tokens could still open something.
    LET_IN = "SELECT c.id AS client_id, c.name AS name, g.created_at AS created_at, t.scopes AS scopes
        FROM oauth_grant g
        JOIN oauth_client c ON c.tenant_id = g.tenant_id AND c.id = g.client_id AND c.revoked_at IS NULL
        JOIN oauth_token t ON t.tenant_id = g.tenant_id AND t.grant_id = g.id
        WHERE g.tenant_id = $1 AND g.user_id = $2 AND g.revoked_at IS NULL AND t.used_at IS NULL AND t.expires_at > $3
        ORDER BY c.name, c.id, g.created_at";
    WITHDRAW = "UPDATE oauth_grant SET revoked_at = $4
        WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3 AND revoked_at IS NULL";
    INSERT_CODE = "INSERT INTO oauth_code (tenant_id, code_hash, grant_id, redirect_uri, challenge, scopes, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    CODE = "SELECT c.grant_id AS grant_id, g.client_id AS client_id, c.redirect_uri AS redirect_uri,
            c.challenge AS challenge, c.scopes AS scopes, c.expires_at AS expires_at
        FROM oauth_code c JOIN oauth_grant g ON g.tenant_id = $1 AND g.id = c.grant_id
        WHERE c.tenant_id = $1 AND c.code_hash = $2";
    /// Two uses at the same moment: one of them changes no row.
    USE_CODE = "UPDATE oauth_code SET used_at = $3 WHERE tenant_id = $1 AND code_hash = $2 AND used_at IS NULL";
    INSERT_TOKEN = "INSERT INTO oauth_token (tenant_id, token_hash, kind, grant_id, scopes, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    TOKEN = "SELECT t.kind AS kind, t.grant_id AS grant_id, g.client_id AS client_id, g.user_id AS user_id,
            g.role AS role, g.token_version AS token_version, t.scopes AS scopes, t.expires_at AS expires_at,
            g.revoked_at AS revoked_at
        FROM oauth_token t JOIN oauth_grant g ON g.tenant_id = $1 AND g.id = t.grant_id
        WHERE t.tenant_id = $1 AND t.token_hash = $2";
    USE_TOKEN = "UPDATE oauth_token SET used_at = $3
        WHERE tenant_id = $1 AND token_hash = $2 AND kind = 'refresh' AND used_at IS NULL";
    DELETE_ACCESS = "DELETE FROM oauth_token WHERE tenant_id = $1 AND token_hash = $2 AND kind = 'access'";
    SHOWN_ACCESS = "SELECT t.tenant_id AS tenant_id, t.scopes AS scopes, t.expires_at AS expires_at,
            c.id AS client_id, c.name AS client_name, g.user_id AS user_id, g.role AS role,
            g.token_version AS token_version
        FROM oauth_token t
        JOIN oauth_grant g ON g.tenant_id = t.tenant_id AND g.id = t.grant_id
        JOIN oauth_client c ON c.tenant_id = g.tenant_id AND c.id = g.client_id
        WHERE t.token_hash = $1 AND t.kind = 'access' AND g.revoked_at IS NULL AND c.revoked_at IS NULL";
    SWEEP_TOKENS = "DELETE FROM oauth_token WHERE tenant_id = $1 AND expires_at < $2";
    SWEEP_CODES = "DELETE FROM oauth_code WHERE tenant_id = $1 AND expires_at < $2 AND NOT EXISTS (
            SELECT 1 FROM oauth_token t WHERE t.tenant_id = $1 AND t.grant_id = oauth_code.grant_id)";
    SWEEP_GRANTS = "DELETE FROM oauth_grant WHERE tenant_id = $1 AND created_at < $2
            AND NOT EXISTS (SELECT 1 FROM oauth_token t WHERE t.tenant_id = $1 AND t.grant_id = oauth_grant.id)
            AND NOT EXISTS (SELECT 1 FROM oauth_code c WHERE c.tenant_id = $1 AND c.grant_id = oauth_grant.id)";
}

/// What a program is given: whose, and by whom as what.
#[derive(Debug, Clone, Copy)]
pub(in crate::identity) struct NewGrant {
    pub(in crate::identity) id: Uuid,
    pub(in crate::identity) client: ClientId,
    /// Nobody when the program acts for itself; his role and token version.
    pub(in crate::identity) user: Option<(UserId, Role, i64)>,
}

/// A code of a grant, by its fingerprint.
#[derive(Debug, Clone)]
pub(in crate::identity) struct NewCode {
    pub(in crate::identity) hash: String,
    pub(in crate::identity) redirect_uri: String,
    pub(in crate::identity) challenge: String,
    pub(in crate::identity) scopes: String,
    pub(in crate::identity) expires_at: Timestamp,
}

/// A token of a grant, by its fingerprint.
#[derive(Debug, Clone)]
pub(in crate::identity) struct NewToken {
    pub(in crate::identity) hash: String,
    pub(in crate::identity) kind: TokenKind,
    pub(in crate::identity) scopes: String,
    pub(in crate::identity) expires_at: Timestamp,
}

pub(in crate::identity) async fn insert_grant(
    tx: &mut WriteTx,
    tenant: TenantId,
    grant: NewGrant,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        grant.id,
        grant.client,
        grant.user.map(|(user, _, _)| user),
        grant.user.map(|(_, role, _)| role),
        grant.user.map(|(_, _, version)| version),
        now,
    ];
    tx.execute_one(INSERT_GRANT, values).await
}

/// What programs may do for somebody, a row for each of their tokens, by program.
pub(in crate::identity) async fn let_in(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<LetInRow>, StoreError> {
    tx.all(LET_IN, params![tenant, user, now]).await
}

/// Ends all that somebody granted a program; false when there is nothing.
pub(in crate::identity) async fn withdraw(
    tx: &mut WriteTx,
    tenant: TenantId,
    (user, client): (UserId, ClientId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![tenant, user, client, now];
    Ok(tx.execute(WITHDRAW, values).await? > 0)
}

/// Ends everything that came of a grant.
pub(in crate::identity) async fn revoke_grant(
    tx: &mut WriteTx,
    tenant: TenantId,
    grant: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, grant, now];
    tx.execute(REVOKE_GRANT, values).await.map(drop)
}

pub(in crate::identity) async fn insert_code(
    tx: &mut WriteTx,
    (tenant, grant): (TenantId, Uuid),
    code: &NewCode,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        code.hash,
        grant,
        code.redirect_uri,
        code.challenge,
        code.scopes,
        code.expires_at,
    ];
    tx.execute_one(INSERT_CODE, values).await
}

pub(in crate::identity) async fn code(
    tx: &mut ReadTx,
    tenant: TenantId,
    hash: &str,
) -> Result<Option<CodeRow>, StoreError> {
    tx.optional(CODE, params![tenant, hash]).await
}

/// False when it was used before, or by somebody else at this moment.
pub(in crate::identity) async fn use_code(
    tx: &mut WriteTx,
    tenant: TenantId,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(USE_CODE, params![tenant, hash, now]).await? == 1)
}

pub(in crate::identity) async fn insert_token(
    tx: &mut WriteTx,
    (tenant, grant): (TenantId, Uuid),
    token: &NewToken,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        token.hash,
        token.kind,
        grant,
        token.scopes,
        token.expires_at
    ];
    tx.execute_one(INSERT_TOKEN, values).await
}

pub(in crate::identity) async fn token(
    tx: &mut ReadTx,
    tenant: TenantId,
    hash: &str,
) -> Result<Option<TokenRow>, StoreError> {
    tx.optional(TOKEN, params![tenant, hash]).await
}

/// False when it was used before, or by somebody else at this moment.
pub(in crate::identity) async fn use_token(
    tx: &mut WriteTx,
    tenant: TenantId,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(USE_TOKEN, params![tenant, hash, now]).await? == 1)
}

pub(in crate::identity) async fn delete_access(
    tx: &mut WriteTx,
    tenant: TenantId,
    hash: &str,
) -> Result<(), StoreError> {
    tx.execute(DELETE_ACCESS, params![tenant, hash])
        .await
        .map(drop)
}

/// The access token with this fingerprint, unless its grant or client was revoked.
pub(in crate::identity) async fn shown_access(
    tx: &mut ReadTx,
    hash: &str,
) -> Result<Option<ShownAccess>, StoreError> {
    tx.optional(SHOWN_ACCESS, params![hash]).await
}

/// Removes tokens that expired, and what nothing is left of since `before`.
pub(in crate::identity) async fn sweep_grants(
    tx: &mut WriteTx,
    tenant: TenantId,
    (now, before): (Timestamp, Timestamp),
) -> Result<u64, StoreError> {
    let tokens = tx.execute(SWEEP_TOKENS, params![tenant, now]).await?;
    let codes = tx.execute(SWEEP_CODES, params![tenant, before]).await?;
    let grants = tx.execute(SWEEP_GRANTS, params![tenant, before]).await?;
    Ok(tokens + codes + grants)
}
