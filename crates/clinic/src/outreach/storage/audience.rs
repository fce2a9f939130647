//! Who gets a broadcast and who does not: decided by one statement, for the preview and
//! for the writing down.

use kernel::{TenantId, Timestamp};
use send_rules::WHATSAPP_WINDOW;
use store::{Params, ReadTx, StoreError, WriteTx, params};

use crate::{
    outreach::{
        model::{AlikeRow, Audience, BroadcastId},
        rules::broadcasts::born_between,
    },
    patients::api::PatientId,
};

/// Whether the owner of `c.phone` wants broadcasts by this way: the newest decision that
/// speaks of it counts, as in `send_rules::is_wanted`.
macro_rules! wants {
    ($way:literal) => {
        concat!(
            "COALESCE((SELECT e.decision FROM consent_event e WHERE e.tenant_id = $1 AND e.phone = c.phone
                AND (e.channel IS NULL OR e.channel = '",
            $way,
            "') AND (e.category IS NULL OR e.category = 'broadcast') ORDER BY e.at DESC, e.id DESC LIMIT 1), 'in') = 'in'"
        )
    };
}

/// Some of the audience, in the order of their ids: $3 is the last one before, $4 how
/// many, $5 and $6 the day before the first and the last day of birth, $7 since when WhatsApp's window
/// is open. WhatsApp is taken where the owner of a number has ever written there, and may
/// be written to now: as `messaging::api::way_to` does, by the same facts.
macro_rules! some_of_the_audience {
    () => {
        concat!(
            "SELECT a.broadcast_id AS broadcast_id, a.patient_id AS patient_id,
            a.language AS language, c.phone AS phone, CASE WHEN a.status <> 'active' THEN 'inactive'
                WHEN a.without_gender THEN 'no_gender' WHEN a.without_age THEN 'no_birth_date'
                WHEN c.phone IS NULL THEN 'no_number' END AS excluded,
            ", wants!("sms"), " AS by_sms,
            ", wants!("whatsapp"), " AND EXISTS (SELECT 1 FROM last_inbound i WHERE i.tenant_id = $1 AND i.phone = c.phone
                AND i.channel = 'whatsapp' AND (i.at > $7 OR EXISTS (SELECT 1 FROM whatsapp_template t WHERE t.tenant_id = $1
                    AND t.event = 'broadcast' AND t.language = a.language AND t.state = 'approved'))) AS by_whatsapp
        FROM (SELECT b.id AS broadcast_id, p.id AS patient_id, p.status AS status, p.locale AS language,
                b.target_gender IS NOT NULL AND p.gender IS NULL AS without_gender,
                (b.target_age_min IS NOT NULL OR b.target_age_max IS NOT NULL) AND p.birth_date IS NULL AS without_age,
                (SELECT l.contact_point_id FROM patient_contact l WHERE l.tenant_id = $1 AND l.patient_id = p.id
                    ORDER BY l.is_primary DESC, l.created_at, l.contact_point_id LIMIT 1) AS contact_id
            FROM outreach_broadcast b CROSS JOIN patient p
            WHERE b.tenant_id = $1 AND b.id = $2 AND p.tenant_id = $1 AND p.id > $3 AND p.merged_into IS NULL
                AND (b.target_gender IS NULL OR p.gender IS NULL OR p.gender = b.target_gender)
                AND (p.birth_date IS NULL OR (p.birth_date > $5 AND p.birth_date <= $6))
            ORDER BY p.id LIMIT $4) a
        LEFT JOIN contact_point c ON c.tenant_id = $1 AND c.id = a.contact_id"
        )
    };
}

/// The same with the way and with who does not get it: one message to a number.
macro_rules! decided {
    () => {
        concat!(
            "SELECT d.broadcast_id AS broadcast_id, d.patient_id AS patient_id, d.phone AS phone,
            d.language AS language, CASE WHEN d.excluded IS NULL THEN d.channel END AS channel,
            CASE WHEN d.excluded IS NOT NULL THEN d.excluded
                WHEN d.place > 1 OR EXISTS (SELECT 1 FROM outreach_broadcast_recipient r WHERE r.tenant_id = $1
                    AND r.broadcast_id = $2 AND r.phone = d.phone AND r.excluded IS NULL) THEN 'same_number' END AS excluded
        FROM (SELECT w.broadcast_id AS broadcast_id, w.patient_id AS patient_id, w.phone AS phone,
                w.language AS language, w.channel AS channel, w.excluded AS excluded,
                ROW_NUMBER() OVER (PARTITION BY w.phone, w.excluded ORDER BY w.patient_id) AS place
            FROM (SELECT s.broadcast_id AS broadcast_id, s.patient_id AS patient_id,
                    s.phone AS phone, s.language AS language, CASE WHEN s.by_whatsapp THEN 'whatsapp' ELSE 'sms' END AS channel,
                    CASE WHEN s.excluded IS NOT NULL THEN s.excluded
                        WHEN s.by_whatsapp OR s.by_sms THEN NULL ELSE 'opted_out' END AS excluded
                FROM (", some_of_the_audience!(), ") s) w) d"
        )
    };
}

store::statements! {
    GATHER = concat!("INSERT INTO outreach_broadcast_recipient (tenant_id, broadcast_id, patient_id, phone, language, channel, excluded)
        SELECT $1, g.broadcast_id, g.patient_id, g.phone, g.language,
            CASE WHEN g.excluded IS NULL THEN g.channel END, g.excluded FROM (", decided!(), ") g");
    ALIKE = concat!("SELECT g.excluded AS excluded, g.channel AS channel, g.language AS language, MIN(g.phone) AS phone,
            COUNT(*) AS people
        FROM (SELECT k.excluded AS excluded, CASE WHEN k.excluded IS NULL THEN k.channel END AS channel,
                k.language AS language, k.phone AS phone, SUBSTR(k.phone, 2, 3) AS prefix FROM (", decided!(), ") k) g
        GROUP BY g.excluded, g.channel, g.language, g.prefix");
    LAST_GATHERED = "SELECT patient_id AS value FROM outreach_broadcast_recipient
        WHERE tenant_id = $1 AND broadcast_id = $2 ORDER BY patient_id DESC LIMIT 1";
}

fn values(
    tenant: TenantId,
    (id, audience): (BroadcastId, &Audience),
    (after, most): (PatientId, i64),
    (now, today): (Timestamp, &str),
) -> Params {
    let (first, last) = born_between(audience, today);
    let window = now.minus(WHATSAPP_WINDOW);
    params![tenant, id, after, most, first, last, window]
}

/// Writes the next so many of the audience down; fewer are all that were left.
pub(in crate::outreach) async fn gather(
    tx: &mut WriteTx,
    tenant: TenantId,
    of: (BroadcastId, &Audience),
    most: i64,
    now: (Timestamp, &str),
) -> Result<i64, StoreError> {
    let last: Option<PatientId> = tx.optional(LAST_GATHERED, params![tenant, of.0]).await?;
    let after = last.unwrap_or_else(|| PatientId::from_uuid(uuid::Uuid::nil()));
    let written = tx
        .execute(GATHER, values(tenant, of, (after, most), now))
        .await?;
    Ok(i64::try_from(written).unwrap_or(i64::MAX))
}

/// How many of the audience would be dealt with alike, if it were written down now.
pub(in crate::outreach) async fn alike(
    tx: &mut ReadTx,
    tenant: TenantId,
    of: (BroadcastId, &Audience),
    now: (Timestamp, &str),
) -> Result<Vec<AlikeRow>, StoreError> {
    let from_the_first = (PatientId::from_uuid(uuid::Uuid::nil()), i64::MAX);
    tx.all(ALIKE, values(tenant, of, from_the_first, now)).await
}
