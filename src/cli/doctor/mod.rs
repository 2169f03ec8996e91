//! `ostiary doctor`: is this installation well, and if not, what is to be done?
//!
//! It asks as the world does, through the issuer's URL, and changes nothing: a database whose schema is behind is told of, not migrated.
//!
//! Order of checks: 1. the configuration (all its faults at once, exit code 2); 2. settings that are sound and still unwise; 3. the
//! database: it answers, its clock, its schema, the master key; 4. signing keys; 5. the issuer from outside: address, certificate,
//! metadata, clock, proxies; 6. mail; 7. other providers; 8. clients: what can never work,
//! those that are not told that sessions ended, and those that were refused.

mod client;
mod database;
mod logouts;
mod outside;
mod registered;
mod settings;

use super::output::Output;
use super::{Arguments, CliError, Opened};
use crate::app::App;
use crate::clients::declared::declares_client;
use crate::clients::refusals::list_refusals;
use crate::keys;
use crate::web::registration_advice::without_resource;
use clap::{Args, Subcommand};
use logouts::Logouts;
use serde_json::json;
use std::time::Duration;

/// Check this installation, or tell why a client was refused or not told of the end of sessions
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(subcommand)]
    command: Option<DoctorCommand>,
}

#[derive(Debug, Subcommand)]
enum DoctorCommand {
    /// Tell why the last requests of a client were refused, why it was not told that sessions ended, and what to change
    Client { client_id: String },
}

/// What was found in one place.
struct Finding {
    place: &'static str,
    verdict: Verdict,
    found: String,
    /// What to do.
    advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Well,
    /// It works; think about it.
    Unwise,
    /// It does not work, or is not safe.
    Ill,
}

impl Finding {
    fn well(place: &'static str, found: impl Into<String>) -> Self {
        Self { place, verdict: Verdict::Well, found: found.into(), advice: None }
    }

    fn unwise(place: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { place, verdict: Verdict::Unwise, found: found.into(), advice: Some(advice.into()) }
    }

    fn ill(place: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { place, verdict: Verdict::Ill, found: found.into(), advice: Some(advice.into()) }
    }
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Unwise => "unwise",
            Self::Ill => "ill",
        }
    }
}

/// Mail that is due for so long does not leave.
const OVERDUE: Duration = Duration::from_secs(15 * 60);

pub(super) async fn run(arguments: &Arguments, doctor: Doctor) -> Result<Output, CliError> {
    if let Some(DoctorCommand::Client { client_id }) = doctor.command {
        return client::explain(&Opened::of(arguments).await?, &client_id).await;
    }
    let config = arguments.load()?;
    let mut findings = vec![Finding::well("configuration", format!("sound, for {}", config.issuer))];
    findings.extend(settings::examine(&config));
    let (of_database, is_current) = database::examine(&config).await;
    findings.extend(of_database);
    if is_current {
        match Opened::to_look(arguments).await {
            Ok(opened) => examine(&opened.app, &mut findings).await?,
            Err(error) => findings.push(Finding::ill("start", error.to_string(), "a server would not start either")),
        }
    }
    Ok(report(&findings))
}

