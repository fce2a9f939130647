//! Tables of interactions that the operator brings, and the rules with them.

use std::{sync::Arc, time::Duration};

use kernel::{Problem, Timestamp, text};
use safety_rules::{NewNames, Pack, PackError, Table};
use sha2::{Digest, Sha256};
use store::{Scope, StoreError};

use crate::{
    App,
    app::RulesInUse,
    care::{
        model::{InteractionTable, TableId},
        storage::{self, NewTable, TableContent},
    },
};

/// How old an answer which tables there are may be: another program imports them,
/// and a node must not ask at every letter that somebody types.
const LOOKED_LATELY: Duration = Duration::from_secs(3);
/// The longest name of a source, characters.
const LONGEST_SOURCE: usize = 200;

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenTable {
    /// How many rows are in use now.
    pub rows: usize,
    /// Whether an earlier table of the source went.
    pub replaced: bool,
    /// Names that became medicines of their own.
    pub new_names: Vec<String>,
}

/// Why a table was not taken.
#[derive(Debug)]
pub enum TableFault {
    /// What cannot be taken, with lines: sentences for whoever runs the command.
    Refused(Vec<String>),
    /// Something failed.
    Failed(Problem),
}

impl From<StoreError> for TableFault {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl TableFault {
    fn one(why: impl Into<String>) -> Self {
        Self::Refused(vec![why.into()])
    }
}

/// Takes a table of interactions, CSV, instead of the one that the source has
/// now. Every clinic's rules use it within seconds, on every node. `by` is whoever
/// runs the command.
///
/// # Errors
/// [`TableFault::Refused`] naming every line that cannot be taken; nothing has
/// changed then.
pub async fn take_interactions(
    app: &App,
    (source, by): (&str, &str),
    bytes: &[u8],
    new_names: NewNames,
) -> Result<TakenTable, TableFault> {
    let source = named(source)?;
    let content = readable(bytes)?;
    let shipped = Pack::shipped();
    let table = Table {
        name: &source,
        text: content,
        new_names,
    };
    let pack = shipped.with_interactions_csv(&table).map_err(refused)?;
    let rows = pack.rule_ids().len() - shipped.rule_ids().len();
    if rows == 0 {
        let why = "it has no rows; to end the use of a source's table, remove it";
        return Err(TableFault::one(why));
    }
    let row = NewTable {
        id: TableId::new(&app.clock, &app.rng),
        sha256: text::hex(&Sha256::digest(bytes)),
        row_count: i64::try_from(rows).unwrap_or(i64::MAX),
        imported_by: by.to_owned(),
        imported_at: app.clock.now(),
        content: content.to_owned(),
        source,
    };
    Ok(TakenTable {
        rows,
        replaced: replaced(app, row).await?,
        new_names: pack.brought().to_vec(),
    })
}

fn named(source: &str) -> Result<String, TableFault> {
    let source = source.trim();
    let is_long = source.chars().count() > LONGEST_SOURCE;
    if source.is_empty() || is_long || source.contains(char::is_control) {
        return Err(TableFault::one(format!(
            "the source {source:?} is no name; give one line of at most {LONGEST_SOURCE} characters"
        )));
    }
    Ok(source.to_owned())
}

fn readable(bytes: &[u8]) -> Result<&str, TableFault> {
    let text = str::from_utf8(bytes);
    let (fault, at) = match (&text, bytes.iter().position(|byte| *byte == 0)) {
        (Err(error), _) => ("not UTF-8; save the table as UTF-8", error.valid_up_to()),
        (Ok(_), Some(at)) => ("holds a NUL; save the table as text", at),
        (Ok(text), None) => return Ok(text),
    };
    let line = bytes[..at].split(|byte| *byte == b'\n').count();
    Err(TableFault::one(format!("line {line}: {fault}")))
}

fn refused(broken: Vec<PackError>) -> TableFault {
    let broken = broken.into_iter();
    let lines = broken.map(|error| format!("{}: {}", error.place, error.problem));
    TableFault::Refused(lines.collect())
}

async fn replaced(app: &App, row: NewTable) -> Result<bool, StoreError> {
    app.store
        .write(Scope::System, move |tx| {
            Box::pin(async move {
                let now = row.imported_at;
                let ended = storage::end_table(tx, &row.source, &row.imported_by, now).await?;
                storage::insert_table(tx, row).await?;
                Ok(ended)
            })
        })
        .await
}

/// Ends the use of a source's table; false when it has none. The rows go; that
/// they were there stays known.
///
/// # Errors
/// The database's.
pub async fn drop_interactions(app: &App, source: &str, by: &str) -> Result<bool, Problem> {
    let (source, by) = (source.trim().to_owned(), by.to_owned());
    let now = app.clock.now();
    let ended: Result<bool, StoreError> = app
        .store
        .write(Scope::System, move |tx| {
            Box::pin(async move { storage::end_table(tx, &source, &by, now).await })
        })
        .await;
    Ok(ended?)
}

/// All tables that were ever imported, oldest first, and what of those in use
/// says nothing to the rules of this program, newer perhaps than the import.
///
/// # Errors
/// The database's.
pub async fn interaction_tables(
    app: &App,
) -> Result<(Vec<InteractionTable>, Vec<PackError>), Problem> {
    let (tables, contents) = {
        let mut tx = app.store.read(Scope::System).await?;
        let tables = storage::tables(&mut tx).await?;
        (tables, storage::contents_in_use(&mut tx).await?)
    };
    let (_, broken) = made_of(contents).await?;
    Ok((tables, broken))
}

/// The safety rules as they are now: what ships with the program, with the tables
/// that were in use a few seconds ago.
///
/// # Errors
/// The database's.
pub async fn pack(app: &App) -> Result<Arc<Pack>, Problem> {
    let mut kept = app.rules_in_use().lock().await;
    let now = app.clock.now();
    if let Some(kept) = kept.as_ref()
        && was_lately(kept.looked_at, now)
    {
        return Ok(kept.pack.clone());
    }
    let mut tx = app.store.read(Scope::System).await?;
    let tables = storage::tables_in_use(&mut tx).await?;
    if let Some(kept) = kept.as_mut()
        && kept.tables == tables
    {
        kept.looked_at = now;
        return Ok(kept.pack.clone());
    }
    let contents = storage::contents_in_use(&mut tx).await?;
    drop(tx);
    let (pack, broken) = made_of(contents).await?;
    if let Some(first) = broken.first() {
        let rows = broken.len();
        tracing::error!(rows, %first, "rows of an imported table of interactions warn of nothing");
    }
    tracing::info!(tables = tables.len(), "the safety rules are read");
    let pack = Arc::new(pack);
    *kept = Some(RulesInUse {
        pack: pack.clone(),
        tables,
        looked_at: now,
    });
    Ok(pack)
}

/// A clock that was set back makes no answer last.
fn was_lately(at: Timestamp, now: Timestamp) -> bool {
    at <= now && now.since(at) < LOOKED_LATELY
}

/// The shipped rules with these tables, off the threads that answer requests, and
/// the rows that say nothing to them.
async fn made_of(contents: Vec<TableContent>) -> Result<(Pack, Vec<PackError>), Problem> {
    let made = tokio::task::spawn_blocking(move || {
        let mut pack = Pack::shipped().clone();
        let mut all = Vec::new();
        for table in &contents {
            // Names that no medicine had were agreed to when the table came.
            let (with, broken) = pack.with_sound_interactions(&Table {
                name: &table.source,
                text: &table.content,
                new_names: NewNames::Taken,
            });
            pack = with;
            all.extend(broken);
        }
        (pack, all)
    });
    made.await.map_err(Problem::internal)
}
