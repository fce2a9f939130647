//! No statement walks all that a clinic has of something. SQLite says how it would
//! find the rows; it keeps no figures of the tables, so these are every clinic's plans.

use std::collections::BTreeMap;

use ::store::{EngineKind, ReadTx, Scope, Sql, Statement, params};
use testkit::db::TestDb;

/// Tables of a few rows, or of a few for each clinic.
const SMALL: &[&str] = &[
    "audit_event_unsealed",
    "audit_head",
    "availability",
    "clinic_letterhead",
    "encounter_draft",
    "encounter_total",
    "interaction_table",
    "invitation",
    "membership",
    // The addresses that bounced, and few of them.
    "mail_stop",
    "message_budget",
    "message_price",
    "message_template",
    "oauth_client",
    "oauth_code",
    "outreach_broadcast",
    "patient_merge",
    "practitioner_calendar",
    "public_booking",
    "reminder_ladder",
    "schedule_exception",
    "service_token",
    "tenant",
    // By an index of those who wait now.
    "waiting_entry",
    "whatsapp_template",
];

/// What walks all the same, and why it may.
const ALLOWED: &[(&str, &str)] = &[
    ("care::COUNT", "says how many a filter leaves"),
    (
        "care::LIST",
        "the references of all records, which people rarely list",
    ),
    (
        "identity::WITHDRAW",
        "the grants of a month, once in a while",
    ),
    ("inbox::COUNT_EVENTS", "says how many a filter leaves"),
    ("messaging::COUNT", "says how many a filter leaves"),
    ("patients::BY_DIGITS", "digits stand anywhere in a number"),
    (
        "patients::CLOSED",
        "by the index of the few restricted ones",
    ),
    (
        "patients::HIDDEN",
        "by the index of the few restricted ones",
    ),
    ("patients::COUNT", "from an index"),
    ("patients::COUNT_ACTIVE", "for the day's figures"),
    ("patients::COUNT_OF", "says how many a filter leaves"),
    ("patients::UNFILED", "once, when a program starts"),
    ("inbox::COUNT_UNREAD", "by the index of the unread ones"),
];

::store::row! {
    struct Index {
        name: String,
        of: String,
    }
}

::store::row! {
    struct Step {
        detail: String,
    }
}

const INDEXES: Sql =
    Sql::new("SELECT name AS name, tbl_name AS of FROM sqlite_schema WHERE type = 'index'");

/// The table that a step of the plan walks from end to end, or all the clinic's part of.
fn walked<'a>(
    step: &'a str,
    sql: &'a str,
    indexes: &'a BTreeMap<String, String>,
) -> Option<&'a str> {
    let words: Vec<&str> = step.split(' ').collect();
    let index = words.iter().position(|word| *word == "INDEX");
    let table = index.and_then(|at| indexes.get(*words.get(at + 1)?));
    let walks = step.starts_with("SCAN ") || step.ends_with("(tenant_id=?)");
    match (walks, table) {
        (false, _) => None,
        (true, Some(table)) => Some(table),
        (true, None) => {
            Some(named(words[1], sql)).filter(|name| indexes.values().any(|of| of == name))
        }
    }
}

/// The table that goes by this name in the statement.
fn named<'a>(alias: &'a str, sql: &'a str) -> &'a str {
    let words: Vec<&str> = sql
        .split([' ', '\n', '(', ')', ','])
        .filter(|word| !word.is_empty())
        .collect();
    let pair = words.windows(2).find(|pair| pair[1] == alias);
    pair.map_or(alias, |pair| pair[0])
}

async fn plan(tx: &mut ReadTx, sql: &str) -> Vec<String> {
    let text: &'static str = format!("EXPLAIN QUERY PLAN {sql}").leak();
    let most = (1..200).rev().find(|n| sql.contains(&format!("${n}")));
    let values = (0..most.unwrap_or(0)).flat_map(|_| params![None::<i64>]);
    let steps: Vec<Step> = tx.all(Sql::new(text), values.collect()).await.unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

/// A new row: SQLite plans a look for rows that wait for it, and takes it only while
/// the check of a foreign key is put off.
fn is_entry(sql: &str) -> bool {
    sql.starts_with("INSERT ") && !sql.contains("SELECT")
}

/// Rows in the order of an index until there are enough.
fn stops_early(sql: &str, plan: &[String]) -> bool {
    sql.contains(" LIMIT ")
        && !plan
            .iter()
            .any(|step| step == "USE TEMP B-TREE FOR ORDER BY")
}

#[tokio::test]
async fn no_statement_walks_all_of_a_clinic_s_rows() {
    let db = TestDb::new(EngineKind::Sqlite).await;
    let mut tx = db.store.read(Scope::System).await.unwrap();
    let indexes: Vec<Index> = tx.all(INDEXES, params![]).await.unwrap();
    let indexes = indexes
        .into_iter()
        .map(|index| (index.name, index.of))
        .collect();
    let mut walks = Vec::new();
    for (domain, statements) in clinic::statements() {
        for Statement { name, sql } in statements {
            let sql = sql.text(EngineKind::Sqlite);
            let plan = plan(&mut tx, sql).await;
            if is_entry(sql) || stops_early(sql, &plan) {
                continue;
            }
            for step in &plan {
                let Some(table) = walked(step, sql, &indexes) else {
                    continue;
                };
                if !SMALL.contains(&table) {
                    walks.push(format!("{domain}::{name} walks {table}: {step}"));
                }
            }
        }
    }
    let name = |walk: &String| walk.split(' ').next().unwrap_or_default().to_owned();
    let found: Vec<String> = walks.iter().map(name).collect();
    let needless = ALLOWED.iter().map(|(allowed, _)| *allowed);
    let needless: Vec<&str> = needless
        .filter(|allowed| !found.iter().any(|name| name == allowed))
        .collect();
    assert!(needless.is_empty(), "no longer walks: {needless:?}");
    walks.retain(|walk| !ALLOWED.iter().any(|(allowed, _)| *allowed == name(walk)));
    assert!(walks.is_empty(), "{walks:#?}");
}

/// Row security lets an index be used for what PostgreSQL knows to tell nobody anything:
/// CASE is, COALESCE is not, and each row would be compared with all others.
#[test]
fn no_condition_keeps_postgresql_from_an_index() {
    for (domain, statements) in clinic::statements() {
        for Statement { name, sql } in statements {
            assert!(
                !sql.text(EngineKind::Postgres).contains(" = COALESCE("),
                "{domain}::{name} compares with COALESCE: write CASE WHEN … IS NULL THEN … ELSE … END"
            );
        }
    }
}
