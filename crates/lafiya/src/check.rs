//! `lafiya check`: a line per part, with what to do where it is not fit for use.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use kernel::{Clock, Rng};
use ports::{BlobError, BlobStore, Description, ErrorClass, Lookup, SendError, twilio::class_of};
use store::{Database, Store};
use tokio::net::TcpStream;

use crate::{
    commands::say,
    config::{Config, Fault, Push},
    failure::Failure,
    secrets::Secrets,
    wiring::{self, Provider},
};

/// Below this share of free space SQLite and the file store are at risk.
const FREE: f64 = 0.10;
/// How long a database or provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

enum Finding {
    Ok(String),
    Warn(String),
    Fail(String),
}

/// Looks at everything and prints what it finds.
pub async fn run(config: Result<Config, Vec<Fault>>) -> Result<(), Failure> {
    let mut report = Report { failures: 0 };
    let config = match config {
        Ok(config) => config,
        Err(faults) => {
            for fault in faults {
                report.add("configuration", Finding::Fail(fault.0))?;
            }
            return report.end();
        }
    };
    report.add(
        "configuration",
        Finding::Ok("every setting can be read".into()),
    )?;
    for warning in config.warnings() {
        report.add("configuration", Finding::Warn(warning))?;
    }
    report.add("disk", disk(&config.data))?;
    report.add("files", files(&config).await)?;
    report.add("database", database(&config).await)?;
    report.add("providers", providers(&config).await)?;
    if let Some(gateway) = &config.sms_gateway {
        report.add("sms gateway", sms_gateway(gateway).await)?;
    }
    if let Some(push) = &config.push {
        report.add("notifications", notifications(push).await)?;
    }
    for finding in mail(&config).await {
        report.add("mail", finding)?;
    }
    report.end()
}

struct Report {
    failures: usize,
}

impl Report {
    fn add(&mut self, part: &str, finding: Finding) -> Result<(), Failure> {
        let (word, text) = match finding {
            Finding::Ok(text) => ("ok", text),
            Finding::Warn(text) => ("warn", text),
            Finding::Fail(text) => {
                self.failures += 1;
                ("fail", text)
            }
        };
        say(&format!("{word:<5} {part}: {text}"))
    }

    fn end(self) -> Result<(), Failure> {
        match self.failures {
            0 => Ok(()),
            count => Err(Failure::Other(format!(
                "{count} part(s) are not fit for use, see above"
            ))),
        }
    }
}

fn disk(data: &Path) -> Finding {
    let shown = data.display();
    let mut there = data;
    while !there.exists() {
        match there.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => there = parent,
            _ => there = Path::new("."),
        }
    }
    if let Err(error) = tempfile_in(there) {
        return Finding::Fail(format!(
            "{shown} cannot be written: {error}; give the folder to the user that runs lafiya, or name another \
             with --data"
        ));
    }
    let space = match rustix::fs::statvfs(there) {
        Ok(space) => space,
        Err(error) => {
            return Finding::Warn(format!("the free space of {shown} is unknown: {error}"));
        }
    };
    let mib = space.f_bavail.saturating_mul(space.f_frsize) / (1024 * 1024);
    #[expect(clippy::cast_precision_loss, reason = "a share in percent")]
    let free = space.f_bavail as f64 / space.f_blocks.max(1) as f64;
    let text = format!("{shown} has {mib} MiB free, {:.0} %", free * 100.0);
    if free > FREE {
        Finding::Ok(text)
    } else {
        Finding::Fail(format!(
            "{text}; more than {:.0} % are needed: make room or use a larger disk",
            FREE * 100.0
        ))
    }
}

fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!(".lafiya-check-{}", std::process::id()));
    std::fs::write(&path, [0; 4096])?;
    std::fs::remove_file(&path)
}

/// Writes, reads and removes a file of its own.
async fn files(config: &Config) -> Finding {
    let Some(bucket) = &config.bucket else {
        return Finding::Ok("files lie in the data folder".into());
    };
    ports::install_tls();
    let shown = format!("the bucket {}", bucket.bucket);
    let store = match config.blobs() {
        Ok(store) => store,
        Err(error) => return Finding::Fail(format!("{shown} cannot be used: {error}")),
    };
    match tokio::time::timeout(PATIENCE, tried(&store)).await {
        Ok(Ok(())) => Finding::Ok(format!("{shown} can be written, read and cleaned")),
        Ok(Err(error)) => Finding::Fail(format!(
            "{shown} cannot be used: {error}; compare LAFIYA_BLOBS_URL, the endpoint, the region and the key, \
             which must allow to read, write, delete and list"
        )),
        Err(_) => Finding::Fail(format!(
            "{shown} does not answer in {} seconds; is LAFIYA_BLOBS_ENDPOINT right?",
            PATIENCE.as_secs()
        )),
    }
}

