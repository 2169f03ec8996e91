//! `ostiary import …`: people from another system. What is secret of that system comes from the environment or a file, since
//! arguments are seen by every user of the machine (security.md Z5).

use super::output::printable;
use super::{CliError, Opened, print};
use crate::import::{
    Auth0Source, BetterAuthSource, CsvSource, Entry, ForeignKeys, ImportError, KeycloakSource, Options, OstiarySource, Source,
    SourceSettings, SupabaseDump, SupabaseSource, Totals, Verdict, follow, is_finished, run as go,
};
use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The database's URL, where no file holds it.
const URL_VARIABLE: &str = "OSTIARY_IMPORT_URL";
/// Its keys and secrets, where no file holds them.
const SECRET_VARIABLE: &str = "OSTIARY_IMPORT_SECRET";

/// Where people come from.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Supabase: a dump in SQL, or its database by the URL in OSTIARY_IMPORT_URL
    Supabase {
        /// A dump with the data of the schema auth, as pg_dump writes it; without one, the database is read
        dump: Option<PathBuf>,
        #[command(flatten)]
        database: FromDatabase,
        /// The schema of its tables
        #[arg(long, default_value = "auth")]
        schema: String,
        /// The RP ID that its passkeys were made for; they come when it is passkeys.rp_id here
        #[arg(long, value_name = "DOMAIN")]
        passkey_rp_id: Option<String>,
        #[command(flatten)]
        links: Links,
        #[command(flatten)]
        how: How,
    },
    /// Better Auth: its PostgreSQL database, by the URL in OSTIARY_IMPORT_URL
    BetterAuth {
        #[command(flatten)]
        database: FromDatabase,
        /// The schema of its tables
        #[arg(long, default_value = "public")]
        schema: String,
        /// A table that has another name, as in user=people; may be repeated
        #[arg(long = "table", value_name = "TABLE=NAME")]
        tables: Vec<String>,
        /// The RP ID that its passkeys were made for; they come when it is passkeys.rp_id here
        #[arg(long, value_name = "DOMAIN")]
        passkey_rp_id: Option<String>,
        #[command(flatten)]
        links: Links,
        #[command(flatten)]
        how: How,
    },
    /// Keycloak: the export of a realm with its users, in JSON
    Keycloak {
        file: PathBuf,
        #[command(flatten)]
        links: Links,
        #[command(flatten)]
        how: How,
    },
    /// Auth0: a bulk export, one JSON document a line
    Auth0 {
        file: PathBuf,
        #[command(flatten)]
        links: Links,
        #[command(flatten)]
        how: How,
    },
    /// A table in CSV whose first line names the columns
    Csv {
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// What `ostiary export` wrote
    Ostiary {
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
}

#[derive(Debug, Args)]
pub struct FromDatabase {
    /// A file with the URL of the database, in place of OSTIARY_IMPORT_URL
    #[arg(long, value_name = "FILE")]
    url_file: Option<PathBuf>,
    /// A file with the keys that columns are encrypted under, in place of OSTIARY_IMPORT_SECRET; one `name:key` or `secret` a line
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// After all is read, go on with who is new or changed there, until stopped
    #[arg(long, conflicts_with = "dry_run")]
    follow: bool,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "follow", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,
}

#[derive(Debug, Args)]
pub struct Links {
    /// What a provider is called here, as in azure=microsoft; nothing after the sign leaves its links behind; may be repeated
    #[arg(long = "provider", value_name = "THERE=HERE")]
    providers: Vec<String>,
}

#[derive(Debug, Args)]
pub struct How {
    /// Tell of each person what would come and what cannot, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave those as they are who were brought in before
    #[arg(long)]
    only_new: bool,
    /// Read everything from the beginning, where an earlier run was stopped half-way or, with --follow, has read all before
    #[arg(long)]
    restart: bool,
    /// What the source is called here; needed for a second one of the same kind
    #[arg(long)]
    name: Option<String>,
}

/// A command, taken apart.
struct Plan {
    source: Source,
    options: Options,
    follow: Option<Duration>,
}

pub(super) async fn run(opened: &Opened, command: ImportCommand, json: bool) -> Result<(), CliError> {
    let app = &opened.app;
    let Plan { mut source, options, follow: interval } = open(opened, command).await?;
    let mut report = Report { json, told: 0 };
    report.begin()?;
    let was_finished = interval.is_some() && !options.restart && is_finished(app, &source, &options.name).await.map_err(told)?;
    let mut totals = Totals::default();
    if !was_finished {
        totals = go(app, &mut source, &options, &mut |entry| report.entry(entry)).await.map_err(told)?;
    }
    if let Some(interval) = interval {
        if !json {
            print(&format!("{}\nWaiting for changes; stop with Ctrl-C.\n", sums(&totals, false)))?;
        }
        let later = follow(app, &mut source, &options, interval, stopped(), &mut |entry| report.entry(entry)).await;
        totals = later.map_err(told)?;
    }
    report.end(&totals, options.dry_run)
}

async fn open(opened: &Opened, command: ImportCommand) -> Result<Plan, CliError> {
    let settings = |schema: String, links: &Links, keys: ForeignKeys| -> Result<SourceSettings, CliError> {
        let clock = opened.app.clock.clone();
        Ok(SourceSettings {
            clock,
            schema,
            tables: BTreeMap::new(),
            providers: pairs(&links.providers, "--provider")?,
            keys,
            takes_passkeys: false,
        })
    };
    let none = || ForeignKeys::default();
    Ok(match command {
        ImportCommand::Supabase { dump, database, schema, passkey_rp_id, links, how } => {
            let mut settings = settings(schema, &links, database.keys()?)?;
            settings.takes_passkeys = takes_passkeys(opened, passkey_rp_id.as_deref())?;
            let follow = database.interval();
            let source = match dump {
                Some(_) if follow.is_some() => return Err(CliError::usage("--follow wants the database: a dump does not change")),
                Some(dump) if dump.to_string_lossy().contains("://") => {
                    return Err(CliError::usage(format!(
                        "a URL goes into {URL_VARIABLE} or a file that --url-file names: arguments are seen by every user of this machine"
                    )));
                }
                Some(dump) => Source::SupabaseDump(SupabaseDump::open(&dump, settings).map_err(told)?),
                None => Source::Supabase(SupabaseSource::open(&database.url()?, settings).await.map_err(told)?),
            };
            Plan { source, options: how.options("supabase")?, follow }
        }
        ImportCommand::BetterAuth { database, schema, tables, passkey_rp_id, links, how } => {
            let mut settings = settings(schema, &links, database.keys()?)?;
            settings.tables = pairs(&tables, "--table")?;
            settings.takes_passkeys = takes_passkeys(opened, passkey_rp_id.as_deref())?;
            let source = Source::BetterAuth(BetterAuthSource::open(&database.url()?, settings).await.map_err(told)?);
            Plan { source, options: how.options("better-auth")?, follow: database.interval() }
        }
        ImportCommand::Keycloak { file, links, how } => {
            let source = Source::Keycloak(KeycloakSource::open(&file, settings(String::new(), &links, none())?).map_err(told)?);
            Plan { source, options: how.options("keycloak")?, follow: None }
        }
        ImportCommand::Auth0 { file, links, how } => {
            let source = Source::Auth0(Auth0Source::open(&file, settings(String::new(), &links, none())?).map_err(told)?);
            Plan { source, options: how.options("auth0")?, follow: None }
        }
        ImportCommand::Csv { file, how } => {
            Plan { source: Source::Csv(CsvSource::open(&file).map_err(told)?), options: how.options("csv")?, follow: None }
        }
        ImportCommand::Ostiary { file, how } => {
            Plan { source: Source::Ostiary(OstiarySource::open(&file).map_err(told)?), options: how.options("ostiary")?, follow: None }
        }
    })
}

impl How {
    fn options(self, kind: &str) -> Result<Options, CliError> {
        let Self { dry_run, only_new, restart, name } = self;
        let name = name.unwrap_or_else(|| kind.to_owned());
        if name.is_empty() || name.len() > 64 || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return Err(CliError::usage("--name has up to 64 letters, digits, hyphens and underscores"));
        }
        Ok(Options { name, dry_run, only_new, restart })
    }
}

