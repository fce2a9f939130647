//! The `lafiya` binary: settings, wiring, command line, demo data.

mod check;
mod cli;
mod commands;
mod config;
mod demo;
mod export;
mod failure;
mod figures;
mod import;
mod private;
mod secrets;
mod serve;
mod wiring;

use std::{io::Write, process::ExitCode};

use clap::Parser;

use cli::{Cli, Command};
use failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Whatever is kept is the owner's alone, whoever made the folder.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return end(Err(Failure::new("no threads can be started", error))),
    };
    let result = runtime.block_on(run(cli));
    // What still runs has been given its time.
    runtime.shutdown_background();
    end(result)
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let config = cli.config();
    match cli.command {
        Command::Check => return check::run(config).await,
        Command::Openapi => return commands::openapi(),
        _ => {}
    }
    let config = config.map_err(Failure::Settings)?;
    match cli.command {
        Command::Serve => {
            serve::start_log(&config.log);
            serve::run(config, false).await
        }
        Command::Demo => {
            let faults = config.faults_of_demo();
            if !faults.is_empty() {
                return Err(Failure::Settings(faults));
            }
            serve::start_log(&config.log);
            serve::run(config, true).await
        }
        Command::Migrate => commands::migrate(&config).await,
        Command::RotateKeys => commands::rotate_keys(&config),
        Command::User(command) => commands::user(&config, command).await,
        Command::Tenant(command) => commands::tenant(&config, command).await,
        Command::Audit(command) => commands::audit(&config, command).await,
        Command::Import(command) => import::run(&config, command).await,
        Command::Export(command) => export::run(&config, command).await,
        Command::Check | Command::Openapi => Ok(()),
    }
}

fn end(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody may be reading; the exit code says it as well.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
