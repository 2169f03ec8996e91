//! What a scope means, in words for people.

use crate::app::App;
use crate::clients::Resource;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::web::page::{Layout, Permission};

/// One line for each thing that the scope allows, and for each API among `targets` of which the scope says nothing. The words for an
/// API's scopes are the operator's, as they wrote them.
pub fn permissions(app: &App, layout: &Layout, scope: &Scope, targets: &[ResourceIndicator]) -> Vec<Permission> {
    let directory = app.clients.directory();
    // An installation of before may have a scope that two APIs know: the one that the token is for says what it means.
    let is_target = |resource: &&Resource| targets.contains(&resource.identifier);
    let owner_of = |token: &str| {
        let knows = |resource: &&Resource| resource.scopes.contains_key(token);
        let owners = || directory.resources().filter(knows);
        owners().find(is_target).or_else(|| owners().next())
    };
    let line = |title: String, detail: &str| Permission { title, detail: Some(detail.to_owned()).filter(|text| !text.is_empty()) };
    let ours = |title| Permission { title: layout.t(title), detail: None };
    let with_detail = |title, detail| Permission { title: layout.t(title), detail: Some(layout.t(detail)) };
    let mut lines = Vec::new();
    for token in scope.iter() {
        lines.push(match token {
            "openid" => with_detail("consent-openid", "consent-openid-detail"),
            "profile" => with_detail("consent-profile", "consent-profile-detail"),
            "email" => ours("consent-email"),
            "address" => ours("consent-address"),
            "phone" => ours("consent-phone"),
            "groups" => ours("consent-groups"),
            "roles" => ours("consent-roles"),
            "offline_access" => with_detail("consent-offline", "consent-offline-detail"),
            other => match owner_of(other).and_then(|resource| resource.scopes.get(other).map(|words| (words, &resource.name))) {
                Some((words, name)) if !words.is_empty() => line(words.clone(), name),
                Some((_, name)) => line(other.to_owned(), name),
                None => line(other.to_owned(), ""),
            },
        });
    }
    let unsaid = targets.iter().filter_map(|target| directory.resource(target));
    let unsaid = unsaid.filter(|resource| !scope.iter().any(|token| resource.scopes.contains_key(token)));
    lines.extend(unsaid.map(|resource| Permission { title: layout.with("consent-api", "api", &resource.name), detail: None }));
    lines
}
