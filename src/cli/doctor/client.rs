//! `ostiary doctor client ID`: why the last requests of a client were refused, why it was not told that sessions ended, and what to
//! change.

use super::super::output::{Output, printable};
use super::super::{CliError, Opened};
use super::logouts::Logouts;
use crate::clients::declared::declares_client;
use crate::clients::refusals::{EXCHANGED, Refusal, list_refusals};
use crate::clients::{Client, Directory};
use crate::oauth::client_metadata::ExchangeRule;
use crate::oauth::grant_type::GrantType;
use crate::oauth::resource::ResourceIndicator;
use crate::web::registration_advice::{
    Advice, POST_LOGOUT_REDIRECT_URIS, REDIRECT_URIS, RESOURCES, UriList, added, nearest, registration_advice, update_of, without_resource,
};
use serde_json::json;

/// What is declared is not the command line's to change.
const IN_THE_FILE: &str = "it is declared in the configuration ([[clients]]): change it there, and restart";

/// Refusals that are told.
const TOLD: i64 = 10;

pub(super) async fn explain(opened: &Opened, client_id: &str) -> Result<Output, CliError> {
    let app = &opened.app;
    let directory = app.clients.directory();
    let Some(client) = directory.client(client_id) else {
        return Err(CliError::not_found(format!(
            "no client {client_id}: a request that names it gets a page or invalid_client; see: ostiary client list"
        )));
    };
    let refusals = list_refusals(&mut app.storage.read().await?, &client.client_id, TOLD).await?;
    let mut text = format!("{} ({client_id})\n", printable(&client.metadata.client_name));
    let is_declared = declares_client(&app.config, client_id);
    let or_there = |line: String| if is_declared { IN_THE_FILE.to_owned() } else { line };
    if !client.enabled {
        let line = or_there(format!("ostiary client update --enable {client_id}"));
        text.push_str(&format!("\nIt is switched off: nobody gets in.\n  → {line}\n"));
    }
    if client.metadata.has_secret() && client.live_secrets(app.now()).next().is_none() {
        let line = or_there(format!("ostiary client rotate-secret {client_id}"));
        text.push_str(&format!("\nIt has no secret that counts.\n  → {line}\n"));
    }
    for missing in directory.missing_resources(&client.metadata) {
        let line = or_there(without_resource(client, missing).unwrap_or_default());
        text.push_str(&format!("\nIt names an API that is not there, and gets no tokens for it: {missing}\n  → {line}\n"));
    }
    if refusals.is_empty() {
        text.push_str(
            "\nNone of its requests was refused in the last seven days. What a running server refused shows here within a second.\n",
        );
    }
    let advice: Vec<_> = refusals.iter().map(|refusal| advice(&directory, client, refusal, is_declared)).collect();
    for (refusal, advice) in refusals.iter().zip(&advice) {
        text.push_str(&format!(
            "\n{}  {}  {}  (request {})\n  {}\n",
            refusal.at,
            refusal.endpoint,
            refusal.error,
            refusal.request_id,
            printable(&refusal.description)
        ));
        if let Some(cause) = &refusal.cause {
            text.push_str(&format!("  why   {}\n", printable(cause)));
        }
        if let Some(sent) = &refusal.sent {
            text.push_str(&format!("  sent  {}\n", printable(sent)));
            for known in have(&directory, client, refusal) {
                text.push_str(&format!("  have  {known}\n"));
            }
        }
        if !advice.is_empty() {
            let lines: Vec<_> = advice.lines().map(printable).collect();
            text.push_str(&format!("  → {}\n", lines.join("\n")));
        }
    }
    let logouts = Logouts::of(app, &client.client_id).await?;
    text.push_str(&logouts.text(app, client, is_declared));
    let list: Vec<_> = refusals
        .iter()
        .zip(&advice)
        .map(|(refusal, advice)| {
            json!({ "at": refusal.at.to_string(), "request_id": refusal.request_id, "endpoint": refusal.endpoint, "error": refusal.error,
                "description": refusal.description, "cause": refusal.cause, "sent": refusal.sent, "advice": advice })
        })
        .collect();
    let logouts = logouts.json(app, client, is_declared);
    Ok(Output::new(text, json!({ "client_id": client_id, "enabled": client.enabled, "refusals": list, "logouts": logouts })))
}