async fn tried(store: &BlobStore) -> Result<(), BlobError> {
    let key = format!("check/{}", std::process::id());
    let content = Bytes::from_static(b"lafiya check");
    store.put(&key, content.clone()).await?;
    let read = store.get(&key).await?;
    let listed = store.list("check").await?;
    store.delete(&key).await?;
    let there = listed.iter().any(|kept| kept.key == key);
    if read == content && there {
        Ok(())
    } else {
        Err(BlobError::Damaged)
    }
}

async fn database(config: &Config) -> Finding {
    if let Some(file) = config.sqlite_file()
        && !file.exists()
    {
        return Finding::Warn(format!(
            "{} is not there yet; the first start makes it",
            file.display()
        ));
    }
    let (database, what) = match config.database() {
        database @ Database::Sqlite { .. } => (database, "SQLite"),
        database @ Database::Postgres { .. } => (database, "PostgreSQL"),
    };
    let looking = Store::lacking(&database, clinic::MIGRATIONS);
    match tokio::time::timeout(PATIENCE, looking).await {
        Ok(Ok(0)) => Finding::Ok(format!("{what} answers and its schema is up to date")),
        Ok(Ok(steps)) => Finding::Warn(format!(
            "{what} answers; its schema lacks {steps} step(s), which the next start takes, or: lafiya migrate"
        )),
        Ok(Err(error)) => Finding::Fail(format!(
            "{error}; is the server running and DATABASE_URL right?"
        )),
        Err(_) => Finding::Fail(format!(
            "no answer in {} seconds; is the server running and DATABASE_URL right?",
            PATIENCE.as_secs()
        )),
    }
}

async fn providers(config: &Config) -> Finding {
    let Some(twilio) = &config.twilio else {
        return Finding::Warn(
            "no Twilio account is configured: its messages stay in the simulator; set TWILIO_ACCOUNT_SID, \
             TWILIO_AUTH_TOKEN and a number to send them"
                .into(),
        );
    };
    let secrets = match Secrets::load_or_create(config, &Rng::system()) {
        Ok(secrets) => secrets,
        Err(failure) => {
            return Finding::Fail(failure.to_string().trim_start_matches("lafiya: ").into());
        }
    };
    let provider = match Provider::new(Some(twilio), &secrets, &Rng::system()) {
        Ok(provider) => provider,
        Err(failure) => {
            return Finding::Fail(failure.to_string().trim_start_matches("lafiya: ").into());
        }
    };
    let Some(number) = twilio.sms.as_ref().or(twilio.whatsapp.as_ref()) else {
        return Finding::Fail("there is no number to send from".into());
    };
    // Looking for a message that nobody sent proves the account and the way to it.
    let lookup = Lookup {
        from: number.as_e164().to_owned(),
        to: number.as_e164().to_owned(),
        since: Clock::system().now(),
        body_sha256: ports::blob::sha256_hex(b""),
        call: false,
        known_ids: Vec::new(),
    };
    match tokio::time::timeout(PATIENCE, provider.sender.find(&lookup)).await {
        Ok(Ok(_)) => Finding::Ok("Twilio answers and accepts the account".into()),
        Ok(Err(error)) if blames_account(&error) => Finding::Fail(format!(
            "Twilio refuses the account ({}); compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with its console",
            error.detail
        )),
        Ok(Err(error)) => Finding::Warn(format!(
            "Twilio does not answer as it should ({}); messages wait until it does",
            error.detail
        )),
        Err(_) => Finding::Warn("Twilio does not answer; messages wait until it does".into()),
    }
}

