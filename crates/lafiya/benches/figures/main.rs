//! The figures of `make bench`: throughput and latency, and beside them processor
//! time per operation and the machine's load, because wall time on shared machines
//! lies.

use std::fs;

use store::EngineKind;

mod engine;
mod meter;
mod server;

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
        server::figures(kind).await?;
    }
    engine::figures().await?;
    load("after")
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