impl FromDatabase {
    fn url(&self) -> Result<String, CliError> {
        let missing = || {
            CliError::usage(format!(
                "set {URL_VARIABLE} to the postgres:// URL of the database, or name a file that holds it with --url-file"
            ))
        };
        let url = secret(self.url_file.as_deref(), URL_VARIABLE)?.ok_or_else(missing)?;
        Ok(url.trim().to_owned())
    }

    fn keys(&self) -> Result<ForeignKeys, CliError> {
        Ok(ForeignKeys::parse(&secret(self.secret_file.as_deref(), SECRET_VARIABLE)?.unwrap_or_default()))
    }

    fn interval(&self) -> Option<Duration> {
        self.follow.then(|| Duration::from_secs(self.every))
    }
}

fn secret(file: Option<&Path>, variable: &str) -> Result<Option<String>, CliError> {
    match file {
        Some(path) => std::fs::read_to_string(path).map(Some).map_err(|error| CliError::usage(format!("{}: {error}", path.display()))),
        None => Ok(std::env::var(variable).ok().filter(|value| !value.is_empty())),
    }
}

fn pairs(texts: &[String], option: &str) -> Result<BTreeMap<String, String>, CliError> {
    let pair = |text: &String| text.split_once('=').map(|(there, here)| (there.to_owned(), here.to_owned()));
    texts.iter().map(|text| pair(text).ok_or_else(|| CliError::usage(format!("{option} is written THERE=HERE")))).collect()
}

