//! Those whom a broadcast is for, and how it stands with each.

use kernel::{PageRequest, TenantId};
use store::{ReadTx, StoreError, WriteTx, params};

use super::broadcasts::{AT_ONCE, of_some};

use crate::{
    messaging::api::MessageId,
    outreach::model::{
        AlikeRow, BroadcastId, Delivery, DeliveryState, NextRecipient, SpentRow, TallyRow,
    },
    patients::api::PatientId,
};

/// How it stands with `r` of the broadcast `b`: as its message `m` does, or the one that
/// took that one's place. Who was not reached before the end gets nothing any more.
macro_rules! state {
    () => {
        "CASE WHEN r.excluded IS NOT NULL THEN 'excluded' WHEN m.state IS NOT NULL THEN CASE
                WHEN m.state = 'queued' THEN 'pending' WHEN m.state IN ('accepted', 'sent') THEN 'sent'
                WHEN m.state IN ('delivered', 'read') THEN 'delivered' ELSE m.state END
            WHEN b.cancelled_at IS NOT NULL THEN 'cancelled'
            WHEN b.work_due_at IS NOT NULL OR b.paused_at IS NOT NULL OR b.work_dead_at IS NOT NULL THEN 'pending'
            ELSE 'expired' END"
    };
}

/// What is asked of all recipients `r` of broadcasts `b`, with more tables and conditions.
macro_rules! standing {
    ($what:expr, $more:expr, $rows:expr) => {
        concat!(
            $what,
            " FROM outreach_broadcast b
        JOIN outreach_broadcast_recipient r ON r.tenant_id = b.tenant_id AND r.broadcast_id = b.id
        LEFT JOIN message f ON f.tenant_id = r.tenant_id AND f.follows = r.message_id
        LEFT JOIN message m ON m.tenant_id = r.tenant_id AND m.id = CASE WHEN f.id IS NULL THEN r.message_id ELSE f.id END",
            $more,
            " WHERE b.tenant_id = $1",
            $rows
        )
    };
}

/// `p` is the patient as he stands today: the record that his was merged into, if it was.
macro_rules! deliveries {
    ($rows:expr) => {
        standing!(
            concat!(
                "SELECT p.id AS patient_id, p.first_name || ' ' || p.last_name AS patient_name, p.restricted AS restricted,
            r.phone AS phone, CASE WHEN m.channel IS NULL THEN r.channel ELSE m.channel END AS channel,
            r.excluded AS excluded, ",
                state!(),
                " AS state, m.reason AS reason, m.work_error AS waits, m.error_code AS error_code,
            m.provider_id AS provider_id, m.id AS message_id, m.updated_at AS updated_at"
            ),
            " JOIN patient o ON o.tenant_id = r.tenant_id AND o.id = r.patient_id
        JOIN patient p ON p.tenant_id = o.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END",
            $rows
        )
    };
}

macro_rules! wanted {
    () => {
        concat!(
            " AND b.id = $2 AND (CAST($3 AS TEXT) IS NULL OR ",
            state!(),
            " = $3)"
        )
    };
}

