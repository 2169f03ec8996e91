//! What a client is registered with, sound by itself, that can never work here.

use super::Finding;
use crate::app::App;
use crate::clients::{Client, Directory};
use crate::oauth::scope::Scope;

pub(super) fn examine(app: &App, directory: &Directory, client: &Client, is_declared: bool) -> Vec<Finding> {
    let (id, metadata) = (&client.client_id, &client.metadata);
    let mut findings = Vec::new();
    let mut ill = |found: String, advice: String| findings.push(Finding::ill("clients", found, advice));
    let line = |option: &str| {
        if is_declared { format!("in {id} in [[clients]], and restart") } else { format!("by: ostiary client update {option} {id}") }
    };
    if let Some(uri) = metadata.backchannel_logout_uri.as_deref().filter(|uri| app.outbound.never_calls(uri)) {
        ill(
            format!("{id} is never told that a session ended: its backchannel_logout_uri, {uri}, is not one that this server may call"),
            format!("give it a public https address {}", line("--backchannel-logout-uri URI")),
        );
    }
    if let Some(uri) = metadata.jwks_uri.as_deref().filter(|uri| app.outbound.never_calls(uri)) {
        ill(
            format!("{id} cannot prove itself: its jwks_uri, {uri}, is not one that this server may call"),
            format!("give it a public https address, or in its place the keys themselves (jwks), {}", line("--jwks-file FILE")),
        );
    }
    // Rules are the configuration's alone.
    let mut unwise = |found: String, advice: String| findings.push(Finding::unwise("clients", found, advice));
    let is_there = |named: &str| directory.client(named).is_some();
    if let Some(named) = metadata.may_act.as_deref().filter(|named| !is_there(named)) {
        unwise(
            format!("may_act of {id} names {named}, a client that is not there: nobody exchanges its tokens"),
            format!("name one that is there, or none, in {id} in [[clients]], and restart"),
        );
    }
    for rule in &metadata.token_exchange {
        let of = &rule.subject_client;
        if !is_there(of) {
            unwise(
                format!("token_exchange of {id} names {of}, a client that is not there"),
                format!("correct subject_client of the rule in {id} in [[clients]], and restart"),
            );
        }
        let known = |word: &str| {
            let mut apis = rule.resources.iter().filter_map(|identifier| directory.resource(identifier));
            Scope::STANDARD.contains(&word) || apis.any(|resource| resource.scopes.contains_key(word))
        };
        for word in rule.scope.iter().filter(|word| !known(word)) {
            unwise(
                format!("token_exchange of {id} for {of} has the scope {word}, which none of its APIs knows"),
                format!("correct scope of the rule in {id} in [[clients]], or declare it for the API, and restart"),
            );
        }
    }
    findings
}
