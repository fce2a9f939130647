use kernel::{Phone, TenantId, Timestamp};
use send_rules::{Category, Channel, Choice};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::messaging::model::{ConsentEvent, ConsentLine, ConsentSource};

store::statements! {
    NOTE_CONSENT = "INSERT INTO consent_event (tenant_id, id, phone, channel, category, decision, source, noted_by,
            wording, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    LAST_DECIDED = "SELECT MAX(at) AS value FROM consent_event WHERE tenant_id = $1 AND phone = $2";
    /// Of each pair of way and kind the newest, the newest of all first.
    STANDING = "SELECT e.channel AS channel, e.category AS category, e.decision AS decision
        FROM (SELECT MAX(at) AS at FROM consent_event WHERE tenant_id = $1 AND phone = $2
            GROUP BY channel, category) AS newest
        JOIN consent_event e ON e.tenant_id = $1 AND e.phone = $2 AND e.at = newest.at
        ORDER BY e.at DESC, e.id DESC";
    /// All of it: what a return restores may be long ago.
    DECIDED = "SELECT channel, category, decision FROM consent_event
        WHERE tenant_id = $1 AND phone = $2 ORDER BY at DESC, id DESC";
    LEDGER = "SELECT e.channel AS channel, e.category AS category, e.decision AS decision, e.source AS source,
            u.first_name || ' ' || u.last_name AS noted_by, e.at AS at
        FROM consent_event e LEFT JOIN user_account u ON u.id = e.noted_by
        WHERE e.tenant_id = $1 AND e.phone = $2 ORDER BY e.at DESC, e.id DESC LIMIT 50";
}

kernel::words! {
    enum Decision {
        In = "in",
        Out = "out",
    }
}

store::row! {
    struct StandingRow {
        channel: Option<Channel>,
        category: Option<Category>,
        decision: Decision,
    }
}

store::row! {
    struct LedgerRow {
        channel: Option<Channel>,
        category: Option<Category>,
        decision: Decision,
        source: ConsentSource,
        noted_by: Option<String>,
        at: Timestamp,
    }
}

pub(in crate::messaging) async fn note_consent(
    tx: &mut WriteTx,
    tenant: TenantId,
    event: &ConsentEvent,
) -> Result<(), StoreError> {
    let decision = match event.choice.wanted {
        true => Decision::In,
        false => Decision::Out,
    };
    let values = params![
        tenant,
        event.id,
        event.phone,
        event.choice.channel,
        event.choice.category,
        decision,
        event.source,
        event.noted_by,
        event.source.wording(),
        event.at,
    ];
    tx.execute_one(NOTE_CONSENT, values).await
}

/// When the owner of a number last decided anything.
pub(in crate::messaging) async fn last_decided(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = tx.one(LAST_DECIDED, params![tenant, phone]).await?;
    Ok(at.map(Timestamp::from_micros))
}

/// What the owner of a number decided and nothing newer undid, the newest first.
pub(in crate::messaging) async fn standing(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<Choice>, StoreError> {
    let rows: Vec<StandingRow> = tx.all(STANDING, params![tenant, phone]).await?;
    Ok(rows.into_iter().map(Choice::from).collect())
}

/// All that the owner of a number ever decided, the newest first.
pub(in crate::messaging) async fn decided(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<Choice>, StoreError> {
    let rows: Vec<StandingRow> = tx.all(DECIDED, params![tenant, phone]).await?;
    Ok(rows.into_iter().map(Choice::from).collect())
}

impl From<StandingRow> for Choice {
    fn from(row: StandingRow) -> Self {
        Self {
            channel: row.channel,
            category: row.category,
            wanted: row.decision == Decision::In,
        }
    }
}

/// The newest fifty decisions about a number, the newest first.
pub(in crate::messaging) async fn ledger(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<ConsentLine>, StoreError> {
    let rows: Vec<LedgerRow> = tx.all(LEDGER, params![tenant, phone]).await?;
    let line = |row: LedgerRow| ConsentLine {
        choice: Choice {
            channel: row.channel,
            category: row.category,
            wanted: row.decision == Decision::In,
        },
        source: row.source,
        noted_by: row.noted_by,
        at: row.at,
    };
    Ok(rows.into_iter().map(line).collect())
}
