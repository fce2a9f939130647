//! The clinic's own texts, and those in WhatsApp's review.

use kernel::{Ctx, Locale, TenantId, Timestamp};
use send_rules::TemplateState;
use store::{ReadTx, StoreError, WriteTx, params};

use crate::messaging::{
    model::{ReviewedRow, ReviewedText, TextKey, TextRow, TextVersion},
    rules::events::Event,
};

store::statements! {
    TEXT = "SELECT event, channel, language, version, body FROM message_template
        WHERE tenant_id = $1 AND event = $2 AND channel = $3 AND language = $4 ORDER BY version DESC LIMIT 1";
    TEXTS = "SELECT t.event AS event, t.channel AS channel, t.language AS language, t.version AS version, t.body AS body
        FROM (SELECT event, channel, language, MAX(version) AS version FROM message_template
            WHERE tenant_id = $1 GROUP BY event, channel, language) AS newest
        JOIN message_template t ON t.tenant_id = $1 AND t.event = newest.event AND t.channel = newest.channel
            AND t.language = newest.language AND t.version = newest.version";
    VERSIONS = "SELECT t.version AS version, t.body AS body, u.first_name || ' ' || u.last_name AS author,
            t.created_at AS created_at
        FROM message_template t LEFT JOIN user_account u ON u.id = t.created_by
        WHERE t.tenant_id = $1 AND t.event = $2 AND t.channel = $3 AND t.language = $4
        ORDER BY t.version DESC LIMIT 50";
    ADD_VERSION = "INSERT INTO message_template (tenant_id, event, channel, language, version, body, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    REVIEWED = "SELECT event, language, name, category, body, state, content_sid, version FROM whatsapp_template
        WHERE tenant_id = $1 AND event = $2 AND language = $3";
    ALL_REVIEWED = "SELECT event, language, name, category, body, state, content_sid, version FROM whatsapp_template
        WHERE tenant_id = $1 ORDER BY event, language";
    ENTER_REVIEWED = "INSERT INTO whatsapp_template (tenant_id, event, language, name, category, body, state,
            content_sid, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)";
    CHANGE_REVIEWED = "UPDATE whatsapp_template SET name = $4, category = $5, body = $6, state = $7, content_sid = $8,
            updated_at = $9, version = version + 1
        WHERE tenant_id = $1 AND event = $2 AND language = $3 AND version = $10";
}

pub(in crate::messaging) async fn text(
    tx: &mut ReadTx,
    tenant: TenantId,
    key: TextKey,
) -> Result<Option<TextRow>, StoreError> {
    let values = params![tenant, key.event.key, key.channel, key.locale];
    tx.optional(TEXT, values).await
}

pub(in crate::messaging) async fn texts(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<TextRow>, StoreError> {
    tx.all(TEXTS, params![tenant]).await
}

pub(in crate::messaging) async fn versions(
    tx: &mut ReadTx,
    tenant: TenantId,
    key: TextKey,
) -> Result<Vec<TextVersion>, StoreError> {
    let values = params![tenant, key.event.key, key.channel, key.locale];
    tx.all(VERSIONS, values).await
}

pub(in crate::messaging) async fn add_version(
    tx: &mut WriteTx,
    ctx: &Ctx,
    key: TextKey,
    (version, body): (i64, Option<&str>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        ctx.tenant,
        key.event.key,
        key.channel,
        key.locale,
        version,
        body,
        ctx.actor.user(),
        now
    ];
    tx.execute_one(ADD_VERSION, values).await
}

pub(in crate::messaging) async fn reviewed(
    tx: &mut ReadTx,
    tenant: TenantId,
    (event, locale): (&Event, Locale),
) -> Result<Option<ReviewedRow>, StoreError> {
    tx.optional(REVIEWED, params![tenant, event.key, locale])
        .await
}

pub(in crate::messaging) async fn all_reviewed(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<ReviewedRow>, StoreError> {
    tx.all(ALL_REVIEWED, params![tenant]).await
}

/// Enters what is new, changes what has the version that was seen.
pub(in crate::messaging) async fn set_reviewed(
    tx: &mut WriteTx,
    tenant: TenantId,
    (event, locale): (&Event, Locale),
    text: &ReviewedText,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut values = params![
        tenant,
        event.key,
        locale,
        text.name,
        text.category,
        text.body,
        text.state,
        text.content_sid,
        now
    ];
    if text.version == 0 {
        return tx.execute_one(ENTER_REVIEWED, values).await;
    }
    values.extend(params![text.version]);
    tx.execute_one(CHANGE_REVIEWED, values).await
}

/// How the text for an event stands in WhatsApp's review.
pub(in crate::messaging) async fn review_state(
    tx: &mut ReadTx,
    tenant: TenantId,
    of: (&Event, Locale),
) -> Result<Option<TemplateState>, StoreError> {
    Ok(reviewed(tx, tenant, of).await?.map(|row| row.state))
}