/// What is registered where something else was sent.
fn have(directory: &Directory, client: &Client, refusal: &Refusal) -> Vec<String> {
    if let Some(rule) = rule_of(client, refusal) {
        return match refusal.error.as_str() {
            "invalid_scope" => vec![rule.scope.to_string()],
            _ => rule.resources.iter().map(ToString::to_string).collect(),
        };
    }
    match refusal.error.as_str() {
        "invalid_scope" => vec![directory.allowed_scope(client).to_string()],
        "invalid_target" => client.metadata.resources.iter().map(|resource| resource.as_str().to_owned()).collect(),
        _ => registered_uris(client, refusal).1,
    }
}

/// The rule by which a token exchange was refused that asked for too much.
fn rule_of<'a>(client: &'a Client, refusal: &Refusal) -> Option<&'a ExchangeRule> {
    let (subject_client, _) = refusal.cause.as_deref()?.strip_prefix(EXCHANGED)?.split_once(": ")?;
    client.metadata.token_exchange.iter().find(|rule| rule.subject_client == subject_client)
}

/// The list that an address was looked for in.
fn registered_uris(client: &Client, refusal: &Refusal) -> (UriList, Vec<String>) {
    let (list, uris) = match refusal.description.starts_with("post_logout_redirect_uri ") {
        true => (POST_LOGOUT_REDIRECT_URIS, &client.metadata.post_logout_redirect_uris),
        false => (REDIRECT_URIS, &client.metadata.redirect_uris),
    };
    (list, uris.iter().map(|uri| uri.as_str().to_owned()).collect())
}

/// What to do about a refusal; empty where its description says it all.
fn advice(directory: &Directory, client: &Client, refusal: &Refusal, is_declared: bool) -> String {
    let id = client.client_id.as_str();
    let method = client.metadata.token_endpoint_auth_method;
    let registered = method.map_or("a secret, in Basic or in the body", |method| method.as_str());
    let cause = refusal.cause.as_deref().unwrap_or("");
    match (refusal.error.as_str(), refusal.sent.as_deref()) {
        ("invalid_scope", Some(_)) if cause.starts_with(EXCHANGED) => {
            format!(
                "What the rule lacks: add it to the rule's scope in token_exchange of {id} in [[clients]], and restart. What the subject token \
                 lacks: let the application that people sign in to ask for it."
            )
        }
        ("invalid_target", Some(sent)) if cause.starts_with(EXCHANGED) && may_call(directory, client, sent) => {
            format!("Add the API to the resources of that rule in token_exchange of {id} in [[clients]], and restart.")
        }
        ("invalid_scope", Some(_)) if refusal.description.starts_with("scope holds nothing that the resource knows") => {
            "None of it is a scope of the API that the token would be for: name the API that has it in resource.".to_owned()
        }
        ("invalid_scope", Some(sent)) => scope_advice(directory, client, sent),
        ("invalid_target", Some(sent)) => target_advice(directory, client, sent),
        (_, Some(sent)) => {
            let (list, known) = registered_uris(client, refusal);
            joined(&registration_advice(client, list, &known, sent))
        }
        ("invalid_client", _) if cause == "wrong secret" && is_declared => {
            "The application sends another secret than its client_secret in the configuration ([[clients]]).".to_owned()
        }
        ("invalid_client", _) if cause == "wrong secret" => {
            format!("The application sends another secret than the one it was given. A new one: ostiary client rotate-secret {id}")
        }
        ("invalid_client", _) if cause.starts_with("unknown or disabled") && is_declared => {
            "A server that starts with this configuration switches it on: restart it.".to_owned()
        }
        ("invalid_client", _) if cause.starts_with("unknown or disabled") => format!("ostiary client update --enable {id}"),
        ("invalid_client", _) if cause.starts_with("client_assertion") => {
            "The way is the right one; what the application puts into the assertion, or signs it with, is not.".to_owned()
        }
        ("invalid_client", _) if is_declared => {
            format!(
                "It is registered to prove itself by: {registered}. Change the library's setting, or token_endpoint_auth_method of {id} in [[clients]]."
            )
        }
        ("invalid_client", _) => {
            format!(
                "It is registered to prove itself by: {registered}. Change the library's setting, or: ostiary client update --auth-method METHOD {id}"
            )
        }
        ("unauthorized_client", _) if refusal.description.contains("token exchange") => {
            format!(
                "Token exchange goes with rules: declare the client in the configuration, with grant_types and token_exchange ({id} in [[clients]])."
            )
        }
        ("unauthorized_client", _) if is_declared => {
            format!("Allow it the grant type: grant_types of {id} in [[clients]].")
        }
        ("unauthorized_client", _) => {
            format!("Allow it the grant type: ostiary client update --grant-type TYPE {id} (the list replaces what was there)")
        }
        ("access_denied", _) => "The person declined, or may not use this application.".to_owned(),
        ("consent_required", _) if cause.contains("asked each time") => {
            "Not a fault of the request. With a redirect URI on https they are asked once.".to_owned()
        }
        ("login_required" | "interaction_required" | "consent_required" | "account_selection_required", _) => {
            "Not a fault: with prompt=none this says that the person must be shown a page. Send the browser again without it.".to_owned()
        }
        ("temporarily_unavailable" | "server_error", _) => "The fault is here: look in the server's log for the request's id.".to_owned(),
        _ => String::new(),
    }
}

