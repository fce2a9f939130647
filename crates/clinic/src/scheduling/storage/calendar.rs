use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::scheduling::model::{AppointmentId, Taken};

/// Starts and ends of what keeps these doctors' time.
macro_rules! taken {
    ($whose:literal) => {
        concat!(
            "SELECT practitioner_id, STRING_AGG(CAST(starts_at AS TEXT) || ' ' || CAST(ends_at AS TEXT), ' ') AS spans
        FROM appointment
        WHERE tenant_id = $1 AND starts_at > $2 AND starts_at < $3
            AND (status = 'confirmed' OR (status = 'pending' AND held_until > $4)) AND id <> $5 AND ",
            $whose,
            " GROUP BY practitioner_id ORDER BY practitioner_id"
        )
    };
}

store::statements! {
    HOLD = "INSERT INTO practitioner_calendar (tenant_id, practitioner_id, version) VALUES ($1, $2, 1)
        ON CONFLICT (tenant_id, practitioner_id) DO UPDATE SET version = practitioner_calendar.version + 1";
    /// By doctor, so that the index of each one's calendar is walked for these weeks only.
    TAKEN = taken!("practitioner_id IN (SELECT c.practitioner_id FROM practitioner_calendar c WHERE c.tenant_id = $1)");
    /// Every booking asks this: without an optional filter it is planned once.
    TAKEN_OF = taken!("practitioner_id = $6");
}

/// No appointment is longer: microseconds of eight hours, as the schema says.
pub(in crate::scheduling) const LONGEST: i64 = 8 * 3_600_000_000;

/// Whoever else changes this doctor's calendar waits until this transaction ends.
pub(in crate::scheduling) async fn hold_calendar(
    tx: &mut WriteTx,
    tenant: TenantId,
    practitioner: UserId,
) -> Result<(), StoreError> {
    tx.execute_one(HOLD, params![tenant, practitioner]).await
}

/// What keeps time of one doctor, or of all, between two instants; by doctor. An
/// appointment that is moved or agreed to is left out: its own place does not count.
pub(in crate::scheduling) async fn taken(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: Option<UserId>,
    (from, until): (Timestamp, Timestamp),
    (now, except): (Timestamp, Option<AppointmentId>),
) -> Result<Vec<Taken>, StoreError> {
    let from = Timestamp::from_micros(from.micros() - LONGEST);
    // No appointment has the nil id.
    let except = except.map_or(Uuid::nil(), |except| except.uuid());
    let mut values = params![tenant, from, until, now, except];
    let Some(practitioner) = practitioner else {
        return tx.all(TAKEN, values).await;
    };
    values.extend(params![practitioner]);
    tx.all(TAKEN_OF, values).await
}
