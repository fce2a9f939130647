use kernel::{TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::audit::{
    model::{ActorKind, EntryRow, Head, Line, UnsealedRow},
    rules,
};

store::statements! {
    /// Changes nothing, but holds the row until the commit.
    HOLD = "UPDATE audit_head SET seq = seq WHERE tenant_id = $1 RETURNING seq, hash";
    NEW_HEAD = "INSERT INTO audit_head (tenant_id, seq, hash) VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO NOTHING";
    MOVE_HEAD = "UPDATE audit_head SET seq = $2, hash = $3 WHERE tenant_id = $1";
    HEAD = "SELECT seq, hash FROM audit_head WHERE tenant_id = $1";
    LAST = "SELECT seq, hash FROM audit_event WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1";
    INSERT = "INSERT INTO audit_event (tenant_id, seq, id, at, actor_kind, actor_id, actor_name, action, object_type,
            object_id, patient_id, detail, previous_hash, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    AFTER = "SELECT seq, id, at, actor_kind, actor_id, actor_name, action, object_type, object_id, patient_id, detail,
            previous_hash, hash
        FROM audit_event WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    SEEN = "SELECT COUNT(*) AS value FROM audit_event
        WHERE tenant_id = $1 AND actor_id = $2 AND at > $3 AND action = $4
            AND CASE WHEN patient_id IS NULL THEN object_id ELSE patient_id END = $5";
    UNSEALED = "SELECT COUNT(*) AS value FROM audit_event_unsealed WHERE tenant_id = $1";
    OLDEST_UNSEALED = "SELECT id, at, actor_user, actor_name, action, object_type, object_id, detail
        FROM audit_event_unsealed WHERE tenant_id = $1 ORDER BY at, id LIMIT $2";
    DROP_UNSEALED = "DELETE FROM audit_event_unsealed WHERE tenant_id = $1 AND id = $2";
}

/// The end of the chain, held until the commit: nobody else adds a line meanwhile.
pub(in crate::audit) async fn hold(tx: &mut WriteTx, tenant: TenantId) -> Result<Head, StoreError> {
    if let Some(head) = tx.optional(HOLD, params![tenant]).await? {
        return Ok(head);
    }
    let last: Option<Head> = tx.optional(LAST, params![tenant]).await?;
    let last = last.unwrap_or(Head {
        seq: 0,
        hash: rules::BEGINNING.to_owned(),
    });
    tx.execute(NEW_HEAD, params![tenant, last.seq, last.hash])
        .await?;
    tx.one(HOLD, params![tenant]).await
}

/// Links a line to the end that is held.
pub(in crate::audit) async fn append(
    tx: &mut WriteTx,
    tenant: TenantId,
    head: Head,
    line: Line,
) -> Result<Head, StoreError> {
    let mut row = EntryRow {
        seq: head.seq + 1,
        id: line.id,
        at: line.at,
        actor_kind: line.actor_kind.as_str().to_owned(),
        actor_id: line.actor_id,
        actor_name: line.actor_name,
        action: line.action,
        object_type: line.object_type,
        object_id: line.object_id,
        patient_id: line.patient_id,
        detail: line.detail,
        previous_hash: head.hash,
        hash: String::new(),
    };
    row.hash = rules::hash(tenant, &row);
    let values = params![
        tenant,
        row.seq,
        row.id,
        row.at,
        row.actor_kind,
        row.actor_id,
        row.actor_name,
        row.action,
        row.object_type,
        row.object_id,
        row.patient_id,
        row.detail,
        row.previous_hash,
        row.hash,
    ];
    tx.execute_one(INSERT, values).await?;
    tx.execute_one(MOVE_HEAD, params![tenant, row.seq, row.hash])
        .await?;
    Ok(Head {
        seq: row.seq,
        hash: row.hash,
    })
}

/// The end as the program keeps it.
pub(in crate::audit) async fn head(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Option<Head>, StoreError> {
    tx.optional(HEAD, params![tenant]).await
}

/// The next lines after a number.
pub(in crate::audit) async fn after(
    tx: &mut ReadTx,
    tenant: TenantId,
    seq: i64,
    limit: i64,
) -> Result<Vec<EntryRow>, StoreError> {
    tx.all(AFTER, params![tenant, seq, limit]).await
}

/// Whether somebody has done this with the patient, or without one with the
/// object, since then.
pub(in crate::audit) async fn seen_since(
    tx: &mut ReadTx,
    tenant: TenantId,
    line: &Line,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let about = line.patient_id.unwrap_or(line.object_id);
    let values = params![tenant, line.actor_id, since, line.action, about];
    let count: i64 = tx.one(SEEN, values).await?;
    Ok(count > 0)
}

/// How many lines of older programs wait.
pub(in crate::audit) async fn unsealed(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<i64, StoreError> {
    tx.one(UNSEALED, params![tenant]).await
}

/// Links the oldest lines of older programs to the chain; answers how many.
pub(in crate::audit) async fn carry_over(
    tx: &mut WriteTx,
    tenant: TenantId,
    limit: i64,
) -> Result<usize, StoreError> {
    let mut head = hold(tx, tenant).await?;
    let rows: Vec<UnsealedRow> = tx.all(OLDEST_UNSEALED, params![tenant, limit]).await?;
    let count = rows.len();
    for row in rows {
        let id = row.id;
        head = append(tx, tenant, head, line_of(row)).await?;
        tx.execute_one(DROP_UNSEALED, params![tenant, id]).await?;
    }
    Ok(count)
}

fn line_of(row: UnsealedRow) -> Line {
    let is_patient = row.object_type == "patient";
    Line {
        id: row.id,
        at: row.at,
        actor_kind: match (row.actor_user, row.actor_name.as_str()) {
            (Some(_), _) => ActorKind::User,
            (None, "service") => ActorKind::Service,
            (None, _) => ActorKind::Program,
        },
        actor_id: row.actor_user,
        actor_name: row.actor_name,
        action: row.action,
        object_type: row.object_type,
        object_id: row.object_id,
        patient_id: is_patient.then_some(row.object_id),
        detail: row.detail,
    }
}