/// Nothing is asked of the operator: whatever it is asked may be a message. So its account
/// stays untried.
async fn sms_gateway(gateway: &Description) -> Finding {
    let (host, port) = (gateway.host(), gateway.port());
    let reports = match gateway.reports() {
        true => "",
        false => "; without [call_back] nobody learns whether messages arrive",
    };
    let bare = host.trim_matches(['[', ']']);
    match tokio::time::timeout(PATIENCE, TcpStream::connect((bare, port))).await {
        Ok(Ok(_)) => Finding::Ok(format!(
            "{host} answers, its description can be read; the account shows with the first message{reports}"
        )),
        Ok(Err(error)) => Finding::Warn(format!(
            "{host} port {port} cannot be reached ({error}); text messages wait until it can; is url in the \
             file of LAFIYA_SMS_GATEWAY right?"
        )),
        Err(_) => Finding::Warn(format!(
            "{host} port {port} does not answer; text messages wait until it does"
        )),
    }
}

/// Google gives the account a token: nothing is sent, and whether the project has its
/// messages shows with the first one.
async fn notifications(push: &Push) -> Finding {
    ports::install_tls();
    let sender = match wiring::push(push) {
        Ok(sender) => sender,
        Err(failure) => {
            return Finding::Fail(failure.to_string().trim_start_matches("lafiya: ").into());
        }
    };
    let project = push.account.project();
    match tokio::time::timeout(PATIENCE, sender.try_account()).await {
        Ok(Ok(())) => Finding::Ok(format!(
            "Google accepts the service account of {project}; its right to send shows with the first message"
        )),
        Ok(Err(error)) if error.class == ErrorClass::Account => Finding::Fail(format!(
            "Google refuses the service account of {project} ({}); make a new key and name its file in \
             LAFIYA_FIREBASE_KEY_FILE",
            error.detail
        )),
        Ok(Err(error)) => Finding::Warn(format!(
            "Google does not answer as it should ({}); notifications wait until it does",
            error.detail
        )),
        Err(_) => Finding::Warn("Google does not answer; notifications wait until it does".into()),
    }
}

async fn mail(config: &Config) -> Vec<Finding> {
    let Some(mail) = &config.mail else {
        let simulated = config.twilio.is_none() && config.sms_gateway.is_none();
        return vec![Finding::Warn(match simulated {
            true => "no mail server is set: e-mails stay in the simulator; set SENDGRID_API_KEY or SMTP_URL, \
                     and MAIL_FROM, to send them"
                .into(),
            false => "no mail server is set: no e-mails are written, and links to a new password do not \
                        go by e-mail; set SENDGRID_API_KEY or SMTP_URL, and MAIL_FROM, to send them"
                .into(),
        })];
    };
    let unusable =
        |failure: Failure| Finding::Fail(failure.to_string().trim_start_matches("lafiya: ").into());
    let mut findings = Vec::new();
    match wiring::sendgrid(mail) {
        Ok(Some(sender)) => findings.push(tried_sendgrid(sender.try_key().await)),
        Ok(None) => {}
        Err(failure) => findings.push(unusable(failure)),
    }
    match wiring::smtp(mail) {
        Ok(Some(sender)) => findings.push(tried_server(sender.try_connection().await)),
        Ok(None) => {}
        Err(failure) => findings.push(unusable(failure)),
    }
    findings
}

fn tried_sendgrid(tried: Result<(), SendError>) -> Finding {
    match tried {
        Ok(()) => Finding::Ok("SendGrid answers and accepts the key".into()),
        Err(error) if error.class == ErrorClass::Account => Finding::Fail(format!(
            "{}; compare SENDGRID_API_KEY with its settings",
            error.detail
        )),
        Err(error) => Finding::Warn(format!(
            "SendGrid does not answer as it should ({}); e-mails wait until it does",
            error.detail
        )),
    }
}

fn tried_server(tried: Result<(), SendError>) -> Finding {
    match tried {
        Ok(()) => Finding::Ok("the mail server answers and accepts the account".into()),
        Err(error) if error.class == ErrorClass::Account => Finding::Fail(format!(
            "{} ({}); compare SMTP_URL with what its operator says",
            error.detail,
            error
                .code
                .map_or("no code".to_owned(), |code| code.to_string())
        )),
        Err(error) => Finding::Warn(format!(
            "{}; e-mails wait until it answers; is SMTP_URL right?",
            error.detail
        )),
    }
}

/// A lookup's class says only that it told nothing; the code says why.
fn blames_account(error: &SendError) -> bool {
    error.code.and_then(class_of) == Some(ErrorClass::Account)
}
