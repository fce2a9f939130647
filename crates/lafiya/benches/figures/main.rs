//! The figures of `make bench`: throughput and latency, and beside them processor
//! time per operation and the machine's load, because wall time on shared machines
//! lies.

use std::fs;

use store::EngineKind;

mod asks;
mod broadcast;
mod engine;
mod files;
mod meter;
mod outbox;
mod records;
mod server;
mod time;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    if !std::env::args().any(|argument| argument == "--bench") {
        // `cargo test --benches` only wants to know that it builds.
        return Ok(());
    }
    ports::install_tls();
    load("before")?;
    for kind in [EngineKind::Sqlite, EngineKind::Postgres] {
        if wanted("server") {
            server::figures(kind).await?;
        }
        if wanted("files") {
            files::figures(kind).await?;
        }
        if wanted("records") {
            records::figures(kind).await?;
        }
        if wanted("time") {
            time::figures(kind).await?;
        }
        if wanted("broadcast") {
            broadcast::figures(kind).await?;
        }
        if wanted("outbox") {
            outbox::figures(kind).await?;
        }
    }
    if wanted("engine") {
        engine::figures().await?;
    }
    load("after")
}

/// Whether this part was named, or none was: `make bench` prints all of them.
fn wanted(part: &str) -> bool {
    let named: Vec<String> = std::env::args().skip(1).collect();
    let parts = [
        "server",
        "files",
        "records",
        "time",
        "broadcast",
        "outbox",
        "engine",
    ];
    let mut asked = named
        .iter()
        .filter(|name| parts.contains(&name.as_str()))
        .peekable();
    asked.peek().is_none() || asked.any(|name| name == part)
}

fn load(when: &str) -> Result<(), Failure> {
    let load = fs::read_to_string("/proc/loadavg")?;
    let cores = std::thread::available_parallelism()?;
    say(&format!(
        "machine: {cores} cores, load {when} (1, 5 and 15 minutes) {}",
        load.split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ")
    ));
    Ok(())
}

fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}
