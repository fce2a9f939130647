//! Patients by the words of their names: which words of the clinic's names resemble a
//! sought one, and who bears them.

use std::collections::BTreeSet;

use kernel::{TenantId, column::ToColumn};
use store::{ReadTx, StoreError, WriteTx, params};

use super::once;
use crate::patients::{
    model::{PatientId, Status, Summary},
    rules::names::{Sought, pieces},
};

/// Those of `$found` who answer the sought words best. The order of the joins is given: few
/// ranges of words, then who bears them, then their records; SQLite would walk the
/// clinic's patients instead.
macro_rules! bearing {
    ($found:expr) => {
        concat!(
            "WITH sought (asked, low, high, likeness) AS (VALUES
                (CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS DOUBLE PRECISION)),
                ($6, $7, $8, $9), ($10, $11, $12, $13), ($14, $15, $16, $17), ($18, $19, $20, $21),
                ($22, $23, $24, $25), ($26, $27, $28, $29), ($30, $31, $32, $33), ($34, $35, $36, $37),
                ($38, $39, $40, $41), ($42, $43, $44, $45), ($46, $47, $48, $49), ($50, $51, $52, $53),
                ($54, $55, $56, $57), ($58, $59, $60, $61), ($62, $63, $64, $65), ($66, $67, $68, $69),
                ($70, $71, $72, $73), ($74, $75, $76, $77), ($78, $79, $80, $81), ($82, $83, $84, $85),
                ($86, $87, $88, $89), ($90, $91, $92, $93), ($94, $95, $96, $97), ($98, $99, $100, $101),
                ($102, $103, $104, $105), ($106, $107, $108, $109), ($110, $111, $112, $113), ($114, $115, $116, $117),
                ($118, $119, $120, $121), ($122, $123, $124, $125), ($126, $127, $128, $129), ($130, $131, $132, $133),
                ($134, $135, $136, $137), ($138, $139, $140, $141), ($142, $143, $144, $145), ($146, $147, $148, $149),
                ($150, $151, $152, $153), ($154, $155, $156, $157), ($158, $159, $160, $161), ($162, $163, $164, $165),
                ($166, $167, $168, $169), ($170, $171, $172, $173), ($174, $175, $176, $177), ($178, $179, $180, $181),
                ($182, $183, $184, $185), ($186, $187, $188, $189), ($190, $191, $192, $193))
        SELECT p.id AS id, p.first_name AS first_name, p.last_name AS last_name, p.locale AS locale,
            p.status AS status, p.birth_date AS birth_date, h.search_name AS matched, f.former_name AS former
        FROM (SELECT found_id, likeness FROM (",
            $found,
            ") AS bearers ORDER BY likeness DESC, found_id LIMIT 200) AS found
        CROSS JOIN patient h
        JOIN patient p ON p.tenant_id = $1 AND p.id = CASE WHEN h.merged_into IS NULL THEN h.id ELSE h.merged_into END
        LEFT JOIN patient_merge f ON f.tenant_id = $1 AND f.into_id = h.id AND f.undone_at IS NULL
            AND f.former_name IS NOT NULL
        WHERE h.tenant_id = $1 AND h.id = found.found_id"
        )
    };
}

/// Who bears a word of the ranges, row by row.
macro_rules! borne {
    ($likeness:expr) => {
        concat!(
            "SELECT w.patient_id AS found_id, ",
            $likeness,
            " AS likeness FROM sought s CROSS JOIN patient_word w
            WHERE w.tenant_id = $1 AND w.word >= s.low AND w.word < s.high"
        )
    };
}

/// Some of those who bear one of two sought words, the likest first. Of a word with more
/// bearers nobody is found by it alone: the query has a second word to tell them apart.
macro_rules! some {
    ($asked:literal) => {
        concat!(
            "SELECT found_id, likeness FROM (",
            borne!("s.likeness"),
            " AND s.asked = ",
            $asked,
            " LIMIT 200) AS some_",
            $asked
        )
    };
}

