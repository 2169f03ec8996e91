//! Which ended sessions a client was not told of (OpenID Connect Back-Channel Logout 1.0), why, and what to change.

use super::super::CliError;
use super::super::output::printable;
use super::Finding;
use crate::app::App;
use crate::clients::logout_failures::{LogoutFailure, NotTold, list_logout_failures};
use crate::clients::{Client, ClientId};
use crate::clock::Timestamp;
use crate::sessions::count_tried_logouts;
use crate::web::registration_advice::update_of;
use serde_json::{Value, json};

/// What failed of one client.
pub(super) struct Logouts {
    /// Ended sessions that it is still to be told of.
    waiting: i64,
    /// The newest reason first.
    failures: Vec<LogoutFailure>,
}

impl Logouts {
    pub(super) async fn of(app: &App, client_id: &ClientId) -> Result<Self, CliError> {
        let mut connection = app.storage.read().await?;
        let failures = list_logout_failures(&mut connection, client_id).await?;
        // One that was never tried in vain may be under way for the first time.
        let waiting = if failures.is_empty() { 0 } else { count_tried_logouts(&mut connection, client_id).await? };
        Ok(Self { waiting, failures })
    }

    /// What `ostiary doctor` says of failures since `start`. Status 400 is left to who asks about the client: sound libraries answer so for
    /// a session that has ended in the application before.
    pub(super) fn finding(&self, client_id: &ClientId, start: Timestamp) -> Option<Finding> {
        let is_counted = |failure: &&LogoutFailure| failure.at > start && failure.why != NotTold::Status(400);
        let lately: Vec<&LogoutFailure> = self.failures.iter().filter(is_counted).collect();
        let newest = lately.first()?;
        let given_up: i64 = lately.iter().map(|failure| failure.given_up).sum();
        if given_up == 0 && self.waiting == 0 {
            // It was told later.
            return None;
        }
        let counts = match (given_up, self.waiting) {
            (0, waiting) => format!("{client_id} could not be told yet that {waiting} sessions ended"),
            (given_up, 0) => format!("{client_id} was not told that {given_up} sessions ended"),
            (given_up, waiting) => format!("{client_id} was not told that {given_up} sessions ended, and not yet of {waiting} more"),
        };
        let since = lately.iter().map(|failure| failure.since).min().unwrap_or(newest.since);
        let found = format!("{counts}, counted since {since}: {} (last at {})", words(&newest.why), newest.at);
        Some(Finding::unwise("clients", found, format!("ostiary doctor client {client_id}")))
    }

    /// What `ostiary doctor client` says; nothing where nothing failed.
    pub(super) fn text(&self, app: &App, client: &Client, is_declared: bool) -> String {
        let mut text = String::new();
        for failure in &self.failures {
            let given_up = match failure.given_up {
                0 => "tried again until it was told, or for an hour".to_owned(),
                some => format!("given up for {some} sessions since {}", failure.since),
            };
            let why = printable(&words(&failure.why));
            let advice = printable(&advice(app, client, &failure.why, is_declared));
            text.push_str(&format!("\n{}  told of the end of a session: {why}\n  {given_up}\n  → {advice}\n", failure.at));
        }
        if self.waiting > 0 {
            text.push_str(&format!("\nIt is still to be told that {} sessions ended; each is tried again for an hour.\n", self.waiting));
        }
        text
    }

    pub(super) fn json(&self, app: &App, client: &Client, is_declared: bool) -> Value {
        let failures = self.failures.iter().map(|failure| {
            json!({ "why": words(&failure.why), "given_up": failure.given_up, "since": failure.since.to_string(), "at": failure.at.to_string(),
                "advice": advice(app, client, &failure.why, is_declared) })
        });
        json!({ "waiting": self.waiting, "failures": failures.collect::<Vec<_>>() })
    }
}

fn words(why: &NotTold) -> String {
    match why {
        NotTold::Status(status) => format!("it answered with status {status}"),
        NotTold::TimedOut => "it did not answer in five seconds".to_owned(),
        NotTold::Forbidden => "its address is not one that this server may call".to_owned(),
        NotTold::Unsigned => "this server could not sign the token".to_owned(),
        NotTold::Unreachable(text) => format!("it could not be reached: {text}"),
    }
}

fn advice(app: &App, client: &Client, why: &NotTold, is_declared: bool) -> String {
    let id = client.client_id.as_str();
    let Some(uri) = client.metadata.backchannel_logout_uri.as_deref() else {
        return "It has no backchannel_logout_uri any more, and is told nothing.".to_owned();
    };
    let register = match update_of(client, &["--backchannel-logout-uri", "URI"]) {
        Some(line) if !is_declared => line,
        _ => format!("backchannel_logout_uri of {id} in [[clients]], and restart"),
    };
    match why {
        NotTold::Status(300..400) => format!("{uri} leads on, and redirects are not followed. Register where it leads to: {register}"),
        NotTold::Status(401 | 403) => {
            format!("A logout token comes by POST, without a cookie or a CSRF token: let the application take it so at {uri}.")
        }
        NotTold::Status(404 | 405 | 410) => {
            format!("Nothing takes a POST at {uri}. Correct the application's route, or register another: {register}")
        }
        NotTold::Status(408 | 425 | 429) => format!("The application at {uri} was busy. It is told again, for an hour."),
        NotTold::Status(400..500) => format!(
            "The application refused the token; its log says why. It must know {} as the issuer and {id} as the audience. If it answers so only \
             for sessions that it has ended itself, all is well.",
            app.issuer()
        ),
        NotTold::Status(_) => format!("The fault is in the application at {uri}, or in the proxy before it: see their logs."),
        NotTold::TimedOut => {
            format!("The application at {uri} must answer first and clean up afterwards; or a firewall drops what this server sends.")
        }
        NotTold::Forbidden => format!("Its backchannel_logout_uri, {uri}, must lead to a public address by https: {register}"),
        NotTold::Unsigned => "The fault is here: the server's log says why, and ostiary doctor how its keys are.".to_owned(),
        NotTold::Unreachable(_) => {
            format!("Does the application run, and do its name and its certificate hold at {uri}? Another address: {register}")
        }
    }
}
