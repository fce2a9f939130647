//! `export …`.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use clinic::{App, care::api as care, identity::api::TenantInfo};

use kernel::{Problem, ProblemKind};

use crate::{
    cli::{ExportCommand, ExportRecord},
    commands::{open, say},
    config::Config,
    failure::Failure,
    private, wiring,
};

/// Exports what the command names.
pub async fn run(config: &Config, command: ExportCommand) -> Result<(), Failure> {
    let ExportCommand::Record(what) = command;
    let app = open(config).await?;
    let done = record(&app, &what).await;
    app.store.close().await;
    done
}

async fn record(app: &App, what: &ExportRecord) -> Result<(), Failure> {
    let tenant = whose(app, what).await?;
    let (number, to) = (&what.number, &what.to);
    empty(to)?;
    let refused = |problem: Problem| match problem.kind {
        ProblemKind::NotFound => Failure::Other(format!(
            "{} has no record {number}, or a file of it is lost",
            tenant.slug
        )),
        _ => Failure::refused(format_args!("{number} was not exported"), &problem),
    };
    let out = care::take_out(app, tenant.id, number).await;
    let out = out.map_err(refused)?;
    for blob in &out.bytes {
        let mut file = create(&to.join(&blob.sha256))?;
        let copied = care::copy(app, tenant.id, blob, &mut file).await;
        copied.map_err(refused)?;
        let failed =
            |error| Failure::new(format_args!("{} cannot be written", to.display()), error);
        file.sync_all().await.map_err(failed)?;
    }
    // Last: where it lies, everything lies.
    private::write(&to.join("record.json"), &out.file)?;
    say(&format!(
        "{number} is in {} now, as record.json and {} files",
        to.display(),
        out.bytes.len()
    ))
}

/// Makes the folder; what lies in one is not mixed with a record.
fn empty(folder: &Path) -> Result<(), Failure> {
    private::folder(folder)?;
    let shown = folder.display();
    let failed = |error| Failure::new(format_args!("{shown} cannot be read"), error);
    match fs::read_dir(folder).map_err(failed)?.next() {
        Some(_) => Err(Failure::Other(format!(
            "the folder {shown} is not empty; nothing was exported"
        ))),
        None => Ok(()),
    }
}

fn create(path: &Path) -> Result<tokio::fs::File, Failure> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let failed = |error| Failure::new(format_args!("{} cannot be written", path.display()), error);
    Ok(tokio::fs::File::from_std(file.map_err(failed)?))
}

async fn whose(app: &App, what: &ExportRecord) -> Result<TenantInfo, Failure> {
    if let Some(slug) = &what.tenant {
        return wiring::tenant(app, slug).await;
    }
    let mut tenants = wiring::tenants(app).await?;
    match tenants.len() {
        1 => Ok(tenants.swap_remove(0)),
        _ => Err(Failure::Other(
            "several clinics are here; name one: --tenant SLUG".into(),
        )),
    }
}