/// What takes an opened installation.
async fn examine(app: &App, findings: &mut Vec<Finding>) -> Result<(), CliError> {
    findings.push(Finding::well("master key", "opens what is sealed in the database"));
    findings.push(keys(app).await?);
    findings.extend(outside::examine(app).await);
    findings.push(mail(app).await?);
    for upstream in app.upstreams.offered(None) {
        let Some(discovery) = upstream.discovery() else { continue };
        findings.push(match app.outbound.get_json(discovery).await {
            Ok(_) => Finding::well("providers", format!("{} answers", upstream.name)),
            Err(error) => Finding::ill(
                "providers",
                format!("{}: {discovery}: {error}", upstream.name),
                "people cannot sign in with it: check its issuer in [[upstreams]], and that this machine may call it",
            ),
        });
    }
    for client in app.clients.directory().clients() {
        let id = &client.client_id;
        let is_declared = declares_client(&app.config, id.as_str());
        if client.enabled && client.metadata.has_secret() && client.live_secrets(app.now()).next().is_none() {
            let line = if is_declared {
                format!("start a server with this configuration, which gives {id} the secret that is written there")
            } else {
                format!("ostiary client rotate-secret {id}")
            };
            findings.push(Finding::ill("clients", format!("{id} has no secret that counts"), line));
        }
        for missing in app.clients.directory().missing_resources(&client.metadata) {
            let line = if is_declared {
                format!("take it out of {id} in [[clients]], or declare it, and restart")
            } else {
                without_resource(client, missing).unwrap_or_default()
            };
            findings.push(Finding::unwise(
                "clients",
                format!("{id} names {missing}, an API that is not there: it gets no tokens for it"),
                line,
            ));
        }
        findings.extend(registered::examine(app, &app.clients.directory(), client, is_declared));
        let day_ago = app.now() - Duration::from_secs(86_400);
        findings.extend(Logouts::of(app, id).await?.finding(id, day_ago));
        let refused = list_refusals(&mut app.storage.read().await?, id, 100).await?;
        let lately = refused.iter().filter(|refusal| refusal.at > day_ago).count();
        if lately > 0 {
            findings.push(Finding::unwise(
                "clients",
                format!("{id} was refused {lately} times in a day"),
                format!("ostiary doctor client {id}"),
            ));
        }
    }
    Ok(())
}

async fn keys(app: &App) -> Result<Finding, CliError> {
    let now = app.now();
    let listed = keys::list(&app.storage, now).await?;
    let overdue = app.key_policy.rotation_interval + app.key_policy.publish_ahead + Duration::from_secs(86_400);
    let newest = listed.iter().map(|key| key.active_at).max();
    Ok(match newest {
        None => Finding::ill("signing keys", "there are none", "start a server once, or run: ostiary keys rotate"),
        Some(newest) if newest < now - overdue => Finding::unwise(
            "signing keys",
            format!("the newest signs since {newest}: it should have been replaced"),
            "keys rotate in a running server; is one running on this database? By hand: ostiary keys rotate",
        ),
        Some(_) => Finding::well("signing keys", format!("{} published", app.keys.published())),
    })
}

async fn mail(app: &App) -> Result<Finding, CliError> {
    if app.mailer.keeps_an_outbox() {
        return Ok(Finding::well("mail", "kept in the development outbox, nothing is sent"));
    }
    if let Err(why) = app.mailer.check().await {
        return Ok(Finding::ill("mail", why, "nobody can prove an address or reset a password: see docs/mail.md"));
    }
    let overdue = app.mailer.overdue(app.now() - OVERDUE, 1000).await?;
    Ok(match overdue {
        0 => Finding::well("mail", "the mail server takes the sign-in, nothing is overdue"),
        some => Finding::unwise(
            "mail",
            format!("{some} mails should have left {} minutes ago", OVERDUE.as_secs() / 60),
            "a running server delivers; its log says why it does not",
        ),
    })
}

fn report(findings: &[Finding]) -> Output {
    let mut text = String::new();
    for Finding { place, verdict, found, advice } in findings {
        text.push_str(&format!("{:<7} {place:<14} {}\n", verdict.as_str(), super::output::printable(found)));
        if let Some(advice) = advice {
            text.push_str(&format!("{:<22} → {advice}\n", ""));
        }
    }
    let ill = findings.iter().filter(|finding| finding.verdict == Verdict::Ill).count();
    let unwise = findings.iter().filter(|finding| finding.verdict == Verdict::Unwise).count();
    text.push_str(&match (ill, unwise) {
        (0, 0) => "\nAll is well.\n".to_owned(),
        (0, unwise) => format!("\nIt works; {unwise} to think about.\n"),
        (ill, unwise) => format!("\n{ill} to mend, {unwise} to think about.\n"),
    });
    let list: Vec<_> = findings
        .iter()
        .map(|finding| json!({ "place": finding.place, "verdict": finding.verdict.as_str(), "found": finding.found, "advice": finding.advice }))
        .collect();
    Output::new(text, json!({ "well": ill == 0, "findings": list })).failing(ill > 0)
}
