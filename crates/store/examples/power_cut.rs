//! The process under the simulated power cut of `make chaos`, and the one that
//! looks afterwards:
//!
//! * `power_cut write DATABASE full|normal` commits numbered rows through eight
//!   concurrent writers and prints each number after its commit, until a commit
//!   fails.
//! * `power_cut count DATABASE` opens the database again, checks that it is
//!   whole, and prints the numbers it holds.

use std::{
    error::Error,
    io::Write,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use store::{Database, Durability, Migration, Scope, Sql, Store, StoreError, params};
use tokio::task::JoinSet;

type Failure = Box<dyn Error + Send + Sync>;

const USAGE: &str = "usage: power_cut write DATABASE full|normal, or power_cut count DATABASE";
const WRITERS: usize = 8;

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_power_cut",
    text: "CREATE TABLE entry (number {int} PRIMARY KEY, body TEXT NOT NULL){strict};
--! platform_table entry
",
}];

const INSERT: Sql = Sql::new("INSERT INTO entry (number, body) VALUES ($1, $2)");
const NUMBERS: Sql = Sql::new("SELECT number AS value FROM entry ORDER BY number");
const CHECK: Sql = Sql::new("SELECT integrity_check AS value FROM pragma_integrity_check");

/// About as long as a text message.
const BODY: &str = "Bonjour, votre rendez-vous est confirmé pour demain à neuf heures. \
    Répondez 1 pour confirmer, 2 pour annuler. Merci de venir dix minutes plus tôt.";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", path, "full"] => write(open(path, Durability::PowerCut).await?).await,
        ["write", path, "normal"] => write(open(path, Durability::ProcessDeath).await?).await,
        ["count", path] => count(&open(path, Durability::PowerCut).await?).await,
        _ => Err(USAGE.into()),
    }
}

async fn open(path: &str, durability: Durability) -> Result<Store, StoreError> {
    let database = Database::Sqlite {
        path: PathBuf::from(path),
        durability,
    };
    Store::open(&database, MIGRATIONS).await
}

/// Ends with the first error: after the cut there is nothing left to write to.
async fn write(store: Store) -> Result<(), Failure> {
    let last = Arc::new(AtomicI64::new(0));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        writers.spawn(commit_and_acknowledge(store.clone(), Arc::clone(&last)));
    }
    while let Some(ended) = writers.join_next().await {
        ended??;
    }
    Ok(())
}

async fn commit_and_acknowledge(store: Store, last: Arc<AtomicI64>) -> Result<(), Failure> {
    loop {
        let number = last.fetch_add(1, Ordering::Relaxed) + 1;
        store
            .write(Scope::System, move |tx| {
                Box::pin(async move { tx.execute_one(INSERT, params![number, BODY]).await })
            })
            .await?;
        // The whole line in one go: being killed leaves no half of a number.
        let mut out = std::io::stdout().lock();
        out.write_all(format!("{number}\n").as_bytes())?;
        out.flush()?;
    }
}

async fn count(store: &Store) -> Result<(), Failure> {
    let mut tx = store.read(Scope::System).await?;
    let complaints: Vec<String> = tx.all(CHECK, params![]).await?;
    if complaints != ["ok"] {
        return Err(format!("the database is damaged: {}", complaints.join("; ")).into());
    }
    let numbers: Vec<i64> = tx.all(NUMBERS, params![]).await?;
    drop(tx);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for number in numbers {
        writeln!(out, "{number}")?;
    }
    out.flush()?;
    drop(out);
    store.close().await;
    Ok(())
}
