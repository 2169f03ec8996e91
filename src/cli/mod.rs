//! The command line. Each command is a file of its own; this one reads the arguments and finds the configuration.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration.

mod client;
mod client_recipe;
mod client_settings;
mod config;
mod copy;
mod doctor;
mod export;
mod import;
mod keys;
mod migrate;
mod output;
mod resource;
mod serve;
mod session;
mod user;

use crate::app::App;
use crate::clients::{Directory, declared, lock_directory};
use crate::clock::Clock;
use crate::config::{Config, ConfigFaults, Fault};
use crate::keys::KeyError;
use crate::language::Texts;
use crate::mail::messages::Letterhead;
use crate::random::Random;
use crate::server::{self, StartError, storage_settings};
use crate::storage::migrate::is_new;
use crate::storage::{Connection, Storage, StorageError};
use crate::upstreams;
use clap::{Parser, Subcommand};
use output::Output;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Read when it exists and no other file is named.
const DEFAULT_FILE: &str = "ostiary.toml";

/// An OAuth 2 and OpenID Connect authorization server.
#[derive(Debug, Parser)]
#[command(name = "ostiary", version, about)]
pub struct Arguments {
    /// The configuration file [default: the one that OSTIARY_CONFIG names, else ./ostiary.toml when there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What to do; without a command, serve.
#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server (this is the default)
    Serve,
    /// Check, show or explain the configuration
    Config {
        #[command(subcommand)]
        command: config::ConfigCommand,
    },
    /// Bring the database's schema up to date, or show where it stands
    Migrate(migrate::Migrate),
    /// Copy a whole installation into another, empty database
    Copy(copy::Copy),
    /// Check this installation, or tell why a client was refused
    Doctor(doctor::Doctor),
    /// Applications and machines
    Client {
        #[command(subcommand)]
        command: client::ClientCommand,
    },
    /// APIs that access tokens are meant for
    Resource {
        #[command(subcommand)]
        command: resource::ResourceCommand,
    },
    /// People
    User {
        #[command(subcommand)]
        command: user::UserCommand,
    },
    /// Signing keys and the master key
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
    },
    /// Bring people in from another system
    Import {
        #[command(subcommand)]
        command: import::ImportCommand,
    },
    /// Write everybody with all they have into a file, to be taken elsewhere
    Export(export::Export),
    /// Browser sessions
    Session {
        #[command(subcommand)]
        command: session::SessionCommand,
    },
}

/// Why a command ended without having done its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Exit code 2.
    #[error("{0}")]
    Config(ConfigFaults),
    /// What was asked for cannot be: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl CliError {
    fn usage(problem: impl Into<String>) -> Self {
        Self::Usage(problem.into())
    }

    fn not_found(problem: impl Into<String>) -> Self {
        Self::Failed(problem.into())
    }
}

impl From<StorageError> for CliError {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<KeyError> for CliError {
    fn from(error: KeyError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<StartError> for CliError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Declared(faults) => Self::Config(faults),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// The installation, opened for a command. A server that runs beside it learns of changes within a second.
pub(crate) struct Opened {
    pub app: App,
}

impl Opened {
    async fn of(arguments: &Arguments) -> Result<Self, CliError> {
        let config = arguments.load()?;
        let is_new = is_new(&Storage::open(&storage_settings(&config)).await?).await?;
        let app = server::open(config, Clock::System, Random::System).await?;
        if is_new {
            complain(&format!(
                "there was no installation in {}, so a new one was made. If a server runs already, run this in its folder or with its configuration.",
                app.storage.describe()
            ));
        }
        Ok(Self { app })
    }

    /// For a command that only looks: an installation whose schema is current stays as it is.
    async fn to_look(arguments: &Arguments) -> Result<Self, CliError> {
        Ok(Self { app: server::open_to_look(arguments.load()?, Clock::System, Random::System).await? })
    }

    /// Runs `steps`, which change clients or APIs, in one transaction: one such change at a time, on what is there by then. What was read
    /// before may be old: of two that add something at once, none must be lost.
    async fn change<T>(&self, steps: impl AsyncFnOnce(&mut Connection, &Directory) -> Result<T, CliError>) -> Result<T, CliError> {
        self.app
            .storage
            .transaction(async |connection| {
                lock_directory(connection).await?;
                let directory = self.app.clients.read(connection).await?;
                steps(connection, &directory).await
            })
            .await
    }

    /// Runs `steps` in one transaction.
    async fn transaction<T>(&self, steps: impl AsyncFnOnce(&mut Connection) -> Result<T, StorageError>) -> Result<T, StorageError> {
        self.app.storage.transaction(steps).await
    }
}

/// The SQLite file that is not there: most often the command is run in another folder than the server.
fn missing_file(url: &str) -> Option<String> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (!Path::new(path).exists()).then(|| path.to_owned())
}

/// Reads the arguments of the process, runs the command and tells the exit code.
pub async fn run() -> ExitCode {
    let mut arguments = Arguments::parse();
    leave_no_core_dump();
    let json = arguments.json;
    let done = match arguments.command.take().unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&arguments).await.map(|()| None),
        Command::Config { command } => config::run(&arguments, command).map(Some),
        Command::Migrate(command) => migrate::run(&arguments, &command).await.map(Some),
        Command::Copy(command) => copy::run(&arguments, &command).await.map(Some),
        Command::Doctor(command) => doctor::run(&arguments, command).await.map(Some),
        Command::Import { command } => bring_in(&arguments, command).await.map(|()| None),
        administrative => administer(&arguments, administrative).await.map(Some),
    };
    let fails = matches!(&done, Ok(Some(output)) if output.fails);
    let printed = match done {
        Ok(Some(output)) if json => print(&format!("{:#}\n", output.json)),
        Ok(Some(output)) => print(&format!("{}\n", output.text.trim_end())),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    match printed {
        Ok(()) if fails => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.to_string().trim_end());
            if matches!(error, CliError::Failed(_)) { ExitCode::FAILURE } else { ExitCode::from(2) }
        }
    }
}

