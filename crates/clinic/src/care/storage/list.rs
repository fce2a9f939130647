use kernel::{PageRequest, TenantId, UserId};
use store::{Params, ReadTx, Sql, StoreError, params};

use super::encounters;
use crate::{
    care::model::{Encounter, EncounterRow, Wanted},
    patients,
};

/// What the caller may see and what he asked for.
macro_rules! filter {
    () => {
        " AND e.deleted_at IS NULL
            AND ($2 = 'all'
                OR ($2 = 'doctor' AND (e.assigned_to = $3 OR e.validated_by = $3
                    OR (e.assigned_to IS NULL AND e.status IN ('in_analysis', 'analysed', 'analysis_failed'))))
                OR ($2 = 'entered' AND e.created_by = $3)
                OR ($2 = 'own' AND p.user_id = $3))
            AND (CAST($4 AS TEXT) IS NULL OR e.status IN ($4, $5, $6, $7, $8))
            AND (CAST($9 AS BOOLEAN) IS NULL OR e.remote = $9)
            AND (CAST($10 AS BIGINT) IS NULL OR e.created_at >= $10)
            AND (CAST($11 AS BIGINT) IS NULL OR e.created_at < $11)
            AND (CAST($12 AS UUID) IS NULL OR e.assigned_to = $12)"
    };
}