/// Who owns what was asked for and refused, and how the client comes to it.
fn scope_advice(directory: &Directory, client: &Client, sent: &str) -> String {
    let allowed = directory.allowed_scope(client);
    let refused: Vec<&str> = sent.split_whitespace().filter(|token| !allowed.contains(token)).collect();
    if refused.is_empty() {
        if !client.metadata.grant_types.contains(&GrantType::AuthorizationCode) {
            return "These are about people, and it acts for nobody: with client_credentials there are scopes of APIs only.".to_owned();
        }
        return "It may have all of this, but this grant does not hold it: ask for it when the person signs in.".to_owned();
    }
    let of_one = |token: &&str| {
        let Some(owner) = directory.resources().find(|resource| resource.scopes.contains_key(*token)) else {
            return Advice::with(format!("No API has the scope {token}. All that there are:"), "ostiary resource list");
        };
        let api = owner.identifier.as_str();
        if client.metadata.resources.contains(&owner.identifier) {
            let text = format!("{token} is of {api}, which this client may call; its own scope leaves it out. Widen it:");
            let wider = allowed.iter().chain([*token]).collect::<Vec<_>>().join(" ");
            return Advice { text, line: update_of(client, &["--scope", &wider]) };
        }
        added(client, RESOURCES, api, &format!("{token} is of {api}. Let the client ask for it:"))
    };
    joined(&refused.iter().map(of_one).collect::<Vec<_>>())
}

/// Whether the client may call an API that there is.
fn may_call(directory: &Directory, client: &Client, sent: &str) -> bool {
    let known = client.metadata.resources.iter().find(|resource| resource.as_str() == sent);
    known.is_some_and(|resource| directory.resource(resource).is_some())
}

fn target_advice(directory: &Directory, client: &Client, sent: &str) -> String {
    let known = ResourceIndicator::parse(sent).ok().filter(|resource| directory.resource(resource).is_some());
    match known {
        Some(resource) if client.metadata.resources.contains(&resource) => {
            "It may call this API, but this grant is not for it: name it in resource, or one of its scopes, when the person signs in."
                .to_owned()
        }
        Some(_) => added(client, RESOURCES, sent, "Let the client ask for this API:").to_string(),
        None => match nearest(sent, directory.resources().map(|resource| resource.identifier.as_str())) {
            Some(near) => format!("No API is called that. Change the application to send the one that is registered: {near}"),
            None => "No API is called that. All that there are: ostiary resource list".to_owned(),
        },
    }
}

/// Two things to do for one scope are one: said once.
fn joined(advice: &[Advice]) -> String {
    let mut texts: Vec<String> = advice.iter().map(ToString::to_string).collect();
    texts.dedup();
    texts.join("\n    ")
}