/// A core dump would hold the master key and every private key in clear (security.md Z5). Where the limit cannot be set, it stays
/// as it is: that is no reason not to serve.
fn leave_no_core_dump() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
        complain(&format!("core dumps could not be switched off: {error}"));
    }
}

async fn bring_in(arguments: &Arguments, command: import::ImportCommand) -> Result<(), CliError> {
    import::run(&Opened::of(arguments).await?, command, arguments.json).await
}

async fn administer(arguments: &Arguments, command: Command) -> Result<Output, CliError> {
    let opened = Opened::of(arguments).await?;
    match command {
        Command::Client { command } => client::run(&opened, command).await,
        Command::Resource { command } => resource::run(&opened, command).await,
        Command::User { command } => user::run(&opened, command).await,
        Command::Keys { command } => keys::run(&opened, command).await,
        Command::Session { command } => session::run(&opened, command).await,
        Command::Export(command) => export::run(&opened, &command).await,
        Command::Serve | Command::Config { .. } | Command::Migrate(_) | Command::Copy(_) | Command::Doctor(_) | Command::Import { .. } => {
            Err(CliError::usage("not an administrative command"))
        }
    }
}

impl Arguments {
    /// The configuration of this process: the file, and the environment over it.
    fn load(&self) -> Result<Config, CliError> {
        let mut unreadable = Vec::new();
        let mut environment = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => environment.push((name, value)),
                Err(_) if name.starts_with("OSTIARY_") => unreadable.push(Fault::new(name, "is not UTF-8")),
                Err(_) => {}
            }
        }
        let further = |config: &Config| {
            let (clients, upstreams) = (declared::parse(config).err(), upstreams::declared::parse(config).err());
            let database = storage_settings(config).check().err().map(|error| match error {
                StorageError::Settings(problem) => Fault::new("database.url", problem),
                other => Fault::new("database.url", other.to_string()),
            });
            let texts = Texts::load(config.brand.texts.as_deref());
            // Words that cannot be used hide no fault of the templates that set them.
            let spoken = texts.clone().or_else(|_| Texts::load(None)).ok();
            let letters = spoken.and_then(|texts| Letterhead::new(config, texts).err()).unwrap_or_default();
            let texts = texts.err().map(|error| Fault::new("brand.texts", error.to_string()));
            let files = texts.into_iter().chain(letters);
            clients.into_iter().chain(upstreams).flatten().chain(database).chain(files).chain(unreadable).collect()
        };
        Config::load_and_check(self.file().as_deref(), environment.into_iter(), further).map_err(CliError::Config)
    }

    fn file(&self) -> Option<PathBuf> {
        let named = std::env::var_os("OSTIARY_CONFIG").filter(|name| !name.is_empty()).map(PathBuf::from);
        let default = || Path::new(DEFAULT_FILE).exists().then(|| PathBuf::from(DEFAULT_FILE));
        self.config.clone().or(named).or_else(default)
    }
}

/// Tells people on standard error; that nobody reads it is no failure.
fn complain(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "ostiary: {text}");
}

/// Prints to standard output; a reader that has gone (`| head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    use std::io::Write as _;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(CliError::Failed(format!("cannot write: {error}"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_file_may_be_named_before_and_after_the_command() {
        for line in [&["ostiary", "--config", "a.toml", "config", "check"][..], &["ostiary", "config", "check", "--config", "a.toml"]] {
            let arguments = Arguments::try_parse_from(line).unwrap();
            assert_eq!(arguments.file(), Some(PathBuf::from("a.toml")));
        }
        assert!(Arguments::try_parse_from(["ostiary"]).unwrap().command.is_none());
        assert!(Arguments::try_parse_from(["ostiary", "frobnicate"]).is_err());
    }
}