/// The ids of those in which every word of the search begins some word; `$low` and the
/// five after it are the ranges of up to three words. Without `CASE`, PostgreSQL expects
/// half of the first word's bearers to be left, and reads every record for thirteen.
macro_rules! bearers {
    ($low:literal, $high:literal, $low2:literal, $high2:literal, $low3:literal, $high3:literal) => {
        concat!(
            "FROM encounter_word w WHERE w.tenant_id = $1 AND w.word >= ",
            $low,
            " AND w.word < ",
            $high,
            "
                AND CASE WHEN CAST(",
            $low2,
            " AS TEXT) IS NULL THEN 1 WHEN w.encounter_id IN (SELECT x.encounter_id FROM encounter_word x
                    WHERE x.tenant_id = $1 AND x.word >= ",
            $low2,
            " AND x.word < ",
            $high2,
            ") THEN 1 ELSE 0 END = 1
                AND CASE WHEN CAST(",
            $low3,
            " AS TEXT) IS NULL THEN 1 WHEN w.encounter_id IN (SELECT y.encounter_id FROM encounter_word y
                    WHERE y.tenant_id = $1 AND y.word >= ",
            $low3,
            " AND y.word < ",
            $high3,
            ") THEN 1 ELSE 0 END = 1"
        )
    };
}

/// These among what the caller may see: the words' lists are cut down to a few first.
macro_rules! few {
    () => {
        concat!(
            " AND e.id IN (SELECT w.encounter_id ",
            bearers!("$13", "$14", "$15", "$16", "$17", "$18"),
            ") AND (CAST($19 AS UUID) IS NULL OR p.id = $19)"
        )
    };
}

/// The same for those found by thousands: each one from the newest on is looked up in
/// each word's list. `CASE` keeps PostgreSQL from reading the thousands of the first word.
macro_rules! found {
    () => {
        " AND CASE WHEN e.id IN (SELECT w.encounter_id FROM encounter_word w
                WHERE w.tenant_id = $1 AND w.word >= $13 AND w.word < $14) THEN 1 ELSE 0 END = 1
            AND (CAST($15 AS TEXT) IS NULL OR e.id IN (SELECT w.encounter_id FROM encounter_word w
                WHERE w.tenant_id = $1 AND w.word >= $15 AND w.word < $16))
            AND (CAST($17 AS TEXT) IS NULL OR e.id IN (SELECT w.encounter_id FROM encounter_word w
                WHERE w.tenant_id = $1 AND w.word >= $17 AND w.word < $18))
            AND (CAST($19 AS UUID) IS NULL OR p.id = $19)"
    };
}

macro_rules! counted {
    ($rows:expr) => {
        concat!(
            "SELECT COUNT(*) AS value FROM encounter e
        JOIN patient o ON o.tenant_id = e.tenant_id AND o.id = e.patient_id
        JOIN patient p ON p.tenant_id = e.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END",
            $rows
        )
    };
}

store::statements! {
    LIST = encounters!(concat!(" WHERE e.tenant_id = $1", filter!(),
        " ORDER BY e.created_at DESC, e.id DESC LIMIT $13 OFFSET $14"));
    /// The clinic's without any filter, as staff open the page: PostgreSQL plans it once.
    LIST_ALL = encounters!(" WHERE e.tenant_id = $1 AND e.deleted_at IS NULL
        ORDER BY e.created_at DESC, e.id DESC LIMIT $2 OFFSET $3");
    COUNT = counted!(concat!(" WHERE e.tenant_id = $1", filter!()));
    /// Kept by triggers: counting a hundred thousand takes longer than showing twenty.
    COUNT_ALL = "SELECT records AS value FROM encounter_total WHERE tenant_id = $1";
    /// Ordered by an expression: by the column alone, SQLite walks all of the clinic's.
    LIST_OF = encounters!(concat!(" WHERE e.tenant_id = $1 AND e.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $13
            UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $13)", filter!(),
        " ORDER BY e.created_at + 0 DESC, e.id DESC LIMIT $14 OFFSET $15"));
    COUNT_OF = counted!(concat!(" WHERE e.tenant_id = $1 AND e.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $13
            UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $13)", filter!()));
    /// From the newest on: of thousands the first twenty come soon.
    LIST_FOUND = encounters!(concat!(" WHERE e.tenant_id = $1", filter!(), found!(),
        " ORDER BY e.created_at DESC, e.id DESC LIMIT $20 OFFSET $21"));
    /// The found ones alone, put in order: for two of them, nobody walks through all.
    LIST_FEW = encounters!(concat!(" WHERE e.tenant_id = $1", filter!(), few!(),
        " ORDER BY e.created_at + 0 DESC, e.id DESC LIMIT $20 OFFSET $21"));
    COUNT_FOUND = counted!(concat!(" WHERE e.tenant_id = $1", filter!(), few!()));
    /// By the words alone: one that was deleted has none.
    COUNT_BEARERS = concat!("SELECT COUNT(DISTINCT w.encounter_id) AS value ",
        bearers!("$2", "$3", "$4", "$5", "$6", "$7"));
}

/// Up to so many are read to be put in order; some kilobytes each.
const FEW: i64 = 500;

/// Whose records a caller sees.
#[derive(Debug, Clone, Copy)]
pub(in crate::care) enum Sees {
    /// The whole clinic's.
    All,
    /// Those given to this doctor, waiting for any, or signed by him.
    Doctor(UserId),
    /// Those this person entered.
    Entered(UserId),
    /// The patient's own, by his account.
    Own(UserId),
}

impl Sees {
    pub(super) const fn parts(self) -> (&'static str, Option<UserId>) {
        match self {
            Self::All => ("all", None),
            Self::Doctor(user) => ("doctor", Some(user)),
            Self::Entered(user) => ("entered", Some(user)),
            Self::Own(user) => ("own", Some(user)),
        }
    }
}

fn filter(tenant: TenantId, sees: Sees, wanted: &Wanted) -> Params {
    let (kind, user) = sees.parts();
    let status = |n: usize| {
        let last = wanted.status.last();
        wanted.status.get(n).or(last).map(|status| status.as_str())
    };
    let assigned = match wanted.assigned_only {
        true => user,
        false => None,
    };
    params![
        tenant,
        kind,
        user,
        status(0),
        status(1),
        status(2),
        status(3),
        status(4),
        wanted.remote,
        wanted.from,
        wanted.until,
        assigned,
    ]
}

/// One page of what the caller sees and asked for, newest first, with the count of all.
pub(in crate::care) async fn list(
    tx: &mut ReadTx,
    tenant: TenantId,
    sees: Sees,
    wanted: &Wanted,
    words: &[String],
    page: PageRequest,
) -> Result<(i64, Vec<Encounter>), StoreError> {
    if is_everything(sees, wanted) && words.is_empty() {
        return newest(tx, tenant, page).await;
    }
    let mut values = filter(tenant, sees, wanted);
    let patient = match (wanted.patient, sees) {
        (None, Sees::Own(user)) => match patients::api::of_account(tx, tenant, user).await? {
            Some(patient) => Some(patient),
            None => return Ok((0, Vec::new())),
        },
        (Some(patient), _) => Some(patients::api::kept(tx, tenant, patient).await?),
        (None, _) => None,
    };
    let (count, list) = match (words.is_empty(), patient) {
        (true, None) => (COUNT, LIST),
        (true, Some(patient)) => {
            values.extend(params![patient]);
            (COUNT_OF, LIST_OF)
        }
        (false, patient) => {
            values.extend(ranges(words));
            values.extend(params![patient]);
            (COUNT_FOUND, LIST_FOUND)
        }
    };
    let total = if is_everything(sees, wanted) {
        let mut values = params![tenant];
        values.extend(ranges(words));
        tx.one(COUNT_BEARERS, values).await?
    } else {
        tx.one(count, values.clone()).await?
    };
    let list = match words.is_empty() || total > FEW {
        true => list,
        false => LIST_FEW,
    };
    values.extend(params![page.size, page.offset()]);
    Ok((total, encounters(tx, list, values).await?))
}

async fn newest(
    tx: &mut ReadTx,
    tenant: TenantId,
    page: PageRequest,
) -> Result<(i64, Vec<Encounter>), StoreError> {
    let total = tx.optional(COUNT_ALL, params![tenant]).await?.unwrap_or(0);
    let values = params![tenant, page.size, page.offset()];
    Ok((total, encounters(tx, LIST_ALL, values).await?))
}

async fn encounters(
    tx: &mut ReadTx,
    list: Sql,
    values: Params,
) -> Result<Vec<Encounter>, StoreError> {
    let rows: Vec<EncounterRow> = tx.all(list, values).await?;
    rows.into_iter().map(Encounter::try_from).collect()
}

fn is_everything(sees: Sees, wanted: &Wanted) -> bool {
    matches!(sees, Sees::All)
        && wanted.patient.is_none()
        && wanted.status.is_empty()
        && wanted.remote.is_none()
        && wanted.from.is_none()
        && wanted.until.is_none()
}

/// The first and the one after the last word that begins so, for three words;
/// the longest first, since it leaves the fewest.
fn ranges(words: &[String]) -> Params {
    let mut words: Vec<&String> = words.iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut values = Params::new();
    for n in 0..3 {
        let word = words.get(n);
        let after = word.map(|word| format!("{word}\u{10FFFF}"));
        values.extend(params![word.map(|word| word.as_str()), after]);
    }
    values
}