store::statements! {
    NEXT = "SELECT patient_id, phone, channel, language FROM outreach_broadcast_recipient
        WHERE tenant_id = $1 AND broadcast_id = $2 AND excluded IS NULL AND message_id IS NULL
        ORDER BY patient_id LIMIT $3";
    RELEASED = "UPDATE outreach_broadcast_recipient SET message_id = $4
        WHERE tenant_id = $1 AND broadcast_id = $2 AND patient_id = $3 AND message_id IS NULL";
    /// Of the newest so many.
    NOT_GONE = "SELECT COUNT(*) AS value FROM (SELECT n.message_id AS message_id FROM outreach_broadcast_recipient n
            WHERE n.tenant_id = $1 AND n.broadcast_id = $2 AND n.message_id IS NOT NULL
            ORDER BY n.patient_id DESC LIMIT $3) r
        JOIN message m ON m.tenant_id = $1 AND m.id = r.message_id WHERE m.state IN ('queued', 'sending')";
    /// That may still leave, or be followed.
    LIVE = standing!(
        "SELECT m.id AS value",
        "",
        " AND b.id = $2 AND m.state IN ('queued', 'sending', 'accepted', 'sent', 'simulated')"
    );
    /// So many broadcasts at once; nobody has no id.
    TALLY = standing!(
        concat!("SELECT r.broadcast_id AS broadcast_id, r.excluded AS excluded, ", state!(), " AS state, COUNT(*) AS people"),
        "",
        " AND b.id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
        GROUP BY 1, 2, 3"
    );
    /// Whose message has not left, in the groups of [`super::audience::alike`].
    STILL_WAITING = standing!(
        "SELECT r.excluded AS excluded, CASE WHEN m.channel IS NULL THEN r.channel ELSE m.channel END AS channel,
            r.language AS language, MIN(r.phone) AS phone, COUNT(*) AS people",
        "",
        concat!(" AND b.id = $2 AND r.excluded IS NULL AND ", state!(), " IN ('pending', 'sending')
        GROUP BY 1, 2, 3, SUBSTR(r.phone, 2, 3)")
    );
    /// Of all its messages, also those that another one took the place of.
    SPENT = "SELECT c.form AS form, c.currency AS currency, MIN(m.body) AS body, COUNT(*) AS messages,
            COUNT(c.amount) AS priced, CAST(SUM(CASE WHEN c.amount IS NULL THEN 0 ELSE c.amount END) AS BIGINT) AS amount
        FROM outreach_broadcast_recipient r
        LEFT JOIN message f ON f.tenant_id = r.tenant_id AND f.follows = r.message_id
        CROSS JOIN message_cost c CROSS JOIN message m
        WHERE r.tenant_id = $1 AND r.broadcast_id = $2 AND r.message_id IS NOT NULL
            AND c.tenant_id = r.tenant_id AND c.message_id IN (r.message_id, f.id)
            AND m.tenant_id = c.tenant_id AND m.id = c.message_id
        GROUP BY c.form, c.currency, m.body_sha256";
    DELIVERIES = deliveries!(concat!(wanted!(), " ORDER BY r.patient_id LIMIT $4 OFFSET $5"));
    DELIVERY = deliveries!(" AND b.id = $2 AND r.patient_id = $3");
    COUNT_DELIVERIES = standing!("SELECT COUNT(*) AS value", "", wanted!());
}

/// Those whose turn is next.
pub(in crate::outreach) async fn next(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BroadcastId,
    most: i64,
) -> Result<Vec<NextRecipient>, StoreError> {
    tx.all(NEXT, params![tenant, id, most]).await
}

/// Remembers the message that was written for somebody.
pub(in crate::outreach) async fn released(
    tx: &mut WriteTx,
    tenant: TenantId,
    (id, patient): (BroadcastId, PatientId),
    message: MessageId,
) -> Result<(), StoreError> {
    let values = params![tenant, id, patient, message];
    tx.execute_one(RELEASED, values).await
}

/// How many of the newest so many messages have not left the outbox.
pub(in crate::outreach) async fn not_gone(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BroadcastId,
    of: i64,
) -> Result<i64, StoreError> {
    tx.one(NOT_GONE, params![tenant, id, of]).await
}

/// The messages of a broadcast that may still leave, or of which it may still turn out that
/// they did not arrive.
pub(in crate::outreach) async fn live(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BroadcastId,
) -> Result<Vec<MessageId>, StoreError> {
    tx.all(LIVE, params![tenant, id]).await
}

/// How many recipients of these broadcasts stand how.
pub(in crate::outreach) async fn tally(
    tx: &mut ReadTx,
    tenant: TenantId,
    ids: &[BroadcastId],
) -> Result<Vec<TallyRow>, StoreError> {
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        found.extend(tx.all::<TallyRow>(TALLY, of_some(tenant, some)).await?);
    }
    Ok(found)
}

/// One part of the report, in the order of their turns, with the number of all that stand
/// so.
pub(in crate::outreach) async fn deliveries(
    tx: &mut ReadTx,
    tenant: TenantId,
    (id, state): (BroadcastId, Option<DeliveryState>),
    page: PageRequest,
) -> Result<(i64, Vec<Delivery>), StoreError> {
    let count = tx.one(COUNT_DELIVERIES, params![tenant, id, state]).await?;
    let mut values = params![tenant, id, state];
    values.extend(params![page.size, page.offset()]);
    Ok((count, tx.all(DELIVERIES, values).await?))
}

/// How a broadcast stands with one of those whom it is for.
pub(in crate::outreach) async fn delivery(
    tx: &mut ReadTx,
    tenant: TenantId,
    (id, patient): (BroadcastId, PatientId),
) -> Result<Option<Delivery>, StoreError> {
    tx.optional(DELIVERY, params![tenant, id, patient]).await
}

/// How many of those whose message has not left would be dealt with alike.
pub(in crate::outreach) async fn still_waiting(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BroadcastId,
) -> Result<Vec<AlikeRow>, StoreError> {
    tx.all(STILL_WAITING, params![tenant, id]).await
}

/// What the outbox wrote down of the messages of a broadcast.
pub(in crate::outreach) async fn broadcast_spent(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BroadcastId,
) -> Result<Vec<SpentRow>, StoreError> {
    tx.all(SPENT, params![tenant, id]).await
}
