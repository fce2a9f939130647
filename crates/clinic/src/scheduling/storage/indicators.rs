use kernel::{TenantId, Timestamp, UserId};
use store::{Params, ReadTx, StoreError, params};

use crate::scheduling::model::{Asked, Tally};

/// Those that begin in the time asked for. An offer that nobody took up was no
/// appointment of anybody's.
macro_rules! within {
    () => {
        "WHERE a.tenant_id = $1 AND a.starts_at >= $2 AND a.starts_at < $3
            AND (CAST($4 AS UUID) IS NULL OR a.practitioner_id = $4)
            AND NOT EXISTS (SELECT 1 FROM waiting_offer f WHERE f.tenant_id = a.tenant_id AND f.appointment_id = a.id
                AND a.status = 'cancelled' AND f.state <> 'accepted')"
    };
}

store::statements! {
    TALLIES = concat!("SELECT a.practitioner_id AS practitioner_id,
            u.first_name || ' ' || u.last_name AS practitioner_name, a.status AS status, a.mode AS mode,
            COUNT(*) AS visits, CAST(SUM(a.ends_at - a.starts_at) AS BIGINT) AS taken
        FROM appointment a LEFT JOIN user_account u ON u.id = a.practitioner_id ", within!(),
        " GROUP BY a.practitioner_id, u.first_name, u.last_name, a.status, a.mode");
    ASKED = concat!("SELECT a.requested_start / 900000000 AS quarter, COUNT(*) AS requests FROM appointment a ",
        within!(), " GROUP BY a.requested_start / 900000000");
    LEADS = concat!("SELECT a.starts_at - a.created_at AS value FROM appointment a ", within!(),
        " AND a.status IN ('confirmed', 'completed', 'no_show')
        ORDER BY a.starts_at - a.created_at LIMIT $5 OFFSET $6");
}

/// Over which appointments figures are: of one doctor or of all, between two instants.
pub(in crate::scheduling) type Within = (Option<UserId>, Timestamp, Timestamp);

fn within(tenant: TenantId, (practitioner, from, until): Within) -> Params {
    params![tenant, from, until, practitioner]
}

/// Appointments counted by doctor, state and way to come.
pub(in crate::scheduling) async fn tallies(
    tx: &mut ReadTx,
    tenant: TenantId,
    of: Within,
) -> Result<Vec<Tally>, StoreError> {
    tx.all(TALLIES, within(tenant, of)).await
}

/// How often each quarter of an hour was asked for: at most 96 rows a day,
/// however many appointments there are.
pub(in crate::scheduling) async fn asked(
    tx: &mut ReadTx,
    tenant: TenantId,
    of: Within,
) -> Result<Vec<Asked>, StoreError> {
    tx.all(ASKED, within(tenant, of)).await
}

/// From request to visit, microseconds: `count` of the visits agreed to, the
/// shortest first, after the first `skip`.
pub(in crate::scheduling) async fn leads(
    tx: &mut ReadTx,
    tenant: TenantId,
    of: Within,
    (skip, count): (i64, i64),
) -> Result<Vec<i64>, StoreError> {
    let mut values = within(tenant, of);
    values.extend(params![count, skip]);
    tx.all(LEADS, values).await
}
