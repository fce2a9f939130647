//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, Config, Fault, Inputs};

/// A clinic's whole relationship with its patients, in one program.
#[derive(Parser)]
#[command(
    name = "lafiya",
    version,
    after_help = "Settings also come from lafiya.toml and the environment."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    settings: Flags,
}

#[derive(Args)]
struct Flags {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Folder for everything that is kept [default: ./data]
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<String>,
    /// postgres://… or sqlite:PATH [default: lafiya.db in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Where people and providers reach the server [default: http://LISTEN]
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// File with settings [default: lafiya.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What `lafiya` can do.
#[derive(Subcommand)]
pub enum Command {
    /// Run the server
    Serve,
    /// Run the server with a clinic to play with, on this machine alone
    Demo,
    /// Bring the database's schema up to date
    Migrate,
    /// Look whether settings, database, disk and providers are fit for use
    Check,
    /// Print the OpenAPI document
    Openapi,
    /// Make a new key for access tokens; running servers take it when they are started again
    RotateKeys,
    /// People who sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Clinics
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// The audit trail
    #[command(subcommand)]
    Audit(AuditCommand),
    /// What another installation wrote
    #[command(subcommand)]
    Import(ImportCommand),
    /// What another installation reads
    #[command(subcommand)]
    Export(ExportCommand),
}

/// What can be exported.
#[derive(Subcommand)]
pub enum ExportCommand {
    /// A consultation record with its versions and files, as `import record` reads it
    Record(ExportRecord),
}

/// Which record, and where it goes.
#[derive(Args)]
pub struct ExportRecord {
    /// Its number, CONS-YYYYMMDD-NNN
    pub number: String,
    /// The folder to write record.json and the files into; it is made, or empty
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
    /// The clinic's short name, if there are several
    #[arg(long)]
    pub tenant: Option<String>,
}

/// What can be imported.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// A consultation record with its versions, out of its JSON export; nothing is overwritten
    Record(ImportRecord),
    /// A table of interactions that you hold a licence for, CSV; every clinic's rules use it within seconds
    Interactions(ImportInteractions),
}

/// Which table, or what to do about those that are here.
#[derive(Args)]
pub struct ImportInteractions {
    /// The file; its columns stand in docs/data-sources.md
    #[arg(required_unless_present_any = ["list", "remove"], requires = "source", conflicts_with_all = ["list", "remove"])]
    pub file: Option<PathBuf>,
    /// Whose table it is; the one that this source has now is replaced
    #[arg(long, value_name = "TEXT", requires = "file")]
    pub source: Option<String>,
    /// Take names that no medicine here has as medicines of their own
    #[arg(long, requires = "file")]
    pub allow_new_names: bool,
    /// Show the tables that are in use, and those that were
    #[arg(long, conflicts_with = "remove")]
    pub list: bool,
    /// End the use of this source's table and delete its rows
    #[arg(long, value_name = "SOURCE")]
    pub remove: Option<String>,
}

/// Which record, and where it goes.
#[derive(Args)]
pub struct ImportRecord {
    /// The file
    pub file: PathBuf,
    /// The folder with the files of the record, each named by its SHA-256
    #[arg(long, value_name = "FOLDER")]
    pub files: Option<PathBuf>,
    /// The clinic's short name; without it the clinic that wrote the file, or the only one there is
    #[arg(long)]
    pub tenant: Option<String>,
}

/// What can be done about the audit trail.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Look whether an entry was edited, deleted or inserted
    Verify(VerifyAudit),
}

/// Which trail.
#[derive(Args)]
pub struct VerifyAudit {
    /// The clinic's short name; every clinic without it
    #[arg(long)]
    pub tenant: Option<String>,
    /// The head hash that an earlier run printed and you wrote down
    #[arg(long, value_name = "HASH", requires = "tenant")]
    pub head: Option<String>,
}

/// What can be done about people.
#[derive(Subcommand)]
pub enum UserCommand {
    /// Let somebody sign in
    Create(CreateUser),
    /// Give somebody a new password, which signs him out everywhere
    ResetPassword(ResetPassword),
}

/// Somebody new.
#[derive(Args)]
pub struct CreateUser {
    /// The clinic's short name
    #[arg(long)]
    pub tenant: String,
    /// The name to sign in with
    #[arg(long)]
    pub username: String,
    /// patient, medecin, agent, manager, admin or superadmin
    #[arg(long, value_parser = role)]
    pub role: kernel::Role,
    /// First name
    #[arg(long, default_value = "")]
    pub first_name: String,
    /// Last name
    #[arg(long, default_value = "")]
    pub last_name: String,
    /// Read the password from the first line of the input instead of making one
    #[arg(long)]
    pub password_stdin: bool,
}

/// Whose password.
#[derive(Args)]
pub struct ResetPassword {
    /// The name to sign in with
    #[arg(long)]
    pub username: String,
    /// Read the password from the first line of the input instead of making one
    #[arg(long)]
    pub password_stdin: bool,
}

/// What can be done about clinics.
#[derive(Subcommand)]
pub enum TenantCommand {
    /// Open a clinic
    Create(CreateTenant),
}

/// A new clinic.
#[derive(Args)]
pub struct CreateTenant {
    /// Short name: a to z, 0 to 9 and hyphens
    #[arg(long)]
    pub slug: String,
    /// Full name
    #[arg(long)]
    pub name: String,
    /// Time zone
    #[arg(long, default_value = "Africa/Dakar", value_parser = kernel::Zone::named)]
    pub zone: kernel::Zone,
    /// Country in which numbers without a prefix are read
    #[arg(long, default_value = "SN", value_parser = country)]
    pub country: kernel::Country,
    /// Language, fr or en
    #[arg(long, default_value = "fr", value_parser = locale)]
    pub locale: kernel::Locale,
}

impl Cli {
    /// The settings with everything that is wrong about them.
    pub fn config(&self) -> Result<Config, Vec<Fault>> {
        let flags = &self.settings;
        let file = flags.config.as_deref();
        Config::read(Inputs {
            flags: vec![
                ("listen", flags.listen.clone()),
                ("data", flags.data.clone()),
                ("database_url", flags.database_url.clone()),
                ("public_url", flags.public_url.clone()),
            ],
            env: &|name| std::env::var_os(name),
            file: (file.unwrap_or(config::default_file()), file.is_some()),
        })
    }
}

fn role(text: &str) -> Result<kernel::Role, String> {
    kernel::Role::parse(text).ok_or_else(|| {
        let known: Vec<_> = kernel::Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("there are {}", known.join(", "))
    })
}

fn locale(text: &str) -> Result<kernel::Locale, String> {
    kernel::Locale::parse(text).ok_or_else(|| "there are fr and en".to_owned())
}

fn country(text: &str) -> Result<kernel::Country, String> {
    kernel::Country::parse(text).ok_or_else(|| "not a country's two letters, such as SN".to_owned())
}
