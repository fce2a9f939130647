//! `import interactions …`.

use clinic::{
    App,
    care::api::{self as care, InteractionTable, NewNames, TableFault, TakenTable},
};

use super::read;
use crate::{
    cli::ImportInteractions,
    commands::{open, say},
    config::Config,
    failure::Failure,
};

/// The largest table that is read, bytes: some fifty thousand rows.
const LONGEST_TABLE: u64 = 16 << 20;
/// The most lines of a table that are named as wrong at once.
const MOST_LINES: usize = 20;

/// Imports, lists or removes what the command names.
pub async fn run(config: &Config, what: &ImportInteractions) -> Result<(), Failure> {
    let bytes = match &what.file {
        Some(file) => read(file, LONGEST_TABLE)?,
        None => Vec::new(),
    };
    let app = open(config).await?;
    let done = match &what.remove {
        _ if what.file.is_some() => taken(&app, what, &bytes).await,
        Some(source) => removed(&app, source).await,
        None => listed(&app).await,
    };
    app.store.close().await;
    done
}

/// The account of the machine that runs the command.
fn account() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].into_iter();
    let named = named.filter_map(|name| std::env::var(name).ok());
    named
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

async fn taken(app: &App, what: &ImportInteractions, bytes: &[u8]) -> Result<(), Failure> {
    let source = what.source.as_deref().unwrap_or_default();
    let new_names = match what.allow_new_names {
        true => NewNames::Taken,
        false => NewNames::Refused,
    };
    let done = care::take_interactions(app, (source, &account()), bytes, new_names).await;
    match done {
        Ok(done) => say(&sentence(source.trim(), &done)),
        Err(fault) => Err(refused(what, &fault)),
    }
}

fn refused(what: &ImportInteractions, fault: &TableFault) -> Failure {
    let path = what.file.as_deref().unwrap_or("".as_ref()).display();
    let subject = format!("{path} was not imported, nothing has changed");
    match fault {
        TableFault::Failed(problem) => Failure::refused(subject, problem),
        TableFault::Refused(lines) => {
            let mut why = String::new();
            for line in lines.iter().take(MOST_LINES) {
                why.push_str("\n  ");
                why.push_str(line);
            }
            if lines.len() > MOST_LINES {
                why.push_str(&format!("\n  and {} more", lines.len() - MOST_LINES));
            }
            Failure::Other(format!("{subject}:{why}"))
        }
    }
}

fn sentence(source: &str, done: &TakenTable) -> String {
    let mut text = format!(
        "{source:?} is in use within seconds in every clinic, {} row(s)",
        done.rows
    );
    if done.replaced {
        text.push_str("; its earlier table is gone");
    }
    if !done.new_names.is_empty() {
        text.push_str("; new names, look for typing errors: ");
        text.push_str(&done.new_names.join(", "));
    }
    text
}

async fn removed(app: &App, source: &str) -> Result<(), Failure> {
    let done = care::drop_interactions(app, source, &account()).await;
    let source = source.trim();
    match done {
        Ok(true) => say(&format!(
            "the rules use no table of {source:?} any more, within seconds; its rows are deleted"
        )),
        Ok(false) => Err(Failure::Other(format!(
            "no table of {source:?} is in use; which are: lafiya import interactions --list"
        ))),
        Err(problem) => Err(Failure::refused("nothing was removed", &problem)),
    }
}

async fn listed(app: &App) -> Result<(), Failure> {
    let read = care::interaction_tables(app).await;
    let (tables, idle) =
        read.map_err(|problem| Failure::refused("the tables cannot be read", &problem))?;
    if tables.is_empty() {
        return say("no table of interactions was ever imported");
    }
    for table in &tables {
        say(&line(table))?;
    }
    for row in idle {
        say(&format!("warns of nothing: {row}"))?;
    }
    Ok(())
}

fn line(table: &InteractionTable) -> String {
    let state = match (&table.ended_by, table.ended_at) {
        (Some(by), Some(at)) => format!("ended {at} by {by}"),
        _ => "in use".to_owned(),
    };
    format!(
        "{:?}: {state}; {} row(s), imported {} by {}, SHA-256 {}",
        table.source, table.row_count, table.imported_at, table.imported_by, table.sha256
    )
}
