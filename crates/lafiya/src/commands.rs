//! The commands that do one thing and end.

use std::io::{BufRead, Write};

use clinic::{
    App, audit,
    identity::api::{self as identity, NewTenant, NewUser},
};
use kernel::{Clock, Rng};

use crate::{
    cli::{
        AuditCommand, CreateTenant, CreateUser, ResetPassword, TenantCommand, UserCommand,
        VerifyAudit,
    },
    config::Config,
    failure::Failure,
    secrets::Secrets,
    wiring,
};

/// Writes what the caller asked for.
pub fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new("the answer cannot be written", error))
}

/// `migrate`.
pub async fn migrate(config: &Config) -> Result<(), Failure> {
    let store = wiring::open_store(config).await?;
    store.close().await;
    say("the database is up to date")
}

/// `openapi`.
pub fn openapi() -> Result<(), Failure> {
    let document = serde_json::to_string_pretty(&clinic::routes().openapi);
    say(&document.map_err(|error| Failure::new("the document cannot be written", error))?)
}

/// `rotate-keys`.
pub fn rotate_keys(config: &Config) -> Result<(), Failure> {
    let until = Secrets::rotate(config, &Rng::system(), &Clock::system())?;
    say(&format!(
        "{} has a new key for access tokens; start every server again before {until}, until when tokens of \
         the old one are believed",
        config.secrets_file().display()
    ))
}

/// `user …`.
pub async fn user(config: &Config, command: UserCommand) -> Result<(), Failure> {
    let app = open(config).await?;
    let done = match command {
        UserCommand::Create(new) => create_user(&app, new).await,
        UserCommand::ResetPassword(whose) => reset_password(&app, whose).await,
    };
    app.store.close().await;
    done
}

/// `tenant …`.
pub async fn tenant(config: &Config, command: TenantCommand) -> Result<(), Failure> {
    let app = open(config).await?;
    let TenantCommand::Create(new) = command;
    let done = create_tenant(&app, config, new).await;
    app.store.close().await;
    done
}

/// `audit …`.
pub async fn audit(config: &Config, command: AuditCommand) -> Result<(), Failure> {
    let app = open(config).await?;
    let AuditCommand::Verify(what) = command;
    let done = verify_audit(&app, what).await;
    app.store.close().await;
    done
}

async fn verify_audit(app: &App, what: VerifyAudit) -> Result<(), Failure> {
    let tenants = match &what.tenant {
        Some(slug) => vec![wiring::tenant(app, slug).await?],
        None => wiring::tenants(app).await?,
    };
    let mut broken = Vec::new();
    for tenant in tenants {
        let verdict = audit::api::verify(&app.store, tenant.id, what.head.as_deref())
            .await
            .map_err(|error| Failure::new("the audit trail cannot be read", error))?;
        match verdict {
            Err(fault) => broken.push(format!(
                "the audit trail of {} is broken: {fault}",
                tenant.slug
            )),
            Ok(whole) => say(&whole_trail(&tenant.slug, &whole))?,
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::Other(broken.join("\nlafiya: ")))
}

fn whole_trail(slug: &str, whole: &audit::api::Whole) -> String {
    let mut text = format!(
        "the audit trail of {slug} is whole: {} entries, head {}",
        whole.count, whole.head
    );
    if let Some(seq) = whole.noted_at {
        text.push_str(&format!("; the head you wrote down is entry {seq}"));
    }
    text
}

/// The program over its database, for a command.
pub async fn open(config: &Config) -> Result<App, Failure> {
    wiring::open(config, config.public_url(config.listen)).await
}

async fn create_user(app: &App, new: CreateUser) -> Result<(), Failure> {
    let tenant = wiring::tenant(app, &new.tenant).await?;
    let password = Password::get(app, new.password_stdin)?;
    let user = NewUser {
        username: new.username.clone(),
        password: password.text.clone(),
        first_name: new.first_name,
        last_name: new.last_name,
        role: new.role,
        locale: tenant.locale,
        email: None,
        phone: None,
    };
    identity::create_user(app, tenant.id, user)
        .await
        .map_err(|problem| {
            Failure::refused(
                format_args!("the user {:?} cannot be made", new.username),
                &problem,
            )
        })?;
    say(&format!(
        "{} can sign in to {} as {}{password}",
        new.username,
        tenant.slug,
        new.role.as_str()
    ))
}

async fn reset_password(app: &App, whose: ResetPassword) -> Result<(), Failure> {
    let password = Password::get(app, whose.password_stdin)?;
    identity::reset_password(app, &whose.username, &password.text)
        .await
        .map_err(|problem| {
            Failure::refused(
                format_args!("{:?} cannot get a new password", whose.username),
                &problem,
            )
        })?;
    say(&format!("{} has a new password{password}", whose.username))
}

async fn create_tenant(app: &App, config: &Config, new: CreateTenant) -> Result<(), Failure> {
    let slug = new.slug.clone();
    let tenant = NewTenant {
        slug: new.slug,
        name: new.name,
        locale: new.locale,
        zone: new.zone,
        country: new.country,
    };
    identity::create_tenant(app, tenant)
        .await
        .map_err(|problem| {
            Failure::refused(format_args!("the clinic {slug:?} cannot be made"), &problem)
        })?;
    wiring::claim_senders(app, config).await?;
    say(&format!(
        "the clinic {slug} is open; make its first user with: lafiya user create --tenant {slug} …"
    ))
}

/// A password, and whether we made it and must show it.
struct Password {
    text: String,
    made: bool,
}

impl Password {
    fn get(app: &App, from_stdin: bool) -> Result<Self, Failure> {
        if !from_stdin {
            return Ok(Self {
                text: app.rng.secret(10),
                made: true,
            });
        }
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        read.map_err(|error| Failure::new("the password cannot be read from the input", error))?;
        let text = line.trim_end_matches(['\r', '\n']).to_owned();
        if text.is_empty() {
            return Err(Failure::Other(
                "there is no password in the input; write it as its first line".into(),
            ));
        }
        Ok(Self { text, made: false })
    }
}

impl std::fmt::Display for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.made {
            write!(f, "; the password is: {}", self.text)
        } else {
            Ok(())
        }
    }
}