/// Who bears the first of two sought words; `$which` of its ranges.
macro_rules! first {
    ($which:literal) => {
        concat!(
            "(SELECT x.patient_id FROM sought t CROSS JOIN patient_word x
                WHERE x.tenant_id = $1 AND x.word >= t.low AND x.word < t.high AND t.asked = 0",
            $which,
            ")"
        )
    };
}

/// Of one sought word a patient's best counts, as in the rule.
macro_rules! best {
    ($asked:literal) => {
        concat!(
            "MAX(CASE WHEN s.asked = ",
            $asked,
            " THEN s.likeness ELSE 0.0 END)"
        )
    };
}

store::statements! {
    INSERT_WORDS each "$2" = "INSERT INTO patient_word (tenant_id, word, patient_id) SELECT $1, each.value, $3 FROM each";
    DELETE_WORDS = "DELETE FROM patient_word WHERE tenant_id = $1 AND patient_id = $2";
    KNOWN = "SELECT COUNT(*) AS value FROM patient_word_piece WHERE tenant_id = $1 AND piece = $2 AND word = $3";
    INSERT_PIECES each "$2" = "INSERT INTO patient_word_piece (tenant_id, piece, word)
        SELECT $1, each.value, $3 FROM each WHERE TRUE ON CONFLICT (tenant_id, piece, word) DO NOTHING";
    /// Those with the most pieces in common; grouped by an expression, because by the
    /// column alone SQLite may walk the clinic's whole index instead of the few pieces. A
    /// cast is one that copies nothing.
    ALIKE = "SELECT CAST(word AS TEXT) AS value FROM patient_word_piece
        WHERE tenant_id = $1 AND LENGTH(word) >= $2 AND LENGTH(word) <= $3 AND piece IN ($4, $5, $6, $7, $8, $9, $10,
            $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
        GROUP BY CAST(word AS TEXT) ORDER BY COUNT(*) DESC, 1 LIMIT 500";
    /// The ranges come in the order of their likeness, so that the walk may end among
    /// thousands of bearers: no more than 200 are shown.
    BY_ONE_WORD = bearing!(concat!("SELECT found_id, MAX(likeness) AS likeness FROM (", borne!("s.likeness"), " LIMIT 1000) AS walked GROUP BY found_id"));
    /// Most people type two words. Who bears both is looked up and not summed up: to group
    /// ten thousand bearers of each takes twice as long. Of the first word it counts only
    /// whether it is borne as it was typed; the rule puts the few that are left in order.
    /// Asked the other way round: those who bear only a word like it are few.
    /// `CASE` keeps PostgreSQL, which under row security expects one bearer of a word, from
    /// walking the first's bearers for each of the second's (318 against 4 ms).
    BY_TWO_WORDS = bearing!(concat!("SELECT found_id, MAX(likeness) AS likeness FROM (", some!(0), " UNION ALL ", some!(1),
        " UNION ALL ", borne!(concat!("s.likeness + CASE WHEN w.patient_id IN ", first!(" AND t.likeness < 1.0"),
            " AND NOT EXISTS ", first!(" AND t.likeness = 1.0 AND x.patient_id = w.patient_id"), " THEN 0.72 ELSE 1.0 END")),
        " AND s.asked = 1 AND CASE WHEN w.patient_id IN ", first!(""), " THEN 1 ELSE 0 END = 1",
        ") AS either GROUP BY found_id"));
    BY_WORDS = bearing!(concat!(borne!(concat!(best!(0), " + ", best!(1), " + ", best!(2), " + ", best!(3), " + ", best!(4), " + ", best!(5))), " GROUP BY w.patient_id"));
    BY_LETTER = "SELECT p.id AS id, p.first_name AS first_name, p.last_name AS last_name, p.locale AS locale,
            p.status AS status, p.birth_date AS birth_date
        FROM (SELECT word, patient_id FROM patient_word WHERE tenant_id = $1 AND word >= $2 AND word < $3
            ORDER BY word, patient_id LIMIT 200) AS found
        CROSS JOIN patient h
        JOIN patient p ON p.tenant_id = $1 AND p.id = CASE WHEN h.merged_into IS NULL THEN h.id ELSE h.merged_into END
        WHERE h.tenant_id = $1 AND h.id = found.patient_id
        ORDER BY found.word, found.patient_id";
}

/// How many pieces [`ALIKE`] asks for at once.
const PIECES: usize = 24;
/// How many words [`BY_WORDS`] asks for at once.
pub(in crate::patients) const ASKED: usize = 48;

store::row! {
    struct Found {
        id: PatientId,
        first_name: String,
        last_name: String,
        locale: kernel::Locale,
        status: Status,
        birth_date: Option<String>,
        matched: String,
        former: Option<String>,
    }
}

/// A patient with the folded name under which he was found, his or an earlier one.
pub(in crate::patients) type Named = (Summary, String);

fn named(row: Found) -> impl Iterator<Item = Named> {
    let summary = Summary {
        id: row.id,
        first_name: row.first_name,
        last_name: row.last_name,
        locale: row.locale,
        status: row.status,
        birth_date: row.birth_date,
    };
    let names = std::iter::once(row.matched).chain(row.former);
    names.map(move |name| (summary.clone(), name))
}

pub(in crate::patients) async fn set_words(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PatientId,
    words: &BTreeSet<String>,
) -> Result<(), StoreError> {
    tx.execute(DELETE_WORDS, params![tenant, id]).await?;
    tx.execute(INSERT_WORDS, params![tenant, store::list(words)?, id])
        .await?;
    Ok(())
}

/// Files words that no name had before under their pieces. In one order, so that no
/// two transactions wait for each other.
pub(in crate::patients) async fn learn(
    tx: &mut WriteTx,
    tenant: TenantId,
    words: &BTreeSet<String>,
) -> Result<(), StoreError> {
    for word in words {
        let pieces = pieces(word);
        // All pieces of a word come and stay together.
        let known: i64 = tx
            .one(KNOWN, params![tenant, pieces.first().cloned(), word])
            .await?;
        if known > 0 {
            continue;
        }
        tx.execute(INSERT_PIECES, params![tenant, store::list(&pieces)?, word])
            .await?;
    }
    Ok(())
}

/// Words of the clinic's names that share pieces with this one and are about as long.
pub(in crate::patients) async fn alike(
    tx: &mut ReadTx,
    tenant: TenantId,
    word: &str,
    (shortest, longest): (i64, i64),
) -> Result<Vec<String>, StoreError> {
    let mut values = params![tenant, shortest, longest];
    let mut pieces = pieces(word).into_iter();
    for _ in 0..PIECES {
        // No word has an empty piece, so it asks for nothing.
        values.push(pieces.next().unwrap_or_default().to_column());
    }
    tx.all(ALIKE, values).await
}

/// Who bears these words, those first that answer most of them best.
pub(in crate::patients) async fn by_words(
    tx: &mut ReadTx,
    tenant: TenantId,
    sought: Vec<Sought>,
) -> Result<Vec<Named>, StoreError> {
    let statement = match sought.last().map_or(0, |last| last.asked) {
        0 => BY_ONE_WORD,
        1 => BY_TWO_WORDS,
        _ => BY_WORDS,
    };
    let mut values = params![tenant];
    let mut sought = sought.into_iter();
    for _ in 0..ASKED {
        // An empty range asks for nothing.
        let Sought {
            asked,
            low,
            high,
            likeness,
        } = sought.next().unwrap_or_default();
        values.extend(params![asked, low, high, likeness]);
    }
    let found: Vec<Found> = tx.all(statement, values).await?;
    Ok(found.into_iter().flat_map(named).collect())
}

/// Those with a name that begins with this letter or digit.
pub(in crate::patients) async fn by_letter(
    tx: &mut ReadTx,
    tenant: TenantId,
    start: &str,
) -> Result<Vec<Summary>, StoreError> {
    let (low, high) = crate::patients::rules::names::beginning(start);
    Ok(once(tx.all(BY_LETTER, params![tenant, low, high]).await?))
}
