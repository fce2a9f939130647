//! `import …`.

mod interactions;

use std::{fs::File, io::Read, path::Path};

use clinic::{
    App,
    care::api::{self as care, Imported, RecordFile, Unimported},
    identity::api::TenantInfo,
};

use crate::{
    cli::{ImportCommand, ImportRecord},
    commands::{open, say},
    config::Config,
    failure::Failure,
    wiring,
};

/// The largest file that is read, bytes: a record's longest form a thousand times over.
const LONGEST: u64 = 64 << 20;
/// The largest attachment, bytes.
const LONGEST_FILE: u64 = 10 << 20;

/// Imports what the command names.
pub async fn run(config: &Config, command: ImportCommand) -> Result<(), Failure> {
    match command {
        ImportCommand::Record(what) => import_record(config, &what).await,
        ImportCommand::Interactions(what) => interactions::run(config, &what).await,
    }
}

async fn import_record(config: &Config, what: &ImportRecord) -> Result<(), Failure> {
    let bytes = read(&what.file, LONGEST)?;
    let app = open(config).await?;
    let done = record(&app, what, &bytes).await;
    app.store.close().await;
    done
}

fn read(path: &Path, longest: u64) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::new(format_args!("{} cannot be read", path.display()), error);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(longest + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > longest {
        let path = path.display();
        return Err(Failure::Other(format!("{path} is longer than it can be")));
    }
    Ok(bytes)
}

async fn record(app: &App, what: &ImportRecord, bytes: &[u8]) -> Result<(), Failure> {
    let path = what.file.display();
    let refused = |error: Unimported| {
        Failure::Other(format!(
            "{path} was not imported, nothing was written: {error}"
        ))
    };
    let file = care::read_file(bytes).map_err(refused)?;
    let tenant = whose(app, what, &file).await?;
    let mut files = Vec::new();
    for attachment in &file.attachments {
        let Some(folder) = &what.files else { break };
        // The name is 64 hexadecimal digits: that was looked at.
        let bytes = read(&folder.join(&attachment.sha256), LONGEST_FILE)?;
        let kept = care::take_in(app, tenant.id, attachment, bytes.into()).await;
        files.push(kept.map_err(refused)?);
    }
    let done = care::import(app, tenant.id, file, files).await;
    let done = done.map_err(refused)?;
    say(&sentence(&done, &tenant.slug))
}

fn sentence(done: &Imported, slug: &str) -> String {
    match done {
        Imported::Known { number } => {
            format!("the record {number} is in {slug} already; nothing was written")
        }
        Imported::New {
            number,
            elsewhere: 0,
        } => {
            format!("the record {number} is in {slug} now, its signatures hold")
        }
        Imported::New { number, elsewhere } => format!(
            "the record {number} is in {slug} now; {elsewhere} signatures from elsewhere are in its history, and a \
             doctor of {slug} has to sign it"
        ),
    }
}

/// The clinic that is named, the one that wrote the file, or the only one.
async fn whose(app: &App, what: &ImportRecord, file: &RecordFile) -> Result<TenantInfo, Failure> {
    if let Some(slug) = &what.tenant {
        return wiring::tenant(app, slug).await;
    }
    let mut tenants = wiring::tenants(app).await?;
    let wrote = tenants
        .iter()
        .position(|one| one.id.uuid() == file.clinic.id);
    match (wrote, tenants.len()) {
        (Some(at), _) => Ok(tenants.swap_remove(at)),
        (None, 1) => Ok(tenants.swap_remove(0)),
        _ => Err(Failure::Other(
            "several clinics are here and none of them wrote the file; name one: --tenant SLUG"
                .into(),
        )),
    }
}