/// Under another RP ID no authenticator would answer.
fn takes_passkeys(opened: &Opened, there: Option<&str>) -> Result<bool, CliError> {
    let here = opened.app.config.passkeys.rp_id.as_str();
    match there {
        None => Ok(false),
        Some(there) if there == here => Ok(true),
        Some(there) => Err(CliError::usage(format!(
            "passkeys of {there} do not work here, where the RP ID is {here}: leave --passkey-rp-id away, and people make new ones"
        ))),
    }
}

/// Ctrl-C, or being told to stop.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(interrupt.await),
    }
}

fn told(error: ImportError) -> CliError {
    match error {
        ImportError::Usage(problem) => CliError::Usage(problem),
        other => CliError::Failed(other.to_string()),
    }
}

/// Prints people as they come, so that a report of any length needs no memory: lines, or one JSON document.
struct Report {
    json: bool,
    told: u64,
}

impl Report {
    fn begin(&self) -> Result<(), CliError> {
        if self.json { print("{ \"users\": [") } else { Ok(()) }
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), ImportError> {
        let text = if self.json { format!("{}\n{}", if self.told == 0 { "" } else { "," }, json!(entry)) } else { line(entry) };
        self.told += 1;
        print(&text).map_err(|error| ImportError::Source(error.to_string()))
    }

    fn end(&self, totals: &Totals, dry_run: bool) -> Result<(), CliError> {
        if self.json {
            return print(&format!("\n], \"dry_run\": {dry_run}, \"totals\": {:#} }}\n", json!(totals)));
        }
        print(&sums(totals, dry_run))
    }
}

fn line(entry: &Entry) -> String {
    let word = match entry.verdict {
        Verdict::Created => "new",
        Verdict::Updated => "changed",
        Verdict::Unchanged => "known",
        Verdict::Skipped => "skipped",
    };
    let mut text = format!("{word:<8} {}  {}", printable(&entry.source_id), printable(entry.email.as_deref().unwrap_or("-")));
    if let Some(why) = &entry.why {
        let _ = write!(text, "  {}", printable(why));
    }
    text.push('\n');
    if !entry.comes.is_empty() {
        let _ = writeln!(text, "         comes: {}", printable(&entry.comes.join(", ")));
    }
    for what in &entry.changes {
        let _ = writeln!(text, "         changes here: {}", printable(&what.text));
    }
    for what in &entry.missing {
        let _ = writeln!(text, "         does not come: {}", printable(&what.text));
    }
    text
}

fn sums(totals: &Totals, dry_run: bool) -> String {
    let Totals { read, created, updated, unchanged, skipped, .. } = totals;
    let mut text = format!("{read} read: {created} new, {updated} changed, {unchanged} known and unchanged, {skipped} skipped\n");
    let told = [
        ("of the new", &totals.comes),
        ("of the changed", &totals.changes),
        ("does not come", &totals.missing),
        ("skipped", &totals.skipped_because),
    ];
    for (title, counts) in told {
        for (what, count) in counts {
            let _ = writeln!(text, "{count:>8} {title}: {}", printable(what));
        }
    }
    if dry_run {
        text.push_str("Nothing was written.\n");
    }
    text
}
