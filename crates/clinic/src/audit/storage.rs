use kernel::{Ctx, Timestamp, UserId};
use store::{StoreError, WriteTx, params};
use uuid::Uuid;

store::statements! {
    INSERT = "INSERT INTO audit_event (tenant_id, id, at, actor_user, actor_name, action, object_type, object_id, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

/// One line of the trail.
pub(super) struct NewEvent<'a> {
    pub id: Uuid,
    pub at: Timestamp,
    pub user: Option<UserId>,
    pub name: &'a str,
    pub action: &'a str,
    pub object: (&'a str, Uuid),
    pub detail: Option<String>,
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    ctx: &Ctx,
    event: NewEvent<'_>,
) -> Result<(), StoreError> {
    let (object_type, object_id) = event.object;
    let values = params![
        ctx.tenant,
        event.id,
        event.at,
        event.user,
        event.name,
        event.action,
        object_type,
        object_id,
        event.detail,
    ];
    tx.execute_one(INSERT, values).await
}
